"""交接班页、值班表页: read in two minutes, taken over by hand, frozen afterwards; what is handed on is nobody else's business."""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch import sweeps
from dispatch.actions import handling, shifts
from dispatch.models import (
    AutoRead,
    DutyNote,
    DutyRule,
    FirstLook,
    Ring,
    Shift,
    ShiftSwap,
    StandingAuthority,
    UrgentReport,
    WorkOrder,
)
from grievance.actions import triage
from grievance.models import Case
from tests.clock import instant, travel
from tests.desk.phone import a_phone, text_of
from tests.dispatch.scene import TUESDAY, a_case, a_street, later

pytestmark = pytest.mark.django_db

PAGE, ROSTER = "/desk/shift/", "/desk/roster/"
MORNING = instant("2023-03-14 08:00")
EVENING = instant("2023-03-14 16:00")


@pytest.fixture
def scene():
    scene = a_street()
    rows = shifts.rota(
        [("早班", time(8), time(16)), ("中班", time(16), time(0))], [scene.who("street_leader")],
        [scene.who("dispatcher"), scene.who("supervisor")], first=date(2023, 3, 14), days=2,
    )  # fmt: skip
    shifts.plan(scene.street, rows=rows, by=scene.who("leader"), at=instant("2023-03-13 12:00"))
    shifts.take(Shift.objects.order_by("starts_at")[0], by=scene.who("dispatcher"), at=MORNING)
    return scene


def sent_by_itself(scene, number):
    case = a_case(scene, at=TUESDAY, description=f"第{number}件车窗被冰柱砸碎")
    case = triage.admit(case, by=None, at=TUESDAY)
    authority = StandingAuthority.objects.get(street=scene.street)
    return handling.dispatch(case, to=scene.luxi, limit_class="U4", authority=authority, by=None, at=TUESDAY)


def get(person, at, page=PAGE):
    with travel(at):
        return a_phone(person).get(page)


def post(person, at, page=PAGE, **data):
    with travel(at):
        return a_phone(person).post(page, data)


def statements(person, at):
    browser = a_phone(person)
    with (
        travel(at),
        CaptureQueriesContext(
            connection,
        ) as caught,
    ):
        assert browser.get(PAGE).status_code == 200
    return len(caught)


def test_page_is_read_ticked_taken_over_and_frozen(scene):
    desk, next_one = scene.who("dispatcher"), scene.who("supervisor")
    orders = [sent_by_itself(scene, number) for number in range(3)]
    alarm = a_case(scene, at=TUESDAY, description="燃气泄漏，味道很大")
    Case.objects.filter(pk=alarm.pk).update(urgency="urgent")
    sweeps.watch_duty(at=TUESDAY)
    few = statements(desk, later(minutes=3))
    orders += [sent_by_itself(scene, number) for number in range(3, 8)]
    assert statements(desk, later(minutes=3)) == few <= 40

    shown = text_of(get(desk, later(minutes=3)))
    assert "还有 8 件没人看过" in shown and "燃气泄漏" in shown and "已响 1 次" in shown and "我接班" not in shown
    card = f"ring-{Ring.objects.get().pk}-confirm"
    assert post(scene.who("caller"), later(minutes=4), act=card, done="到了").status_code == 403
    assert post(desk, later(minutes=4), act=card, done="119 已到场").status_code == 302
    assert post(desk, later(minutes=4), act="note", kind="note", text="3号楼老人等药").status_code == 302
    assert post(desk, later(minutes=4), act="note", kind="call", text="给刘先生回电").status_code == 400
    assert post(desk, later(minutes=4), act="recall", pk=orders[0].pk, reason="派错了").status_code == 302
    assert WorkOrder.objects.get(pk=orders[0].pk).status == "recalled"
    post(desk, later(minutes=5), act="read", order=[orders[1].pk, orders[2].pk])
    post(desk, later(minutes=5), act="read_all", shown=[order.pk for order in orders[3:6]])
    assert AutoRead.objects.count() == 6

    assert post(next_one, later(minutes=6), act="take", pk=Shift.objects.order_by("starts_at")[1].pk).status_code == 409
    assert "我接班" in text_of(get(next_one, EVENING))
    assert post(next_one, EVENING, act="take", pk=Shift.objects.order_by("starts_at")[1].pk).status_code == 302
    post(desk, later(EVENING, minutes=1), act="leave", pk=Shift.objects.order_by("starts_at")[0].pk)
    # What nobody has read is carried on to the next shift, and so is the note
    after = text_of(get(next_one, later(EVENING, minutes=2)))
    assert "还有 2 件没人看过" in after and "3号楼老人等药" in after and "响铃中：有人按" not in after
    ended = Shift.objects.order_by("starts_at")[0]
    kept = get(scene.who("street_leader"), later(EVENING, hours=20), f"{PAGE}{ended.pk}/")
    assert kept.status_code == 200 and "之后不再变" in text_of(kept) and "3号楼老人等药" in text_of(kept)
    assert 'name="act"' not in kept.content.decode()
    post(next_one, later(EVENING, minutes=3), act="strike", pk=DutyNote.objects.get().pk)
    assert DutyNote.objects.get().struck_by == next_one


def test_page_is_for_the_desk_and_its_leaders_of_this_street(scene):
    assert get(scene.who("luxi"), MORNING).status_code == get(scene.who("luxi"), MORNING, ROSTER).status_code == 403
    assert get(scene.who("district"), MORNING).status_code == 403
    running = Shift.objects.order_by("starts_at")[0]
    assert get(scene.who("dispatcher"), MORNING, f"{PAGE}{running.pk}/").status_code == 404
    assert post(scene.who("dispatcher"), MORNING, act="wrong").status_code == 404


def test_month_is_made_at_once_from_names_or_from_a_table(scene):
    leader = scene.who("leader")
    made = {"act": "plan", "first": "2023-03-16", "days": "28", "kinds": "白班 08:00-20:00\n夜班 20:00-08:00", "phone": "5550000"}
    wrong = post(leader, TUESDAY, ROSTER, **made, officers="dispatcher\n王五", leaders="street_leader")
    assert wrong.status_code == 400 and "王五" in text_of(wrong) and Shift.objects.count() == 4
    assert post(scene.who("caller"), TUESDAY, ROSTER, **made, officers="caller", leaders="street_leader").status_code == 403
    people = {"officers": "dispatcher\ncaller", "leaders": "street_leader\nleader"}
    assert post(leader, TUESDAY, ROSTER, **made, **people).status_code == 302
    assert Shift.objects.count() == 60
    rows = list(Shift.objects.order_by("starts_at")[4:8])
    assert [(row.name, row.officer.username, row.leader.username) for row in rows] == [
        ("白班", "dispatcher", "street_leader"), ("夜班", "caller", "street_leader"),
        ("白班", "dispatcher", "leader"), ("夜班", "caller", "leader"),
    ]  # fmt: skip
    table = (
        "日期,班次,起,止,带班领导,值班员\n"
        "2023-05-01,夜班,20:00,8:00,street_leader,supervisor\n45048,白班,0.375,20:00,leader,caller\n"
    )
    assert post(leader, TUESDAY, ROSTER, act="import", table=upload(table)).status_code == 302
    loaded = Shift.objects.filter(starts_at__gte=instant("2023-05-01 00:00"))
    assert [(row.starts_at, row.ends_at) for row in loaded] == [
        (instant("2023-05-01 20:00"), instant("2023-05-02 08:00")), (instant("2023-05-02 09:00"), instant("2023-05-02 20:00"))
    ]  # fmt: skip
    page = text_of(get(leader, TUESDAY, f"{ROSTER}?month=2023-03"))
    assert "没有人值班" in page and "3月16日" in page
    assert post(leader, TUESDAY, ROSTER, act="rule", ring_minutes="3", leader_rings="5", secretary_rings="2").status_code == 400
    rule = {name: "9" for name in ("leader_rings", "secretary_rings", "takeover_minutes", "report_first_minutes")}
    sent = {"act": "rule", "ring_minutes": "3", **rule, "report_follow_minutes": "60", "unseen_urgent": "3，9"}
    assert post(leader, TUESDAY, ROSTER, **sent, unseen_usual="30，20").status_code == 400
    assert post(leader, TUESDAY, ROSTER, **sent, unseen_usual="30").status_code == 302
    assert DutyRule.objects.get().unseen_urgent == [3, 9]


def upload(text):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("值班表.csv", text.encode(), "text/csv")


def test_swap_is_asked_and_answered_on_the_roster(scene):
    shift = Shift.objects.order_by("starts_at")[1]
    asked = {"act": "swap", "shift": shift.pk, "part": "officer", "to": scene.who("caller").pk, "reason": "看病"}
    assert post(scene.who("supervisor"), TUESDAY, ROSTER, **asked).status_code == 302
    swap = ShiftSwap.objects.get()
    assert post(scene.who("supervisor"), TUESDAY, ROSTER, act="agree", pk=swap.pk).status_code == 403
    assert post(scene.who("caller"), TUESDAY, ROSTER, act="agree", pk=swap.pk).status_code == 302
    assert Shift.objects.get(pk=shift.pk).officer == scene.who("caller")


def test_case_page_carries_the_telephone_the_ring_and_the_report(scene):
    desk, order = scene.who("dispatcher"), sent_by_itself(scene, 1)
    Case.objects.filter(pk=order.case_id).update(urgency="urgent")
    sweeps.watch_duty(at=TUESDAY)
    address = f"/desk/cases/{order.case.number}/"
    shown = text_of(get(desk, TUESDAY, address))
    assert "特急响铃" in shown and "电话代签收" in shown and "紧急信息报告" in shown
    moves = {"answered_by": "小王", "dialled": "13800001234"}
    assert post(desk, TUESDAY, address, act=f"workorder-{order.pk}-accept_by_phone", **moves).status_code == 302
    assert post(desk, TUESDAY, address, act=f"case-{order.case_id}-open_urgent_report").status_code == 302
    report = UrgentReport.objects.get()
    draft = {"act": f"urgentreport-{report.pk}-draft", "body": "冰柱坠落，已拉警戒线，联系人13800001234。"}
    assert post(desk, TUESDAY, address, **draft).status_code == 302
    theirs = text_of(get(scene.who("luxi"), TUESDAY, address))
    assert "138****1234" in theirs and "13800001234" not in theirs and "对代签收有异议" in theirs
    assert 'aria-label="紧急信息报告"' not in theirs and "特急响铃" not in theirs
    paper = get(desk, TUESDAY, f"/desk/papers/urgent/{report.pk}/")
    assert "拉警戒线" in text_of(paper) and "13800001234" not in text_of(paper)
    docx = get(desk, TUESDAY, f"/desk/papers/urgent/{report.pk}.docx")
    assert docx.content[:2] == b"PK" and get(scene.who("luxi"), TUESDAY, f"/desk/papers/urgent/{report.pk}/").status_code == 404


def test_opening_a_waiting_matter_is_kept_without_a_name(scene):
    case = a_case(scene, at=TUESDAY)
    get(scene.who("luxi"), TUESDAY, f"/desk/cases/{case.number}/")
    assert not FirstLook.objects.exists()
    get(scene.who("dispatcher"), later(minutes=1), f"/desk/triage/?case={case.number}")
    get(scene.who("leader"), later(minutes=9), f"/desk/cases/{case.number}/")
    look = FirstLook.objects.get()
    assert look.looked_at == later(minutes=1)
    assert [field.name for field in FirstLook._meta.get_fields() if field.related_model] == ["case"]
