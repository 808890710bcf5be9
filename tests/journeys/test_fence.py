"""The fourth of the four matters, 围挡占道: many reporters, one matter, one count, and the district's eye on it at once."""

from dispatch.models import Letter, Supervision
from grievance.models import Event, Notice
from tests.clock import instant
from tests.journeys.ends import left
from tests.journeys.people import Resident, Staff, done, fresh, lead, order_of, units

VOICES = [
    ("shuikujie-shuikujie", "工地围挡把人行道和车行道都占了，人只能走到马路中间。"),
    ("shuikujie-dian-yaodian", "施工围挡挡在店门口，占了人行道，顾客进不来。"),
    ("shuikujie-gongdi", "施工围挡占道好几个月了，没见人干活，请尽快拆除。"),
    ("shuikujie-shuikujie", "工地围挡占了车行道，早晚高峰堵得厉害。"),
]


def test_fence_has_seventeen_voices_one_matter_and_the_districts_eye(clock):
    clock.reach("2023-10-30 09:30")
    first = Resident(VOICES[0][0])
    first.says(VOICES[0][1], name="何女士", phone="13000002000")
    clock.reach("2023-10-30 09:31")
    fence_goes_to_the_district(first)
    district_lists_it_at_once(clock, first.case)
    reporters = [first, *sixteen_more_speak_of_it(clock, first.case)]
    each_has_a_number_a_receipt_and_news_of_their_own(reporters)
    fence_is_removed_within_a_week(clock, first.case)
    everyone_is_asked(clock, reporters)
    district_takes_it_off_its_list(clock, first.case)
    one_matter_is_counted_and_seventeen_persons(clock, first.case)
    assert left() == []


def fence_goes_to_the_district(first):
    order = lead(first.case)
    assert (first.case.category.code, order.handler.code) == ("C4", "sy-chengguan")
    assert units(first.case.orders.filter(lead=False)) == {"sy-zhujian", "qms-jiaojing", "qms-chengguan"}
    assert (order.limit_class, order.due_at) == ("U3", instant("2023-11-06 19:30"))


def district_lists_it_at_once(clock, case):
    clock.reach("2023-10-30 09:50")
    reason = "围挡占道影响商户和居民出行，涉及区级部门，超出街道权限。"
    done(Staff("zhibanzhang").desk(case).make(case, "propose_listing", reason=reason))
    assert not Supervision.objects.filter(status="listed").exists()
    report = Letter.objects.get(case=case, kind="listing_proposal")
    Staff("shuji").decides(case, "sign", on=report)
    clock.reach("2023-10-30 10:20")
    proposed = Supervision.objects.get(case=case, status="proposed")
    demand = "请区城管局牵头，一周内拆除围挡、恢复通行。"
    Staff("qushuji").decides(case, "list", on=proposed, demand=demand, due_at="2023-11-06T19:30")
    listed = Supervision.objects.get(case=case, level="district")
    assert (listed.status, listed.taken_by.username, listed.due_at) == ("listed", "qushuji", instant("2023-11-06 19:30"))
    handler = Staff("sychengguan_banli")
    assert demand in handler.order(lead(case))
    for unit, person in FENCE_HANDS.items():
        Staff(person).begins(order_of(case, unit))


FENCE_HANDS = {
    "sy-chengguan": "sychengguan_banli", "sy-zhujian": "zhujian_banli", "qms-jiaojing": "jiaojingzd_banli",
    "qms-chengguan": "chengguan_banli",
}  # fmt: skip


def sixteen_more_speak_of_it(clock, case):
    desk, others = Staff("paidan2"), []
    for number in range(1, 17):
        clock.reach(f"2023-10-{30 + number // 9} {11 + number % 9}:{10 + number}")
        place, text = VOICES[number % len(VOICES)]
        other = Resident(place)
        other.says(text, phone=f"1300000{2000 + number}")
        clock.sweep()
        is_merged(desk, other, case)
        others.append(other)
    clock.sweep()
    assert units(case.orders.open()) == set(FENCE_HANDS)
    return others


def is_merged(desk, other, case):
    """At the same place the desk is offered the twin; elsewhere, where only like words may offer it, it names the matter."""
    own = other.case
    page = desk.triage(own)
    assert "疑似同一件事" in page or own.place_id != case.place_id
    done(page.press("并案") if own.place_id == case.place_id else desk.desk(own).make(own, "merge", into=case.number))
    assert fresh(own).status == "merged"
    assert other.case == case


def each_has_a_number_a_receipt_and_news_of_their_own(reporters):
    assert len({one.receipt for one in reporters}) == 17
    numbers = {one.grievance.number for one in reporters}
    assert len(numbers) == 17
    pages = [one.follow for one in reporters]
    for one, page in zip(reporters, pages, strict=True):
        assert {number for number in numbers if number in page} == {one.grievance.number}
        assert "区城管局" in page
        assert "2023年11月6日 19:30（北京时间）" in page
    assert all("您的查询码、进展通知和回访照旧" in page for page in pages[1:])
    chased = Event.objects.filter(case=reporters[0].case, kind="checkpoint.chase", sentence__contains="5 人反映")
    assert chased.count() == 1


def fence_is_removed_within_a_week(clock, case):
    clock.reach("2023-11-01 11:00")
    Staff("sychengguan_banli").works(lead(case), "add_progress", text="已责令施工单位限期拆除围挡，恢复道路通行。", public=["on"])
    clock.reach("2023-11-05 12:30")
    for unit, person in FENCE_HANDS.items():
        Staff(person).completes(order_of(case, unit), "围挡已全部拆除，人行道和车行道恢复通行。")
    Staff("zhibanzhang").passes(case)
    assert Event.objects.filter(kind="case.resolve").count() == 1


def everyone_is_asked(clock, reporters):
    clock.reach("2023-11-06 11:00")
    texts = Notice.objects.filter(kind="survey", sent_at__isnull=False)
    assert {text.grievance_id for text in texts} == {one.grievance.pk for one in reporters}
    for one in reporters[:9]:
        one.rates(words="路通了。")
    caller = Staff("huifang2")
    for one in reporters[9:-1]:
        caller.hears(one.grievance)
    assert reporters[0].case.status == "resolved"
    caller.hears(reporters[-1].grievance, satisfaction="mostly")
    assert reporters[0].case.status == "closed"


def district_takes_it_off_its_list(clock, case):
    clock.reach("2023-11-06 18:00")
    listed = Supervision.objects.get(case=case, level="district")
    outcome = "围挡已拆除，现场核实通行恢复，符合摘牌条件。"
    Staff("ducha").decides(case, "unlist", on=listed, outcome=outcome, confirmed=["0"])
    listed.refresh_from_db()
    assert (listed.status, listed.ended_by.username) == ("lifted", "ducha")


def one_matter_is_counted_and_seventeen_persons(clock, case):
    clock.reach("2023-11-07 10:00")
    figures = Staff("zhibanzhang").get("/desk/figures/")
    assert "办结 1 结案 1" in figures
    assert "并入他件 16（不另计）" in figures
    # 评价、解决率、满意率、不认可、无法回访、待回访、涉及事项、涉及人
    assert "骑马山街道 17 100% 100% 0 0 0 1 17" in figures
