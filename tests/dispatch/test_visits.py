"""联合上门 “只敲一次门”: visits to the same door are shown to each other, joined and merged, and every unit is told."""

from datetime import timedelta

import pytest

from dispatch.actions import visits
from dispatch.models import Visit
from grievance.models import Case, CaseUnit, Event, Notice
from street.models import Place, Role
from street.scope import stand
from tests.dispatch.scene import TUESDAY, a_street, later, organisation, person
from tests.dispatch.teamwork import a_led_case, refused

pytestmark = pytest.mark.django_db

WEDNESDAY, THURSDAY = later(days=1), later(days=2)
NEXT_WEEK = later(days=7)


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def case(scene):
    return a_led_case(scene).case


@pytest.fixture
def elsewhere(scene):
    return Place.objects.create(code="b9", kind="building", name="9号楼", community=scene.luxi, street=scene.street)


@pytest.fixture
def visit(scene, case):
    return planned(scene, "luxi", case=case)


def planned(scene, unit, *, by=None, place=None, at=TUESDAY, **options):
    facts = {"purpose": "看漏水", "starts_at": WEDNESDAY} | options
    return visits.plan(place or scene.building, unit=getattr(scene, unit), by=scene.who(by or unit), at=at, **facts)


def apart(scene, unit, **options):
    """A visit that was planned although others go there."""
    return planned(scene, unit, apart_why="须先单独取证", **options)


def goers(visit):
    return list(visit.units.order_by("pk").values_list("organisation__code", "purpose"))


def told(unit):
    return list(Notice.objects.filter(organisation=unit, kind="visit").order_by("pk").values_list("text", flat=True))


# --- planning -------------------------------------------------------------------------------------


def test_unit_plans_its_own_visit_about_a_case(scene, case, visit):
    assert (visit.status, visit.place, visit.planned_by.username) == ("planned", scene.building, "luxi")
    assert goers(visit) == [("luxi", "看漏水")]
    assert Event.objects.filter(case=case, kind="visit.plan").count() == 1


def test_visit_needs_no_case(scene):
    visit = planned(scene, "xisheng", purpose="消防检查", party=scene.company)
    assert visit.party == scene.company and not Event.objects.exists()
    notice = Notice.objects.get(organisation=scene.xisheng)
    assert notice.case is None and "消防检查" in notice.text


def test_desk_plans_for_a_unit_which_is_told_and_may_read_the_case(scene, case):
    planned(scene, "heat", by="dispatcher", case=case)
    assert "上门安排" in told(scene.heat)[0] and CaseUnit.objects.filter(case=case, organisation=scene.heat).exists()


@pytest.mark.parametrize("by", ["xisheng", "heat", "caller", "district"])
def test_nobody_plans_for_a_unit_not_their_own(scene, by):
    with refused("role_missing"):
        planned(scene, "luxi", by=by)


def test_company_that_is_visited_hears_nothing(scene):
    planned(scene, "luxi", party=scene.company)
    assert told(scene.company) == []


@pytest.mark.parametrize(("change", "code"), [({"purpose": " "}, "text_missing"), ({"starts_at": later(hours=-1)}, "visit_past")])
def test_visit_says_why_and_lies_ahead(scene, change, code):
    with refused(code):
        planned(scene, "luxi", **change)


def test_unit_of_another_street_does_not_come_here(scene):
    other = organisation("street2", "street", scene.street.parent)
    scene.far = organisation("far", "community", other)
    scene.people["far"] = person("far", Role.HANDLER, scene.far)
    with refused("elsewhere"):
        planned(scene, "far")


# --- only one knock -------------------------------------------------------------------------------


def test_second_visit_to_the_same_place_is_refused_until_one_joins_or_says_why(scene, visit):
    with refused("visit_near"):
        planned(scene, "xisheng", starts_at=THURSDAY)
    assert Visit.objects.count() == 1
    own = apart(scene, "xisheng", starts_at=THURSDAY)
    assert own.apart_why == "须先单独取证" and Visit.objects.count() == 2


def test_refusal_names_when_and_who_but_not_why_they_go(scene, visit):
    with pytest.raises(Exception, match="2023年3月15日 10:20luxi") as no:
        planned(scene, "xisheng", starts_at=THURSDAY)
    assert "漏水" not in str(no.value)


def test_visits_to_the_same_company_are_near_wherever_they_go(scene, elsewhere):
    planned(scene, "luxi", party=scene.company)
    with refused("visit_near"):
        planned(scene, "xisheng", place=elsewhere, party=scene.company)
    assert planned(scene, "xisheng", place=elsewhere).status == "planned"


@pytest.mark.parametrize(("days", "near"), [(3, True), (4, False)])
def test_how_near_is_near_says_the_policy(scene, visit, days, near):
    found = visits.near(scene.building, None, WEDNESDAY + timedelta(days=days), at=TUESDAY)
    assert list(found) == ([visit] if near else [])


def test_policy_may_widen_what_is_near(scene, visit):
    scene.policy.visit_days = 10
    scene.policy.save(update_fields=["visit_days"])
    assert list(visits.near(scene.building, None, NEXT_WEEK, at=TUESDAY)) == [visit]


@pytest.mark.parametrize("end", ["made", "cancelled"])
def test_visit_that_is_over_is_not_near(scene, visit, end):
    if end == "made":
        visits.make(visit, record_text="已查", by=scene.who("luxi"), at=WEDNESDAY)
    else:
        visits.cancel(visit, reason="住户不在", by=scene.who("luxi"), at=TUESDAY)
    assert planned(scene, "xisheng", starts_at=THURSDAY, at=WEDNESDAY).status == "planned"


def test_reason_is_kept_only_where_there_was_somebody_to_go_with(scene):
    assert apart(scene, "luxi").apart_why == ""


def test_one_goes_along_and_those_who_went_before_are_told(scene, visit):
    joined = planned(scene, "xisheng", purpose="查消防", join=visit)
    assert joined == visit and goers(visit) == [("luxi", "看漏水"), ("xisheng", "查消防")]
    assert "只敲一次门" in told(scene.luxi)[-1] and "xisheng" in told(scene.luxi)[-1]
    assert "查消防" not in told(scene.luxi)[-1]


def test_nobody_goes_along_twice_for_the_same_matter(scene, case, visit):
    with refused("already_going"):
        planned(scene, "luxi", join=visit, case=case)


def test_nobody_joins_a_visit_that_is_over(scene, visit):
    visits.cancel(visit, reason="住户不在", by=scene.who("luxi"), at=TUESDAY)
    with refused("move_not_open"):
        planned(scene, "xisheng", join=visit)


def test_merge_moves_the_units_tells_all_of_them_and_keeps_the_trace(scene, case, visit):
    other = apart(scene, "xisheng", purpose="查消防", starts_at=THURSDAY)
    visits.merge(visit, into=other, by=scene.who("dispatcher"), at=TUESDAY)
    visit.refresh_from_db()
    assert (visit.status, visit.merged_into, visit.ended_by.username) == ("merged", other, "dispatcher")
    assert goers(other) == [("luxi", "看漏水"), ("xisheng", "查消防")]
    assert other.units.get(organisation=scene.luxi).came_from == visit
    assert ["并入" in told(unit)[-1] for unit in (scene.luxi, scene.xisheng)] == [True, True]
    assert Event.objects.filter(case=case, kind="visit.merge").count() == 1


def test_merge_makes_no_unit_a_reader_of_the_others_case(scene, case, visit):
    other = apart(scene, "xisheng", starts_at=THURSDAY)
    visits.merge(other, into=visit, by=scene.who("dispatcher"), at=TUESDAY)
    user = scene.who("xisheng")
    stand(user, TUESDAY)
    assert Visit.objects.visible_to(user).filter(pk=visit.pk).exists()
    assert not Case.objects.visible_to(user).filter(pk=case.pk).exists()
    assert case.number not in " ".join(told(scene.xisheng))


def test_one_unit_about_one_matter_stands_once_after_a_merge(scene, case, visit):
    again = apart(scene, "luxi", purpose="复查", case=case, starts_at=THURSDAY)
    visits.merge(again, into=visit, by=scene.who("dispatcher"), at=TUESDAY)
    assert goers(visit) == [("luxi", "看漏水；复查")]
    assert again.units.count() == 1


@pytest.mark.parametrize("by", ["luxi", "xisheng", "caller"])
def test_units_do_not_merge_each_other(scene, visit, by):
    other = apart(scene, "xisheng", starts_at=THURSDAY)
    with refused("role_missing"):
        visits.merge(other, into=visit, by=scene.who(by), at=TUESDAY)


def test_visits_to_different_doors_are_not_merged_nor_one_with_itself(scene, visit, elsewhere):
    other = planned(scene, "xisheng", place=elsewhere)
    with refused("not_near"):
        visits.merge(other, into=visit, by=scene.who("dispatcher"), at=TUESDAY)
    with refused("same_visit"):
        visits.merge(visit, into=visit, by=scene.who("dispatcher"), at=TUESDAY)


def test_merged_visit_is_merged_once(scene, visit):
    other = apart(scene, "xisheng", starts_at=THURSDAY)
    visits.merge(other, into=visit, by=scene.who("dispatcher"), at=TUESDAY)
    with refused("move_not_open"):
        visits.merge(other, into=visit, by=scene.who("dispatcher"), at=TUESDAY)
    with refused("move_not_open"):
        visits.merge(visit, into=other, by=scene.who("dispatcher"), at=TUESDAY)


# --- made, cancelled, seen ------------------------------------------------------------------------


def test_visit_is_made_with_a_record_by_any_of_its_units(scene, case, visit):
    planned(scene, "xisheng", purpose="查消防", join=visit)
    made = visits.make(visit, record_text="漏点在阀门，消防通道已清", by=scene.who("xisheng"), at=WEDNESDAY)
    assert (made.status, made.made_at, made.ended_by.username) == ("made", WEDNESDAY, "xisheng")
    assert "漏点" not in Event.objects.get(case=case, kind="visit.make").sentence


@pytest.mark.parametrize(("text", "at", "code"), [(" ", WEDNESDAY, "text_missing"), ("已查", TUESDAY, "too_early")])
def test_record_is_not_empty_and_not_written_beforehand(scene, visit, text, at, code):
    with refused(code):
        visits.make(visit, record_text=text, by=scene.who("luxi"), at=at)


def test_stranger_neither_records_nor_cancels(scene, visit):
    with refused("role_missing"):
        visits.make(visit, record_text="已查", by=scene.who("xisheng"), at=WEDNESDAY)
    with refused("role_missing"):
        visits.cancel(visit, reason="不去了", by=scene.who("xisheng"), at=TUESDAY)


def test_cancelled_visit_says_why_to_every_unit(scene, visit):
    planned(scene, "xisheng", purpose="查消防", join=visit)
    with refused("text_missing"):
        visits.cancel(visit, reason="", by=scene.who("luxi"), at=TUESDAY)
    visits.cancel(visit, reason="住户不在家", by=scene.who("luxi"), at=TUESDAY)
    assert ["住户不在家" in told(unit)[-1] for unit in (scene.luxi, scene.xisheng)] == [True, True]


@pytest.mark.parametrize(("who", "sees"), [("luxi", True), ("dispatcher", True), ("xisheng", False), ("district", False)])
def test_visit_is_seen_by_its_units_and_its_street(scene, visit, who, sees):
    user = scene.who(who)
    stand(user, TUESDAY)
    assert Visit.objects.visible_to(user).exists() is sees
