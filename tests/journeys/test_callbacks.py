"""回访: the verdict belongs to the resident. Content, dissatisfied, out of reach, anonymous, one of many, on the phone only,
promised for later, taken up again, asked twice; every hop through its page or its interface."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client

from dispatch.models import Pledge, SecretaryVisit, Supervision
from feedback import tasks
from feedback.models import Callback, Exclusion, Fact, FigureRule, InboundCount, Recheck
from grievance.models import Case, Notice
from tests.journeys.ends import left
from tests.journeys.people import Resident, Staff, done, lead

SECRET = "a-secret-of-the-gateway"
UNIT, HEAD = "shijiansuo_banli", "shijiansuo_suozhang"


@pytest.fixture(autouse=True)
def gateway(settings):
    """The office's SMS gateway may come in."""
    settings.SMS_INBOUND_SECRET = SECRET


def a_refund(clock, day, phone="", text="健身房关门跑路，预付卡里的钱不退", hour=10):
    """Somebody wants money back from a prepaid card; the market office is in charge, alone."""
    clock.reach(f"{day} {hour}:30")
    one = Resident("luxi-jiayuan")
    one.says(text, **({"phone": phone} if phone else {}))
    clock.reach(f"{day} {hour}:31")
    if one.case.status == "submitted":
        done(Staff("zhibanzhang").triage(one.case).make(one.case, "send", category="I2"))
    assert lead(one.case).handler.code == "qms-shijiansuo"
    return one


def done_by(clock, one, when, answer="商家已退款。", who=UNIT, **promised):
    """The unit does it and the desk finds it done; everybody is asked within the minute."""
    order = lead(one.case)
    if order.status == "dispatched":
        Staff(who).begins(order)
    clock.reach(when)
    Staff(who).works(order, "complete", public_answer=answer, **promised)
    Staff("zhibanzhang").passes(one.case)
    clock.reach(when.replace(":00", ":01"))
    assert one.case.status == "resolved"


def replies(phone, text, number="1", secret=SECRET):
    """The gateway posts what came in from that number."""
    body = json.dumps({"id": number, "phone": phone, "text": text})
    headers = {"Authorization": f"Bearer {secret}"}
    answer = Client().post("/api/v1/sms/replies/", body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json().get("outcome", answer.json().get("code"))


def texts(kind="survey"):
    """What left the house, the last first."""
    lines = (settings.DATA_DIR / "outbox.log").read_text().splitlines()
    return [row["text"] for row in map(json.loads, reversed(lines)) if row["kind"] == kind]


def test_content_by_text_message_is_the_residents_own_answer_and_nobody_rings(clock):
    one = a_refund(clock, "2023-03-14", "13000009001")
    done_by(clock, one, "2023-03-15 12:00")
    assert "直接回复也行：1 解决满意，2 基本，3 未解决" in texts()[0]
    assert replies("13000009001", "1", secret="guessed") == (401, "secret_wrong")
    assert replies("13000009099", "1") == (200, "unknown"), "a number that nobody asked"
    assert replies("13000009001", "你们是谁？", "2") == (200, "words")
    clock.reach("2023-03-15 12:05")
    assert "请只回复数字" in texts()[0]
    page = Staff("huifang1").callback(one.grievance)
    assert "你们是谁" in page
    assert replies("+86 130-0000-9001", " １。", "3") == replies("13000009001", "1", "3") == (200, "rated")
    asked = one.grievance.callbacks.get()
    assert (asked.way, asked.resolved, asked.satisfaction, asked.recorded_by) == ("sms", "yes", "yes", None)
    assert asked.words == "你们是谁？"
    assert not Staff("huifang1").get("/desk/callbacks/").leads_to(f"/desk/callbacks/{asked.pk}/")
    clock.reach("2023-03-15 12:10")
    assert (one.case.status, left()) == ("closed", [])
    assert "不是您本人回复的" in texts()[0]
    assert replies("13000009001", "3", "4") == (200, "late")
    assert one.grievance.callbacks.get().satisfaction == "yes"
    counts = dict(InboundCount.objects.values_list("outcome", "count"))
    assert counts == {"forged": 1, "unknown": 1, "words": 1, "rated": 1, "late": 1}


def test_of_two_that_wait_the_one_whose_code_stands_before_the_digit_is_meant(clock):
    first = a_refund(clock, "2023-03-14", "13000009002")
    done_by(clock, first, "2023-03-15 12:00")
    second = a_refund(clock, "2023-03-15", "13000009002", text="超市预付卡余额被清零，要求退", hour=13)
    done_by(clock, second, "2023-03-15 16:00")
    code = second.grievance.callbacks.get().sms_code
    assert re.fullmatch(r"\d\d", code) and f"{code}1 解决满意" in texts()[0]
    assert replies("13000009002", f"{code} 3", "a") == (200, "rated")
    assert (second.case.status, first.case.status) == ("in_handling", "resolved")
    assert replies("13000009002", "1", "b") == (200, "rated")
    assert first.grievance.callbacks.get().satisfaction == "yes"


def test_dissatisfied_twice_brings_the_head_and_then_a_secretary_to_the_door(clock):
    one = a_refund(clock, "2023-03-14", "13000009003")
    done_by(clock, one, "2023-03-15 12:00")
    assert replies("13000009003", "没解决", "1") == (200, "rated")
    clock.reach("2023-03-15 12:10")
    again = lead(one.case)
    Staff(UNIT).begins(again)
    clock.reach("2023-03-16 12:00")
    refused = Staff(UNIT).order(again).make(again, "complete", public_answer="又找了商家。")
    assert (refused.status, "须由市场监管所负责人参与" in refused) == (409, True), refused.text
    Staff(HEAD).works(again, "join_rework", text="到店里当面要求退款。")
    done_by(clock, one, "2023-03-16 13:00")
    assert "负责人已参与重新办理" in one.follow
    one.rates(resolved="no", satisfaction="no", reason="result", words="还差一半。")
    clock.reach("2023-03-16 13:10")
    visit = SecretaryVisit.objects.get(case=one.case)
    assert (visit.holder.code, visit.status, visit.made_by) == ("qms-luxi", "waiting", None)
    assert not Supervision.objects.filter(case=one.case, level="street").exists()
    clock.reach("2023-03-17 11:00")
    page = Staff("luxi_shuji").matter(one.case)
    assert page.make(visit, "call_on", said="", agreed="退").status == 400
    done(page.make(visit, "call_on", said="只退了一半。", agreed="周五以前退齐。"))
    assert "书记已上门听取您的意见" in one.follow
    done_by(clock, one, "2023-03-17 16:00", who=HEAD)
    one.rates(resolved="no", satisfaction="no", reason="result")
    clock.reach("2023-03-17 16:10")
    assert Supervision.objects.get(case=one.case, level="street").status == "raised"


def test_out_of_reach_on_the_phone_an_officer_of_another_unit_goes_and_the_one_that_handled_cannot(clock):
    one = a_refund(clock, "2023-03-14", "13000009004")
    done_by(clock, one, "2023-03-15 12:00")
    caller = Staff("huifang1")
    caller.rings_in_vain(one.grievance)
    page = caller.callback(one.grievance)
    form = next(form for form in page.forms if form.says("请这个单位上门"))
    assert "qms-shijiansuo" not in form.choices["unit"]
    row = one.grievance.callbacks.get()
    by_hand = caller.client.post(
        f"/desk/callbacks/{row.pk}/officer/",
        {"unit": "qms-shijiansuo", "csrfmiddlewaretoken": caller.client.cookies["csrftoken"].value},
    )
    assert by_hand.status_code == 403
    done(page.press("请这个单位上门", unit="qms-xisheng"))
    assert not caller.get("/desk/callbacks/").leads_to(f"/desk/callbacks/{row.pk}/"), "nobody rings as well"
    assert Staff(UNIT).get(f"/phone/visiting/{row.pk}/").status == 404
    officer = Staff("xisheng_banli")
    assert officer.get("/phone/orders/").leads_to(f"/phone/visiting/{row.pk}/")
    answers = {"replied": "yes", "resolved": "yes", "satisfaction": "mostly", "language": "维吾尔语", "interpreter": "古丽"}
    done(officer.get(f"/phone/visiting/{row.pk}/").press("登记上门回访", **answers))
    row.refresh_from_db()
    assert (row.way, row.recorded_by.username, row.language, row.interpreter) == ("visit", "xisheng_banli", "维吾尔语", "古丽")


def test_anonymous_person_answers_by_the_receipt_alone_and_is_counted_apart_when_silent(clock):
    one = a_refund(clock, "2023-03-14")
    done_by(clock, one, "2023-03-15 12:00")
    assert not Notice.objects.filter(grievance=one.grievance, kind="survey").exists()
    row = one.grievance.callbacks.get()
    assert not Staff("huifang1").get("/desk/callbacks/").leads_to(f"/desk/callbacks/{row.pk}/")
    clock.reach("2023-03-22 12:30")
    row.refresh_from_db()
    assert (row.status, row.satisfaction, one.case.status) == ("unreachable", "", "closed")


def test_promise_that_falls_due_is_asked_about_again_and_a_broken_one_is_done_again(clock):
    payer, silent = a_refund(clock, "2023-03-14", "13000009006"), a_refund(clock, "2023-03-14", "13000009007", hour=11)
    if silent.case != payer.case:
        done(Staff("zhibanzhang").desk(silent.case).make(silent.case, "merge", into=payer.case.number))
        clock.sweep()
    promise = {"promised_kind": "payment", "promised": "退卡里余额800元", "promised_by": "2023-03-20"}
    done_by(clock, payer, "2023-03-15 12:00", answer="商家答应3月20日以前退款。", **promise)
    assert replies("13000009006", "1", "1") == replies("13000009007", "1", "2") == (200, "rated")
    clock.reach("2023-03-15 12:10")
    pledge = Pledge.objects.get()
    assert (payer.case.status, pledge.status) == ("closed", "waiting")
    clock.reach("2023-03-20 23:00")
    assert Callback.objects.filter(pledge=pledge).count() == 0, "the day itself is not over"
    clock.reach("2023-03-21 01:00")
    assert Callback.objects.filter(pledge=pledge).count() == 2
    assert not any("承诺的事到期了" in text for text in texts()), "nobody is woken"
    clock.reach("2023-03-21 10:01")
    assert sum("承诺的事到期了" in text for text in texts()) == 2
    clock.sweep()
    assert Callback.objects.filter(pledge=pledge).count() == 2, "and never twice"
    page = Staff("huifang1").callback(silent.grievance)
    assert "退卡里余额800元" in page
    assert "答应您的事办到了吗（退卡里余额800元）" in payer.survey
    done(payer.rates(resolved="no", satisfaction="no", reason="unsolved", words="没有退"))
    clock.reach("2023-03-21 10:10")
    pledge.refresh_from_db()
    again = lead(payer.case)
    assert (pledge.status, payer.case.status, again.round, again.limit_class) == ("broken", "in_handling", 2, "R")
    assert Callback.objects.get(pledge=pledge, grievance=silent.grievance).status == "superseded"
    assert "承诺的事没有办到，已退回重新办理" in payer.follow


def test_a_closed_matter_is_taken_up_again_and_a_second_answer_that_differs_is_shown(clock):
    FigureRule.objects.create(starts=date(2023, 1, 1), recheck_share=Decimal(1))
    one = a_refund(clock, "2023-03-14", "13000009008")
    done_by(clock, one, "2023-03-15 12:00")
    Staff("huifang1").hears(one.grievance)
    clock.reach("2023-03-15 13:00")
    assert one.case.status == "closed"
    tasks.draw_rechecks()
    row = Recheck.objects.get()
    eye = Staff("duban")
    eye.get(f"/desk/rechecks/{row.pk}/").press("由我复核")
    answers = {"replied": "no", "resolved": "no", "satisfaction": "no"}
    done(eye.get(f"/desk/rechecks/{row.pk}/").press("登记", **answers))
    row.refresh_from_db()
    assert (row.contradicts, one.grievance.callbacks.get().satisfaction) == (True, "yes")
    clock.reach("2023-03-15 13:10")
    assert any("可以在这里要求重办" in text for text in texts())
    page = one.follow
    assert page.leads_to(f"/r/{one.receipt}/reopen/")
    reopening = type(page)(one.client, one.client.get(f"/r/{one.receipt}/reopen/"))
    done(reopening.press("重新办理", text="钱没有到账"))
    assert (one.case.status, lead(one.case).round) == ("in_handling", 2)


# --- 9 不合理且重复 ------------------------------------------------------------------------------


def test_unreasonable_and_repeated_is_answered_counted_apart_by_two_levels_and_nobody_is_blocked(clock):
    said, phone = "邻居空调外机正对我家，影响风水，要求政府强制拆除并赔精神损失", "13000009009"
    voices = []
    for day in (18, 19, 20):
        for hour in (11, 16, 19)[: 3 if day == 18 else 2]:
            clock.reach(f"2023-07-{day} {hour}:00")
            one = Resident("luxi-jiayuan")
            one.says(f"{said}（第{len(voices) + 1}次说）", phone=phone)
            voices.append(one)
            clock.reach(f"2023-07-{day} {hour}:01")
            if len(voices) == 1 and one.case.status == "submitted":
                done(Staff("zhibanzhang").triage(one.case).make(one.case, "send", category="F1"))
            elif len(voices) > 1 and one.case != voices[0].case:
                done(Staff("zhibanzhang").desk(one.case).make(one.case, "merge", into=voices[0].case.number))
    clock.sweep()
    case = voices[0].case
    assert (len(voices), case.grievances.count(), {one.case for one in voices}) == (7, 7, {case})
    clock.reach("2023-07-21 12:00")
    unit, order = Staff("luxi_banli"), lead(case)
    unit.begins(order)
    unit.works(order, "add_progress", text="上门实测，噪声在标准以内。", public=["on"])
    Staff("luxi_tiaojie").works(order, "open_mediation", on=case, parties="甲；乙", willing="applicant")
    attempt = case.mediations.get()
    other = attempt.sides.get(side="other")
    Staff("luxi_tiaojie").works(order, "consent", on=attempt, party=str(other.pk), agreed="0")
    attempt.refresh_from_db()
    assert attempt.status == "failed", "one side refuses, so nobody mediates (人民调解法 art. 17)"
    clock.reach("2023-07-24 12:00")
    for mine in case.orders.open():
        who = {"qms-luxi": "luxi_banli"}[mine.handler.code]
        Staff(who).completes(mine, "外机安装符合规定，噪声不超标；赔偿请求可以依法起诉。")
    Staff("zhibanzhang").passes(case)
    clock.reach("2023-07-24 12:01")
    rung = [row for row in Callback.objects.to_call(_user("huifang1")) if row.case_id == case.pk]
    assert len(rung) == 1, "one person is rung once, however often they spoke"
    assert sum("请评价是否真正解决" in text for text in texts()) == 1
    Staff("huifang1").hears(rung[0].grievance, resolved="no", satisfaction="no", reason="result", words="就要拆。")
    clock.reach("2023-07-24 12:10")
    done(
        Staff("luxi_shuji")
        .desk(case)
        .make(case, "exclude", kind="verdict", ground="unreasonable", reason="两次实测均在标准以内，无法律依据要求拆除。")
    )
    row = Exclusion.objects.get()
    done(Staff("duban").desk(case).make(row, "agree", opinion="属实"))
    row.refresh_from_db()
    assert row.status == "agreed" and "单独列出" not in voices[0].follow, "one level alone counts nothing apart"
    done(Staff("ducha").desk(case).make(row, "stand", opinion="同意"))
    assert "可以依法起诉" in voices[3].follow
    assert Staff("duban").get("/desk/cases/").leads_to(f"/desk/cases/{case.number}/"), "still listed"
    clock.reach("2023-07-25 12:00")
    next_one = Resident("luxi-jiayuan")
    next_one.says("楼道灯不亮", phone=phone)
    assert next_one.case.status in (Case.Status.SUBMITTED, Case.Status.IN_HANDLING), "nobody is blocked"


# --- 10 信访转交 ---------------------------------------------------------------------------------


def test_petition_is_asked_about_by_its_own_rules_and_stands_in_no_rate_of_the_hotline(clock):
    clock.reach("2023-11-01 11:00")
    owner = Resident("luxi-jiayuan")
    owner.says("有件事想请你们看一看，材料交给信访局了", phone="13000009010")
    clock.reach("2023-11-01 11:01")
    desk, case = Staff("zhibanzhang"), owner.case
    assert case.status == "submitted"
    facts = {"number": "XF20231101-0017", "kind": "claim", "forwarded_by": "sy-xinfang", "received_at": "2023-11-01T10:00"}
    done(desk.desk(case).make(case, "register_petition", **facts))
    done(desk.triage(case).make(case, "send", category="A3", to="sy-zhujian", limit_class="X"))
    bureau, order = Staff("zhujian_banli"), lead(owner.case)
    bureau.works(order, "accept")
    bureau.works(order, "respond", note="已联系。")
    clock.reach("2023-11-06 11:00")
    bureau.works(order, "admit_petition")
    bureau.works(order, "notify_petitioner")
    clock.reach("2023-11-20 12:00")
    bureau.works(order, "complete", public_answer="处理意见书已送达，不支持退还请求。")
    for mine in owner.case.orders.filter(status__in=["dispatched", "accepted"]):
        helper = Staff({"qms-luxi": "luxi_banli"}[mine.handler.code])
        helper.begins(mine)
        helper.completes(mine, "已配合。")
    desk.passes(owner.case)
    clock.reach("2023-11-20 12:01")
    done(owner.rates(resolved="no", satisfaction="no", reason="result"))
    clock.reach("2023-11-20 12:10")
    assert (owner.case.status, owner.case.round, owner.case.reopen_until) == ("closed", 1, None)
    assert "三十日内" in owner.follow and "复查" in owner.follow
    tasks.keep_figures()
    counted = dict(Fact.objects.filter(case=owner.case.pk).values_list("measure", "number"))
    assert counted["heard_petition"] == 1
    assert not {"heard", "solved_no", "content_no", "contact_due"} & set(counted)
    assert "骑马山街道 0 — — 0 0 0 0" in desk.get("/desk/figures/")


def _user(username):
    from django.utils import timezone

    from street.models import User
    from street.scope import stand

    user = User.objects.get(username=username)
    stand(user, timezone.now())
    return user
