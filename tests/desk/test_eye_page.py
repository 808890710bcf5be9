"""盯办 on the pages: handwriting photographed by the liaison, confirmed on the phone; answered by the unit; adopted and ended."""

from datetime import timedelta

import pytest

from dispatch.actions import instructions
from dispatch.models import Adoption, Instruction, TimeLimit
from street.models import Role
from street.scope import stand
from tests.builders import a_photo
from tests.clock import instant, travel
from tests.desk.phone import a_phone, act, an_order, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_street, person

pytestmark = pytest.mark.django_db
NOW = TUESDAY + timedelta(hours=1)
WORDS = "请司法所三日内介入"


@pytest.fixture
def scene():
    scene = a_street()
    TimeLimit.objects.create(policy=scene.policy, limit_class="I", anchor="answer", amount=3, unit="working_day")
    scene.people["liaison"] = person("liaison", Role.LIAISON, scene.street)
    return scene


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def case(scene):
    return an_order(scene).case


@pytest.fixture
def secretary(scene):
    return a_phone(scene.who("secretary"))


def desk(case):
    return f"/desk/cases/{case.number}/"


def matter(case):
    return f"/phone/secretary/{case.number}/"


def photographed(scene, case, **changed):
    """The liaison photographs and types in what the secretary has written."""
    typed = {"act": act(case, "type_instruction"), "text": WORDS, "secretary": scene.who("secretary").pk, "photo": a_photo()}
    return a_phone(scene.who("liaison")).post(desk(case), {**typed, **changed})


def given(scene, case, **more):
    by = scene.who("secretary")
    stand(by, NOW)
    return instructions.give(case, text=WORDS, by=by, at=NOW, **more)


# --- by hand -------------------------------------------------------------------------------------


def test_liaison_photographs_and_the_secretary_confirms_on_the_phone(scene, case, secretary):
    assert photographed(scene, case).status_code == 302
    row = Instruction.objects.get()
    assert row.status == "draft" and WORDS not in text_of(a_phone(scene.who("luxi")).get(desk(case)))
    assert "您的手写批示已录入，待您确认" in text_of(secretary.get("/phone/secretary/"))
    page = secretary.get(matter(case))
    assert WORDS in text_of(page) and {"confirm", "discard"} <= set(moves_on(page))
    typed = {"act": act(row, "confirm"), "text": WORDS, "to": "sifasuo", "due_at": "2023-03-16T12:00"}
    assert secretary.post(matter(case), typed).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.at, row.to, row.due_at) == ("given", NOW, scene.sifasuo, instant("2023-03-16 12:00"))
    assert WORDS in text_of(a_phone(scene.who("sifasuo")).get(desk(case)))


def test_nobody_but_its_secretary_is_offered_to_confirm(scene, case):
    photographed(scene, case)
    for name in ("luxi_secretary", "street_leader", "leader", "liaison"):
        assert not {"confirm", "discard"} & set(moves_on(a_phone(scene.who(name)).get(desk(case)))), name
    second = a_phone(person("second", Role.STREET_SECRETARY, scene.street))
    assert not {"confirm", "discard"} & set(moves_on(second.get(matter(case))))
    row = Instruction.objects.get()
    assert second.post(matter(case), {"act": act(row, "confirm"), "text": "x"}).status_code == 403
    row.refresh_from_db()
    assert row.status == "draft"


def test_photograph_of_a_draft_is_opened_by_no_unit(scene, case, secretary):
    photographed(scene, case)
    row = Instruction.objects.get()
    address = f"/desk/attachments/{row.photo_id}/"
    assert a_phone(scene.who("luxi")).get(address).status_code == 404
    assert secretary.get(address).status_code == 200
    secretary.post(matter(case), {"act": act(row, "confirm"), "text": WORDS})
    assert a_phone(scene.who("luxi")).get(address).status_code == 200
    assert a_phone(scene.who("xisheng")).get(address).status_code == 404


def test_what_was_typed_survives_a_missing_picture(scene, case):
    page = photographed(scene, case, photo="")
    assert page.status_code == 400
    assert WORDS in text_of(page) and "请拍下手写批示" in text_of(page)
    assert not Instruction.objects.exists()


# --- answered ------------------------------------------------------------------------------------


def test_unit_sees_the_instruction_first_and_reports_from_its_order(scene, case, secretary):
    row = given(scene, case)
    luxi, order = a_phone(scene.who("luxi")), case.orders.get(lead=True)
    assert "批示待落实 1 条" in text_of(luxi.get("/phone/orders/"))
    page = luxi.get(f"/phone/orders/{order.number}/")
    assert "report" in moves_on(page) and WORDS in text_of(page)
    luxi.post(f"/phone/orders/{order.number}/", {"act": act(row, "report"), "text": "已上门"})
    assert "批示待落实" not in text_of(luxi.get("/phone/orders/"))
    page = secretary.get(matter(case))
    assert "已上门" in text_of(page) and {"settle", "send_back"} <= set(moves_on(page))
    secretary.post(matter(case), {"act": act(row, "settle"), "opinion": "好"})
    row.refresh_from_db()
    assert (row.status, row.opinion) == ("settled", "好")


def test_unit_without_an_order_reads_and_reports_all_the_same(scene, case):
    row = given(scene, case, to=scene.sifasuo)
    station = a_phone(scene.who("sifasuo"))
    assert desk(case) in text_of(station.get("/phone/orders/"))
    assert "report" in moves_on(station.get(desk(case)))
    station.post(desk(case), {"act": act(row, "report"), "text": "已约双方"})
    row.refresh_from_db()
    assert row.status == "answered"


def test_unit_that_was_not_asked_reads_no_instruction(scene, case):
    given(scene, case, to=scene.sifasuo)
    assert WORDS not in text_of(a_phone(scene.who("luxi")).get(desk(case)))
    assert WORDS not in text_of(a_phone(person("firm", Role.HANDLER, scene.company)).get(desk(case)))


def test_secretary_names_unit_and_time_on_the_phone(scene, case, secretary):
    typed = {"act": act(case, "instruct"), "text": WORDS, "to": "sifasuo", "due_at": "2023-03-15T12:00"}
    assert secretary.post(matter(case), typed).status_code == 302
    row = Instruction.objects.get()
    assert (row.to, row.due_at) == (scene.sifasuo, instant("2023-03-15 12:00"))


def test_deputy_is_offered_to_judge_and_a_colleague_is_not(scene, case):
    row, post = given(scene, case), scene.who("secretary").postings.get()
    Instruction.objects.filter(pk=row.pk).update(status="answered", answer="已办", answered_at=NOW)
    deputy, colleague = (person(name, Role.STREET_LEADER, scene.street) for name in ("deputy", "colleague"))
    start = TUESDAY.date()
    deputy.postings.create(organisation=scene.street, role=Role.STREET_SECRETARY, acting_for=post, starts_on=start)
    colleague.postings.create(organisation=scene.street, role=Role.STREET_SECRETARY, starts_on=start)
    assert "settle" in moves_on(a_phone(deputy).get(matter(case)))
    assert "settle" not in moves_on(a_phone(colleague).get(matter(case)))


# --- adopted -------------------------------------------------------------------------------------


def test_secretary_adopts_sees_it_among_the_kept_and_ends_it(case, secretary):
    secretary.post(matter(case), {"act": act(case, "adopt"), "promise": "每周到现场"})
    row = Adoption.objects.get()
    assert "我的包案：每周到现场" in text_of(secretary.get("/phone/secretary/"))
    page = secretary.get(matter(case))
    assert "adopt" not in moves_on(page) and "end_adoption" in moves_on(page)
    secretary.post(matter(case), {"act": act(row, "end_adoption"), "outcome": "已赔偿"})
    row.refresh_from_db()
    assert row.outcome == "已赔偿"
    assert "我的包案" not in text_of(secretary.get("/phone/secretary/"))
