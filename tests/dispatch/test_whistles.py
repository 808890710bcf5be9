"""吹哨报到: a person signs, every unit called is told, its arrival is confirmed on the spot, both sides rate once."""

from datetime import timedelta

import pytest

from dispatch import sweeps
from dispatch.actions import handling, support, whistles
from dispatch.models import Deadline, Letter, Whistle, WhistleUnit
from dispatch.models.policy import Anchor
from grievance.models import Case, CaseUnit, Event, Notice
from street.models import Role
from street.scope import stand
from tests.dispatch.scene import TUESDAY, a_case, a_street, later, organisation, person
from tests.dispatch.teamwork import a_draft, a_led_case, a_whistle, refused, with_arrival

pytestmark = pytest.mark.django_db

HALF_PAST = later(minutes=30)
AFTERWARDS = later(hours=2)


@pytest.fixture
def scene():
    return with_arrival(a_street())


@pytest.fixture
def case(scene):
    return a_led_case(scene).case


@pytest.fixture
def whistle(scene, case):
    return a_whistle(scene, case)


@pytest.fixture
def closed(scene, whistle):
    whistles.arrive(whistle, units=[scene.sifasuo, scene.heat], by=scene.who("luxi"), at=HALF_PAST)
    return whistles.close(whistle, outcome="冰柱已清除", by=scene.who("supervisor"), at=AFTERWARDS)


def of(whistle, unit):
    return whistle.units.get(organisation=unit)


def clock(whistle, unit):
    return Deadline.objects.get(subject=f"whistleunit:{of(whistle, unit).pk}", anchor=Anchor.ARRIVAL)


def told(unit):
    return list(Notice.objects.filter(organisation=unit, kind="whistle").values_list("text", flat=True))


def sees(scene, name):
    user = scene.who(name)
    stand(user, AFTERWARDS)
    return Whistle.objects.visible_to(user).exists()


# --- drafting and signing -------------------------------------------------------------------------


def test_draft_reaches_nobody_but_the_street(scene, case):
    a_draft(scene, case)
    assert [told(unit) for unit in (scene.sifasuo, scene.heat, scene.luxi)] == [[], [], []]
    assert not CaseUnit.objects.filter(case=case, organisation__in=[scene.sifasuo, scene.heat]).exists()
    assert [sees(scene, name) for name in ("dispatcher", "sifasuo", "heat", "luxi")] == [True, False, False, False]
    assert not Deadline.objects.filter(anchor=Anchor.ARRIVAL).exists()


def test_leaders_are_asked_to_sign_and_the_draft_has_a_clock_of_its_own(scene, case):
    row = a_draft(scene, case)
    asked = Notice.objects.filter(key__startswith=f"whistle:{row.pk}:").values_list("role", flat=True)
    assert set(asked) == {"street_leader", "street_secretary"}
    assert Deadline.objects.get(subject=f"whistle:{row.pk}").anchor == Anchor.SIGNATURE


@pytest.mark.parametrize("signer", ["street_leader", "secretary"])
def test_leader_signs_and_the_whistle_takes_its_number(scene, case, signer):
    row = a_whistle(scene, case, by=signer)
    assert (row.status, row.number, row.signed_at) == ("called", "沙骑街哨〔2023〕1号", TUESDAY)
    assert not Deadline.objects.filter(subject=f"whistle:{row.pk}", met_at__isnull=True).exists()


@pytest.mark.parametrize("other", ["dispatcher", "leader", "supervisor", "luxi", "sifasuo"])
def test_nobody_else_signs(scene, case, other):
    row = a_draft(scene, case)
    with refused("role_missing"):
        whistles.sign(row, by=scene.who(other), at=TUESDAY)
    row.refresh_from_db()
    assert (row.status, row.number) == ("draft", "") and told(scene.sifasuo) == []


def test_the_clock_never_signs(scene, case):
    with refused("role_missing"):
        whistles.sign(a_draft(scene, case), by=None, at=TUESDAY)


def test_second_whistle_takes_the_next_number_and_a_withdrawn_draft_none(scene, case):
    a_whistle(scene, case)
    withdrawn = whistles.withdraw(a_draft(scene, case), reason="电话已说定", by=scene.who("dispatcher"), at=TUESDAY)
    assert (withdrawn.status, withdrawn.number) == ("withdrawn", "")
    assert a_whistle(scene, case).number == "沙骑街哨〔2023〕2号"


def test_withdrawn_draft_cannot_be_signed(scene, case):
    row = whistles.withdraw(a_draft(scene, case), reason="不需要了", by=scene.who("dispatcher"), at=TUESDAY)
    with refused("move_not_open"):
        whistles.sign(row, by=scene.who("secretary"), at=TUESDAY)


def test_every_unit_called_is_told_and_may_read_the_case(scene, whistle, case):
    for unit, name in ((scene.sifasuo, "sifasuo"), (scene.heat, "heat")):
        (text,) = told(unit)
        assert "沙骑街哨〔2023〕1号" in text and "3号楼东侧" in text and "10:50" in text
        user = scene.who(name)
        stand(user, HALF_PAST)
        assert Case.objects.visible_to(user).filter(pk=case.pk).exists() and sees(scene, name)


def test_unit_that_was_not_called_never_sees_it(scene, whistle, case):
    assert [sees(scene, name) for name in ("xisheng", "district")] == [False, False]
    assert told(scene.xisheng) == []


def test_supporting_unit_that_was_not_called_does_not_see_the_whistle_of_its_own_case(scene):
    case = a_led_case(scene, assistants=[scene.xisheng]).case
    a_whistle(scene, case)
    assert not sees(scene, "xisheng") and told(scene.xisheng) == []


def test_unit_that_hands_its_order_back_still_reads_what_it_is_called_for(scene):
    lead = a_led_case(scene)
    order = support.support(lead.case, to=scene.heat, demand="关阀", by=scene.who("dispatcher"), at=TUESDAY)
    a_whistle(scene, lead.case, units=[scene.heat])
    handling.recall(order, reason="改为吹哨", by=scene.who("dispatcher"), at=HALF_PAST)
    user = scene.who("heat")
    stand(user, HALF_PAST)
    assert Case.objects.visible_to(user).filter(pk=lead.case_id).exists()


def test_neighbouring_street_sees_nothing(scene, whistle):
    other = organisation("street2", "street", scene.street.parent)
    user = person("neighbour", Role.STREET_SECRETARY, other)
    stand(user, AFTERWARDS)
    assert not Whistle.objects.visible_to(user).exists()


def test_history_names_no_unit_that_was_called_and_no_kind(scene, closed, case):
    said = " ".join(Event.objects.filter(case=case, kind__startswith="whistle.").values_list("sentence", flat=True))
    assert "沙骑街哨" in said and not [word for word in ("sifasuo", "heat", "应急处置") if word in said]


def test_community_on_the_ground_is_asked_to_receive_the_units(scene, whistle):
    (text,) = told(scene.luxi)
    assert "接应" in text and sees(scene, "luxi")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "routine"}, "kind_unknown"),
        ({"matter": " "}, "text_missing"),
        ({"where": ""}, "text_missing"),
        ({"meet_at": later(minutes=-1)}, "meet_past"),
        ({"meet_at": None}, "meet_past"),
    ],
)
def test_draft_is_refused_outside_the_three_cases_or_without_what_units_must_know(scene, case, change, code):
    with refused(code):
        a_draft(scene, case, **change)
    assert not Whistle.objects.exists()


def test_whistle_calls_somebody(scene, case):
    with refused("units_missing"):
        whistles.draft(
            case, kind="problem", matter="路灯", where="路口", meet_at=HALF_PAST, units=[], by=scene.who("leader"), at=TUESDAY
        )


@pytest.mark.parametrize("unit", ["company", "xisheng", "street"])
def test_firm_community_and_street_are_never_called(scene, case, unit):
    with refused("not_callable"):
        a_draft(scene, case, units=[getattr(scene, unit)])


def test_unit_does_not_whistle(scene, case):
    with refused("role_missing"):
        whistles.draft(
            case,
            kind="problem",
            matter="路灯",
            where="路口",
            meet_at=HALF_PAST,
            units=[scene.heat],
            by=scene.who("luxi"),
            at=TUESDAY,
        )


def test_time_that_has_passed_is_set_anew_by_the_signer(scene, case):
    row = a_draft(scene, case)
    with refused("meet_past"):
        whistles.sign(row, by=scene.who("secretary"), at=later(minutes=31))
    signed = whistles.sign(row, meet_at=later(minutes=90), by=scene.who("secretary"), at=later(minutes=31))
    assert signed.meet_at == later(minutes=90) and "11:50" in told(scene.heat)[0]


def test_draft_on_a_case_that_has_ended_is_not_signed(scene):
    case = a_case(scene)
    row = a_draft(scene, case)
    Case.objects.filter(pk=case.pk).update(status="declined", ended_at=TUESDAY)
    with refused("case_over"):
        whistles.sign(row, by=scene.who("secretary"), at=TUESDAY)


def test_draft_does_not_outlive_a_case_that_is_withdrawn(scene, case):
    row, out = a_draft(scene, case), a_whistle(scene, case)
    handling.end_orders(case, move="cancel", sentence="随撤回关闭", at=HALF_PAST)
    row.refresh_from_db()
    assert row.status == "withdrawn" and clock(out, scene.heat).dropped_at == HALF_PAST


def test_resident_hears_that_units_come_but_an_inspection_is_not_announced(scene, case):
    a_whistle(scene, case, kind="enforcement")
    assert not Event.objects.filter(kind="whistle.sign").exclude(public="").exists()
    a_whistle(scene, case, kind="problem")
    assert Event.objects.filter(kind="whistle.sign", public__contains="到现场").count() == 1


# --- arrival --------------------------------------------------------------------------------------


def test_arrival_is_due_by_the_policy_where_the_meeting_is_earlier(scene, case):
    row = a_whistle(scene, case, meet_at=later(minutes=10))
    assert clock(row, scene.heat).due_at == HALF_PAST


def test_arrival_is_due_at_the_meeting_where_that_is_later(scene, case):
    row = a_whistle(scene, case, meet_at=later(hours=3))
    assert clock(row, scene.heat).due_at == later(hours=3)
    assert sweeps.fire_batch(at=HALF_PAST) == 0


@pytest.mark.parametrize(("kind", "limit_class"), [("problem", "W1"), ("enforcement", "W2"), ("emergency", "W3")])
def test_each_kind_has_its_own_limit(scene, case, kind, limit_class):
    assert clock(a_whistle(scene, case, kind=kind), scene.heat).limit.limit_class == limit_class


def test_whistle_goes_out_under_a_policy_without_arrival_limits(scene, case):
    scene.policy.limits.filter(anchor="arrival").delete()
    assert a_whistle(scene, case).status == "called"
    assert not Deadline.objects.filter(anchor=Anchor.ARRIVAL).exists()


@pytest.mark.parametrize("name", ["luxi", "luxi_secretary", "dispatcher", "supervisor", "street_leader"])
def test_arrival_is_confirmed_by_the_street_or_the_community_on_the_ground(scene, whistle, name):
    whistles.arrive(whistle, units=[scene.heat], by=scene.who(name), at=HALF_PAST)
    row = of(whistle, scene.heat)
    assert (row.arrived_at, row.confirmed_by.username) == (HALF_PAST, name)
    assert clock(whistle, scene.heat).met_at == HALF_PAST and clock(whistle, scene.sifasuo).met_at is None


@pytest.mark.parametrize("name", ["heat", "sifasuo", "xisheng", "caller", "district"])
def test_nobody_else_confirms_least_of_all_the_unit_itself(scene, whistle, name):
    with refused("role_missing"):
        whistles.arrive(whistle, units=[scene.heat], by=scene.who(name), at=HALF_PAST)
    assert of(whistle, scene.heat).arrived_at is None


def test_one_with_two_posts_does_not_confirm_for_their_own_unit(scene, whistle):
    user = scene.who("dispatcher")
    user.postings.create(organisation=scene.heat, role=Role.HANDLER, starts_on=TUESDAY.date())
    with refused("own_unit"):
        whistles.arrive(whistle, units=[scene.heat], by=user, at=HALF_PAST)


def test_no_position_is_kept_of_anybody():
    columns = {field.name for field in (*Whistle._meta.get_fields(), *WhistleUnit._meta.get_fields())}
    assert not [name for name in columns if any(word in name for word in ("latitude", "longitude", "position", "location"))]


def test_arrival_a_little_earlier_than_its_confirmation_counts_from_when_it_was(scene, whistle):
    whistles.arrive(whistle, units=[scene.heat], arrived_at=later(minutes=25), by=scene.who("luxi"), at=later(minutes=40))
    assert clock(whistle, scene.heat).met_at == later(minutes=25)


@pytest.mark.parametrize("arrived", [later(minutes=-5), later(minutes=41)])
def test_nobody_arrives_before_the_whistle_or_after_now(scene, whistle, arrived):
    with refused("arrival_out_of_range"):
        whistles.arrive(whistle, units=[scene.heat], arrived_at=arrived, by=scene.who("luxi"), at=later(minutes=40))


def test_second_confirmation_is_refused_and_changes_nothing(scene, whistle):
    whistles.arrive(whistle, units=[scene.heat], by=scene.who("luxi"), at=HALF_PAST)
    with refused("already_arrived"):
        whistles.arrive(whistle, units=[scene.sifasuo, scene.heat], by=scene.who("luxi"), at=AFTERWARDS)
    assert of(whistle, scene.heat).arrived_at == HALF_PAST and of(whistle, scene.sifasuo).arrived_at is None


def test_unit_that_was_not_called_does_not_arrive(scene, whistle):
    with refused("unit_not_called"):
        whistles.arrive(whistle, units=[scene.xisheng], by=scene.who("luxi"), at=HALF_PAST)


def test_unit_that_does_not_come_is_chased_and_then_put_before_the_secretary(scene, whistle):
    sweeps.fire_batch(at=HALF_PAST)
    chased = Notice.objects.filter(kind="chase").values_list("organisation", flat=True)
    assert set(chased) == {scene.heat.pk, scene.sifasuo.pk}
    whistles.arrive(whistle, units=[scene.sifasuo], by=scene.who("luxi"), at=later(minutes=45))
    sweeps.fire_batch(at=later(minutes=60))
    letter = Letter.objects.get(kind="secretary_supervise")
    assert (letter.to, letter.status, letter.number) == (scene.heat, "draft", "")


def test_unit_that_has_arrived_is_left_alone(scene, whistle):
    whistles.arrive(whistle, units=[scene.heat, scene.sifasuo], by=scene.who("luxi"), at=later(minutes=20))
    assert sweeps.fire_batch(at=AFTERWARDS) == 0


def test_absence_is_noted_only_once_the_time_is_over(scene, whistle):
    with refused("too_early"):
        whistles.mark_absent(whistle, unit=scene.heat, why="未说明", by=scene.who("luxi"), at=later(minutes=29))


def test_reason_is_no_arrival(scene, whistle):
    whistles.mark_absent(whistle, unit=scene.heat, why="说是车坏了", by=scene.who("luxi"), at=HALF_PAST)
    assert clock(whistle, scene.heat).met_at is None and clock(whistle, scene.heat).dropped_at is None
    whistles.arrive(whistle, units=[scene.heat], by=scene.who("luxi"), at=AFTERWARDS)
    assert clock(whistle, scene.heat).breached and of(whistle, scene.heat).absent_why == "说是车坏了"


# --- reply ----------------------------------------------------------------------------------------


def test_unit_says_whether_it_comes_and_the_street_reads_it(scene, whistle):
    whistles.reply(whistle, coming=True, by=scene.who("heat"), at=later(minutes=5))
    assert (of(whistle, scene.heat).coming, of(whistle, scene.sifasuo).coming) == (True, None)
    assert Notice.objects.filter(role="supervisor", text__contains="届时到场").count() == 1


def test_no_must_say_why(scene, whistle):
    with refused("text_missing"):
        whistles.reply(whistle, coming=False, by=scene.who("heat"), at=later(minutes=5))


def test_unit_that_was_not_called_does_not_reply(scene, whistle):
    with refused("role_missing"):
        whistles.reply(whistle, coming=True, by=scene.who("xisheng"), at=later(minutes=5))


def test_draft_is_not_replied_to(scene, case):
    with refused("move_not_open"):
        whistles.reply(a_draft(scene, case), coming=True, by=scene.who("heat"), at=TUESDAY)


# --- the end, and ratings -------------------------------------------------------------------------


def test_whistle_is_not_closed_while_a_unit_is_neither_here_nor_absent(scene, whistle):
    whistles.arrive(whistle, units=[scene.heat], by=scene.who("luxi"), at=HALF_PAST)
    with refused("arrivals_open"):
        whistles.close(whistle, outcome="已处置", by=scene.who("supervisor"), at=AFTERWARDS)


def test_closing_ends_the_clock_of_one_who_never_came(scene, whistle):
    whistles.arrive(whistle, units=[scene.heat], by=scene.who("luxi"), at=HALF_PAST)
    whistles.mark_absent(whistle, unit=scene.sifasuo, why="未说明", by=scene.who("luxi"), at=HALF_PAST)
    whistles.close(whistle, outcome="已处置", by=scene.who("supervisor"), at=later(minutes=40))
    assert clock(whistle, scene.sifasuo).dropped_at == later(minutes=40)
    sweeps.fire_batch(at=AFTERWARDS)
    assert not Letter.objects.exists()


def test_community_does_not_close_what_the_street_has_called(scene, whistle):
    with refused("role_missing"):
        whistles.close(whistle, outcome="已处置", by=scene.who("luxi"), at=AFTERWARDS)


def test_both_sides_rate_once(scene, closed):
    whistles.rate_unit(closed, unit=scene.heat, rating="good", by=scene.who("supervisor"), at=AFTERWARDS)
    whistles.rate_street(closed, rating="fair", words="地点没说清", by=scene.who("heat"), at=AFTERWARDS)
    row = of(closed, scene.heat)
    assert (row.rating_of_unit, row.rating_of_street) == ("good", "fair")
    assert of(closed, scene.sifasuo).rating_of_unit == ""
    with refused("already_rated"):
        whistles.rate_unit(closed, unit=scene.heat, rating="poor", words="迟到", by=scene.who("secretary"), at=AFTERWARDS)
    with refused("already_rated"):
        whistles.rate_street(closed, rating="good", by=scene.who("heat"), at=AFTERWARDS)


def test_nobody_rates_before_the_end(scene, whistle):
    with refused("not_closed"):
        whistles.rate_unit(whistle, unit=scene.heat, rating="good", by=scene.who("supervisor"), at=AFTERWARDS)
    with refused("not_closed"):
        whistles.rate_street(whistle, rating="good", by=scene.who("heat"), at=AFTERWARDS)


def test_poor_must_say_why(scene, closed):
    with refused("text_missing"):
        whistles.rate_unit(closed, unit=scene.heat, rating="poor", by=scene.who("supervisor"), at=AFTERWARDS)


@pytest.mark.parametrize("name", ["luxi", "xisheng", "dispatcher"])
def test_only_a_unit_that_was_called_rates_the_street(scene, closed, name):
    with refused("role_missing"):
        whistles.rate_street(closed, rating="good", by=scene.who(name), at=AFTERWARDS)


def test_second_close_is_refused(scene, closed):
    with refused("move_not_open"):
        whistles.close(closed, outcome="再来一次", by=scene.who("supervisor"), at=AFTERWARDS + timedelta(minutes=1))
