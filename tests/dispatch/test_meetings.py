"""会办: units are called together, say whether they come, and what is decided becomes work for somebody."""

import pytest

from dispatch.actions import handling, meetings
from dispatch.models import Decision, Meeting, WorkOrder
from grievance.models import Case, CaseUnit, Event, Notice, Remark
from street.scope import stand
from tests.dispatch.scene import TUESDAY, a_case, a_street, later
from tests.dispatch.teamwork import a_led_case, refused

pytestmark = pytest.mark.django_db

MEETS = later(hours=1)
AFTERWARDS = later(hours=2)


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def lead(scene):
    return a_led_case(scene)


@pytest.fixture
def meeting(scene, lead):
    return called(scene, lead.case)


def called(scene, case, *, by="leader", **change):
    facts = {"topic": "冰柱赔偿", "where": "街道三楼", "meets_at": MEETS, "units": [scene.luxi, scene.sifasuo]} | change
    return meetings.call(case, by=scene.who(by), at=TUESDAY, **facts)


def held(scene, meeting, *decisions, attended=None, minutes="物业同意先行垫付", at=AFTERWARDS):
    attended = [scene.luxi] if attended is None else attended
    return meetings.hold(meeting, minutes=minutes, attended=attended, decisions=decisions, by=scene.who("leader"), at=at)


def told(unit):
    return list(Notice.objects.filter(organisation=unit, kind="meeting").order_by("pk").values_list("text", flat=True))


def sees(scene, name):
    user = scene.who(name)
    stand(user, AFTERWARDS)
    return Meeting.objects.visible_to(user).exists()


def test_every_unit_invited_is_told_where_and_when_and_may_read_the_case(scene, meeting, lead):
    assert ["街道三楼" in told(unit)[0] and "11:20" in told(unit)[0] for unit in (scene.luxi, scene.sifasuo)] == [True, True]
    assert CaseUnit.objects.filter(case=lead.case, organisation=scene.sifasuo).exists()
    assert [sees(scene, name) for name in ("leader", "luxi", "sifasuo")] == [True, True, True]


def test_unit_that_was_not_invited_hears_and_sees_nothing(scene, meeting):
    assert told(scene.xisheng) == [] and not sees(scene, "xisheng") and not sees(scene, "heat")


@pytest.mark.parametrize("by", ["luxi", "sifasuo", "caller", "district"])
def test_unit_calls_no_meeting(scene, lead, by):
    with refused("role_missing"):
        called(scene, lead.case, by=by)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"topic": ""}, "text_missing"),
        ({"where": " "}, "text_missing"),
        ({"units": []}, "units_missing"),
        ({"meets_at": later(minutes=-1)}, "meet_past"),
        ({"meets_at": None}, "meet_past"),
    ],
)
def test_invitation_says_what_where_when_and_to_whom(scene, lead, change, code):
    with refused(code):
        called(scene, lead.case, **change)
    assert not Meeting.objects.exists()


def test_no_meeting_about_a_matter_that_has_ended(scene):
    case = a_case(scene)
    Case.objects.filter(pk=case.pk).update(status="declined", ended_at=TUESDAY)
    with refused("case_over"):
        called(scene, case)


def test_unit_replies_and_may_change_its_mind(scene, meeting):
    meetings.reply(meeting, coming=True, by=scene.who("sifasuo"), at=later(minutes=5))
    meetings.reply(meeting, coming=False, words="临时出庭", by=scene.who("sifasuo"), at=later(minutes=6))
    row = meeting.units.get(organisation=scene.sifasuo)
    assert (row.coming, row.reply) == (False, "临时出庭")
    assert Notice.objects.filter(role="supervisor", kind="meeting").count() == 2


def test_no_must_say_why_and_a_stranger_does_not_reply(scene, meeting):
    with refused("text_missing"):
        meetings.reply(meeting, coming=False, by=scene.who("sifasuo"), at=TUESDAY)
    with refused("role_missing"):
        meetings.reply(meeting, coming=True, by=scene.who("xisheng"), at=TUESDAY)


def test_cancelled_meeting_is_told_to_all_and_is_not_held(scene, meeting):
    meetings.cancel(meeting, reason="物业当天已赔付", by=scene.who("supervisor"), at=later(minutes=5))
    assert "物业当天已赔付" in told(scene.sifasuo)[-1] and "物业当天已赔付" in told(scene.luxi)[-1]
    with refused("move_not_open"):
        held(scene, meeting)


def test_meeting_is_not_cancelled_without_a_reason(scene, meeting):
    with refused("text_missing"):
        meetings.cancel(meeting, reason=" ", by=scene.who("leader"), at=TUESDAY)


def test_minutes_are_not_written_before_the_meeting(scene, meeting):
    with refused("too_early"):
        held(scene, meeting, at=later(minutes=59))


def test_minutes_say_who_came(scene, meeting):
    held(scene, meeting, attended=[scene.sifasuo])
    assert dict(meeting.units.values_list("organisation__code", "attended")) == {"luxi": False, "sifasuo": True}


def test_meeting_to_which_nobody_came_is_cancelled_and_not_held(scene, meeting):
    with refused("nobody_came"):
        held(scene, meeting, attended=[])
    with refused("not_invited"):
        held(scene, meeting, attended=[scene.heat])
    with refused("text_missing"):
        held(scene, meeting, minutes=" ")


def test_decision_for_a_unit_without_an_order_becomes_a_supporting_order(scene, meeting, lead):
    held(scene, meeting, (scene.sifasuo, "三日内出具调解意见"))
    decision = Decision.objects.get()
    order = decision.order
    assert (order.handler, order.lead, order.status, order.demand) == (scene.sifasuo, False, "dispatched", "三日内出具调解意见")
    assert order.limit_class == lead.limit_class and "会办议定" in order.basis and order.due_at > AFTERWARDS
    assert Notice.objects.filter(key=f"order:{order.pk}", organisation=scene.sifasuo).exists()


def test_decision_for_the_lead_becomes_its_own_task(scene, meeting, lead):
    held(scene, meeting, (scene.luxi, "督促物业清除冰柱"))
    assert Decision.objects.get().order == lead and WorkOrder.objects.count() == 1
    assert Remark.objects.get().text == "会办议定：督促物业清除冰柱"
    assert Notice.objects.filter(kind="demand", organisation=scene.luxi, text__contains="督促物业清除冰柱").exists()


def test_decision_for_a_unit_that_supports_already_points_at_its_order(scene):
    lead = a_led_case(scene, assistants=[scene.sifasuo])
    supporting = lead.case.orders.get(lead=False)
    held(scene, called(scene, lead.case), (scene.sifasuo, "派律师到场"))
    assert Decision.objects.get().order == supporting and WorkOrder.objects.count() == 2
    assert "派律师到场" in Remark.objects.get().text


def test_two_decisions_for_one_unit_make_one_order(scene, meeting):
    held(scene, meeting, (scene.sifasuo, "出具意见"), (scene.sifasuo, "到场调解"))
    assert Decision.objects.values_list("order").distinct().count() == 1
    assert WorkOrder.objects.filter(handler=scene.sifasuo).count() == 1


def test_decision_before_anybody_leads_waits_for_the_dispatch(scene):
    case = a_case(scene)
    held(scene, called(scene, case), (scene.sifasuo, "由司法所主办"))
    assert Decision.objects.get().order is None and not WorkOrder.objects.exists()


def test_what_cannot_be_decided_leaves_the_meeting_as_it_was(scene, meeting):
    with refused("text_missing"):
        held(scene, meeting, (scene.sifasuo, "出具意见"), (scene.heat, " "))
    meeting.refresh_from_db()
    assert meeting.status == "called" and not Decision.objects.exists() and not WorkOrder.objects.filter(lead=False).exists()


def test_minutes_stay_out_of_the_history_that_residents_read(scene, meeting, lead):
    held(scene, meeting, (scene.sifasuo, "三日内出具调解意见"))
    public = " ".join(Event.objects.filter(case=lead.case).values_list("public", flat=True))
    assert "有关单位已会商此事" in public and "垫付" not in public and "调解意见" not in public


def test_meeting_is_called_off_with_a_case_that_is_withdrawn(scene, meeting, lead):
    handling.end_orders(lead.case, move="cancel", sentence="随撤回关闭", at=later(minutes=5))
    meeting.refresh_from_db()
    assert meeting.status == "cancelled" and "取消" in told(scene.sifasuo)[-1]
