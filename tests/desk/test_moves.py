"""动作: one table says who can do what, and what each move asks for."""

import pytest

from desk import moves
from dispatch.actions import handling
from dispatch.models import WorkOrder
from dispatch.workflow import LETTER, MEDIATION, SUPERVISION, WORK_ORDER
from grievance.actions import triage
from grievance.casework import RESIDENT, SYSTEM, Refused
from grievance.models import Case, Category
from grievance.workflow import CASE
from street.scope import stand
from tests.desk.phone import an_order
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, organisation

pytestmark = pytest.mark.django_db

TABLES = {
    "case": [CASE],
    "workorder": [WORK_ORDER],
    "supervision": [SUPERVISION],
    "letter": LETTER.values(),
    "mediation": [MEDIATION],
}


def names(row, user, at=TUESDAY):
    stand(user, at)
    return {move.name for move in moves.moves_open(row, user, at=at)}


def test_every_move_of_a_person_has_a_form_or_follows_from_another():
    by_people = {
        (kind, move.name)
        for kind, tables in TABLES.items()
        for table in tables
        for move in table.moves.values()
        if move.roles - {SYSTEM, RESIDENT}
    }
    assert by_people - set(moves.ACTS) == moves.CONSEQUENCES


def test_one_step_sends_the_case_where_the_duty_list_says(scene):
    case = a_case(scene, category=scene.heating)
    order = moves.perform(case, "send", {}, by=scene.who("dispatcher"), at=TUESDAY)
    assert (order.handler, order.limit_class, order.basis) == (scene.heat, "U2", "供热")
    assert {row.handler for row in case.orders.all()} == {scene.heat, scene.luxi}


def test_chosen_category_decides_where_it_goes(scene):
    case = a_case(scene, category=scene.heating)
    order = moves.perform(case, "send", {"category": "F3"}, by=scene.who("dispatcher"), at=TUESDAY)
    assert (order.handler, order.case.category) == (scene.luxi, scene.damages)


def test_chosen_unit_leads_without_the_assistants_of_the_list(scene):
    case = a_case(scene, category=scene.heating)
    data = {"to": "sifasuo", "limit_class": "U3", "assistants": ["xisheng"], "designated": "on"}
    order = moves.perform(case, "send", data, by=scene.who("dispatcher"), at=TUESDAY)
    assert (order.handler, order.designated) == (scene.sifasuo, True)
    assert {row.handler for row in case.orders.all()} == {scene.sifasuo, scene.xisheng}


def test_nothing_is_admitted_that_could_not_be_sent(scene):
    case = a_case(scene, category=scene.heating)
    scene.policy.routes.all().delete()
    with pytest.raises(Refused) as refusal:
        moves.perform(case, "send", {}, by=scene.who("dispatcher"), at=TUESDAY)
    case.refresh_from_db()
    assert (refusal.value.code, case.status) == ("no_route", Case.Status.SUBMITTED)


def test_firm_is_never_offered_as_lead(scene):
    form = moves.form_for(a_case(scene), "send", at=TUESDAY)
    offered = {code for _, group in form.fields["to"].choices[1:] for code, _ in group}
    assert "pm" not in offered and {"luxi", "heat"} <= offered
    assert "pm" in {code for _, group in form.fields["assistants"].choices for code, _ in group}


def test_categories_are_offered_as_the_duty_list_speaks_of_them(scene):
    top = Category.objects.create(code="C", name="城市管理")
    second = Category.objects.create(code="C4", name="施工与围挡", parent=top)
    Category.objects.create(code="C4-0304", name="施工占道", parent=second)
    offered = {code for code, _ in moves.form_for(a_case(scene), "send", at=TUESDAY).fields["category"].choices}
    assert offered == {"", "B1", "F3", "C4"}


def test_unit_of_another_street_is_not_offered(scene):
    other = organisation("street2", "street", scene.street.parent)
    organisation("theirs", "community", other)
    case = a_case(scene)
    with pytest.raises(Refused) as refusal:
        moves.perform(case, "send", {"to": "theirs"}, by=scene.who("dispatcher"), at=TUESDAY)
    assert refusal.value.code == "form_invalid"


def test_what_is_typed_badly_is_refused_with_the_name_of_the_field(scene):
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=TUESDAY)
    with pytest.raises(Refused) as refusal:
        moves.perform(order, "request_extension", {"days": "many", "reason": "等料"}, by=scene.who("luxi"), at=TUESDAY)
    assert refusal.value.code == "form_invalid" and refusal.value.message.startswith("延长几个工作日")


def test_empty_text_is_refused_by_the_action_in_its_own_words(scene):
    with pytest.raises(Refused) as refusal:
        moves.perform(a_case(scene), "hold", {"question": "  "}, by=scene.who("dispatcher"), at=TUESDAY)
    assert refusal.value.code == "question_missing"


def test_unknown_move_is_not_found(scene):
    for name in ("close", "recall", "nonsense"):
        with pytest.raises(Refused) as refusal:
            moves.perform(a_case(scene), name, {}, by=scene.who("leader"), at=TUESDAY)
        assert refusal.value.status == 404


def test_desk_and_unit_are_offered_different_moves(scene):
    order = an_order(scene)
    assert names(order, scene.who("luxi")) == {"accept", "ask_return", "ask_help"}
    assert names(order, scene.who("dispatcher")) == {"transfer", "recall", "accept_by_phone"}
    assert names(order, scene.who("xisheng")) == set()


def test_designated_unit_is_not_offered_to_return(scene):
    order = an_order(scene)
    WorkOrder.objects.filter(pk=order.pk).update(designated=True)
    order.refresh_from_db()
    assert "ask_return" not in names(order, scene.who("luxi"))


def test_split_is_offered_where_there_is_more_than_one_voice(scene):
    case = a_case(scene)
    assert "split" not in names(case, scene.who("dispatcher"))
    a_grievance(case)
    assert "split" in names(Case.objects.get(pk=case.pk), scene.who("dispatcher"))


def test_dispatch_is_not_offered_while_somebody_leads(scene):
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    assert "dispatch" in names(case, scene.who("dispatcher"))
    handling.dispatch(case, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=TUESDAY)
    assert "dispatch" not in names(Case.objects.get(pk=case.pk), scene.who("dispatcher"))


def test_secretary_instructs_and_the_desk_does_not(scene):
    case = an_order(scene).case
    assert "instruct" in names(case, scene.who("secretary")) and "instruct" in names(case, scene.who("luxi_secretary"))
    assert "instruct" not in names(case, scene.who("leader"))


def test_number_that_one_may_not_see_is_like_one_that_does_not_exist(scene):
    case, other = a_case(scene), a_case(scene)
    Case.objects.filter(pk=other.pk).update(street=scene.heat)
    messages = []
    for number in (other.number, "A230314-ZZZZZ"):
        with pytest.raises(Refused) as refusal:
            moves.perform(case, "merge", {"into": number}, by=scene.who("dispatcher"), at=TUESDAY)
        messages.append(refusal.value.message.replace(number, "…"))
    assert messages[0] == messages[1]
