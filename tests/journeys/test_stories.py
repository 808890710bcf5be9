"""Stories 5, 7 and 8 of the domain notes: a cold flat in the holiday, unpaid wages, a manhole on the border of two streets."""

from dispatch.models import Letter, Supervision
from feedback.models import Callback
from grievance.models import CaseUnit, Event, Notice
from tests.clock import instant
from tests.journeys.ends import left
from tests.journeys.people import Resident, Staff, done, lead, order_of, units

# --- 5 家里不热 ----------------------------------------------------------------------------------


def test_cold_flat_in_the_holiday_is_due_in_a_day_and_done_again_until_it_is_warm(clock):
    clock.reach("2023-01-25 23:10")
    elder = Resident("ertongcun-yuhong")
    elder.says("暖气不热，室温15℃，老人冷得睡不着", address="2号楼1单元301室", name="阿依汗", phone="13000003005")
    clock.reach("2023-01-25 23:11")
    heat_goes_out_at_night_in_spite_of_the_holiday(elder)
    heating_company_comes_the_next_morning(clock, elder)
    it_is_not_warm_enough(clock, elder)
    head_of_the_company_takes_part(clock, elder)
    clock.reach("2023-01-31 11:00")
    Staff("huifang2").hears(elder.grievance, resolved="mostly", satisfaction="mostly", words="现在有20度了。")
    clock.reach("2023-01-31 11:02")
    assert elder.case.status == "closed"
    assert Supervision.objects.get(case=elder.case).status == "lifted"
    assert left() == []


def heat_goes_out_at_night_in_spite_of_the_holiday(elder):
    order = lead(elder.case)
    assert (order.handler.code, order.limit_class) == ("heat", "U2")
    assert order.due_at == instant("2023-01-26 23:10")
    assert units(elder.case.orders.filter(lead=False)) == {"qms-ertongcun"}
    copied = Notice.objects.get(case=elder.case, kind="copy")
    assert (copied.organisation.code, copied.created_at) == ("sy-zhujian", instant("2023-01-25 23:10"))
    assert order.number in Staff("zhujian_banli").desk(elder.case)
    assert order.dispatched_by is None
    assert order.authority.leader.username == "zhibanzhang"
    assert "暖城供热" in elder.follow
    assert "2023年1月26日 23:10（北京时间）" in elder.follow


def heating_company_comes_the_next_morning(clock, elder):
    clock.reach("2023-01-25 23:40")
    Staff("heat_banli").begins(lead(elder.case))
    Staff("ertongcun_banli").begins(order_of(elder.case, "qms-ertongcun"))
    clock.reach("2023-01-26 12:00")
    Staff("heat_banli").completes(lead(elder.case), "已入户排气、调节阀门。")
    Staff("ertongcun_banli").completes(order_of(elder.case, "qms-ertongcun"), "已陪同入户。")
    Staff("zhibanzhang").passes(elder.case)


def it_is_not_warm_enough(clock, elder):
    clock.reach("2023-01-27 11:00")
    Staff("huifang2").hears(elder.grievance, resolved="no", satisfaction="no", reason="unsolved", words="还是只有17度。")
    again = lead(elder.case)
    assert (again.handler.code, again.round, again.limit_class) == ("heat", 2, "R")
    assert again.due_at == instant("2023-01-30 19:30")
    assert "单位负责人参与" in again.basis
    assert "已退回重新办理" in elder.follow
    assert "2023年1月30日 19:30（北京时间）" in elder.follow
    clock.reach("2023-01-27 11:01")
    watched = Supervision.objects.get(case=elder.case)
    assert (watched.level, watched.holder.code, watched.taken_by) == ("community", "qms-ertongcun", None)


def head_of_the_company_takes_part(clock, elder):
    clock.reach("2023-01-28 11:00")
    head, again = Staff("heat_fuze"), lead(elder.case)
    assert "第2轮重办" in head.order(again)
    head.begins(again)
    clock.reach("2023-01-30 12:00")
    head.completes(again, "更换堵塞的支管，复测室温20.5℃。")
    Staff("duban").passes(elder.case)
    assert again.deadlines.get(anchor="completion").breached is False


# --- 7 欠薪聚集 ----------------------------------------------------------------------------------


def test_unpaid_workers_are_heard_at_once_and_no_police_are_told(clock):
    clock.reach("2023-12-18 09:05")
    worker = Resident("xingrong-anzhifang")
    receipt = worker.says("我们11名工人，工地欠薪18万，再不给就去堵路", name="王师傅", phone="13000003007")
    assert "您的急事已提醒值班人员" in receipt
    clock.reach("2023-12-18 09:06")
    shift_leader_is_rung_and_labour_bureau_leads(worker)
    nobody_tells_the_police(worker.case)
    wages_are_paid(clock, worker)
    nobody_tells_the_police(worker.case)
    clock.reach("2023-12-23 11:00")
    Staff("huifang1").hears(worker.grievance, words="11个人的工资都到账了。")
    clock.reach("2023-12-23 11:02")
    assert worker.case.status == "closed"
    assert left() == []


def shift_leader_is_rung_and_labour_bureau_leads(worker):
    case, order = worker.case, lead(worker.case)
    assert (case.category.code, case.urgency) == ("G1", "urgent")
    alerts = Notice.objects.filter(case=case, kind="urgent")
    assert set(alerts.values_list("role", flat=True)) == {"shift_leader", "street_leader"}
    assert all(alert.created_at == instant("2023-12-18 09:05") and alert.sent_at for alert in alerts)
    assert (order.handler.code, order.limit_class) == ("sy-renshe", "U3")
    assert units(case.orders.filter(lead=False)) == {"sy-zhujian"}
    assert (order.accept_due_at, order.contact_due_at) == (instant("2023-12-18 09:20"), instant("2023-12-18 09:35"))
    assert order.due_at == instant("2023-12-25 19:30")
    assert "区人社局" in worker.follow
    assert "2023年12月25日 19:30（北京时间）" in worker.follow
    assert Staff("zhibanzhang").get("/desk/cases/?urgency=urgent").leads_to(f"/desk/cases/{case.number}/")


POLICE = ("qms-paichusuo", "sy-gongan")


def nobody_tells_the_police(case):
    assert not CaseUnit.objects.filter(case=case, organisation__code__in=POLICE).exists()
    assert not case.orders.filter(handler__code__in=POLICE).exists()
    assert not Notice.objects.filter(case=case, organisation__code__in=POLICE).exists()
    for officer in ("paichusuo_banli", "paichusuo_suozhang", "gongan_banli"):
        assert Staff(officer).desk(case).status == 404


def wages_are_paid(clock, worker):
    clock.reach("2023-12-18 09:15")
    bureau, order = Staff("renshe_banli"), lead(worker.case)
    bureau.begins(order)
    Staff("zhujian_banli").begins(order_of(worker.case, "sy-zhujian"))
    clock.reach("2023-12-19 17:00")
    bureau.works(order, "add_progress", text="已约谈总包单位，三日内付清；也可在一年内申请劳动仲裁。", public=["on"])
    assert "已约谈总包单位" in worker.follow
    clock.reach("2023-12-22 16:00")
    bureau.completes(order, "拖欠的工资18万元已全部发到11名工人手中。")
    Staff("zhujian_banli").completes(order_of(worker.case, "sy-zhujian"), "已责令总包单位先行垫付。")
    Staff("zhibanzhang").passes(worker.case)


# --- 8 井盖退单 ----------------------------------------------------------------------------------


def test_manhole_on_the_border_is_pushed_back_until_one_unit_is_designated(clock):
    clock.reach("2023-06-27 10:00")
    neighbour = Resident("xiyuan-pingdingshan")
    neighbour.says("西源社区与平顶山街道交界处井盖破损", phone="13000003008")
    clock.reach("2023-06-27 10:01")
    manhole_is_guarded_first(clock, neighbour)
    first_unit_is_refused(clock, neighbour)
    second_unit_returns_it(clock, neighbour)
    the_first_is_designated_and_cannot_return(clock, neighbour)
    the_lid_is_replaced(clock, neighbour)
    three_calls_and_a_link_are_not_answered(clock, neighbour)
    silence_is_counted_apart(clock, neighbour)
    assert left() == []


def manhole_is_guarded_first(clock, neighbour):
    case, order = neighbour.case, lead(neighbour.case)
    assert (case.category.code, case.urgency) == ("C6", "urgent")
    assert Notice.objects.filter(case=case, kind="urgent", role="shift_leader").count() == 1
    assert (order.handler.code, order.limit_class) == ("qms-chengguan", "U3")
    assert (order.accept_due_at, order.contact_due_at) == (instant("2023-06-27 10:15"), instant("2023-06-27 10:30"))
    assert order.due_at == instant("2023-07-07 20:00")
    assert "2023年7月7日 20:00（北京时间）" in neighbour.follow
    clock.reach("2023-06-27 10:05")
    guard = order_of(case, "qms-xiyuan")
    Staff("xiyuan_banli").begins(guard)
    clock.reach("2023-06-27 10:20")
    Staff("xiyuan_banli").completes(guard, "已围护并设警示牌。")
    assert guard.deadlines.get(anchor="review").due_at == instant("2023-07-03 20:00")


def first_unit_is_refused(clock, neighbour):
    unit, order = Staff("chengguan_banli"), lead(neighbour.case)
    unit.works(order, "accept")
    refused = unit.order(order).make(order, "ask_return", reason="place", basis=" ")
    assert refused.status == 400
    assert "须选择理由并写明法律或清单依据" in refused
    assert lead(neighbour.case).status == "accepted"
    unit.works(order, "ask_return", reason="place", basis="职责清单：交界处井盖属平顶山街道")
    assert "退单待审" in unit.order(order)
    clock.reach("2023-06-27 10:40")
    opinion = "现场核对在我街道一侧，驳回。"
    done(Staff("zhibanzhang").desk(neighbour.case).make(order, "refuse_return", opinion=opinion))
    order = lead(neighbour.case)
    assert (order.status, order.due_at) == ("accepted", instant("2023-07-07 20:00"))
    assert unit.order(order).form_for(order, "ask_return") is None


def second_unit_returns_it(clock, neighbour):
    clock.reach("2023-06-27 11:00")
    reason = "可能属区管道路，请区城管局核实"
    done(Staff("zhibanzhang").desk(neighbour.case).make(lead(neighbour.case), "transfer", to="sy-chengguan", reason=reason))
    second, order = Staff("sychengguan_banli"), lead(neighbour.case)
    assert order.handler.code == "sy-chengguan"
    clock.reach("2023-06-27 11:10")
    second.works(order, "ask_return", reason="owner", basis="城市道路管理条例：该路段为街道管养的支路", suggested="qms-chengguan")
    clock.reach("2023-06-27 11:30")
    done(Staff("zhibanzhang").desk(neighbour.case).make(order, "agree_return", opinion="权属已核实，同意退单。"))
    assert neighbour.case.status == "submitted"
    assert second.desk(neighbour.case).status == 404
    assert "正在重新确定承办单位" in neighbour.follow


def the_first_is_designated_and_cannot_return(clock, neighbour):
    clock.reach("2023-06-27 12:00")
    desk, case = Staff("paidan1"), neighbour.case
    desk.sends_urgent(case, to="qms-chengguan", limit_class="U3", designated=["on"])
    order = lead(case)
    assert (order.handler.code, order.designated, order.due_at) == ("qms-chengguan", True, instant("2023-07-07 20:00"))
    unit = Staff("chengguan_fuze")
    page = unit.order(order)
    assert "指定承办" in page
    assert page.form_for(order, "ask_return") is None
    status, answer = unit.api(f"orders/{order.number}/moves/ask_return/", {"reason": "place", "basis": "再退一次"})
    assert (status, answer["code"]) == (409, "designated")
    unit.begins(order)


def the_lid_is_replaced(clock, neighbour):
    clock.reach("2023-07-04 12:00")
    Staff("chengguan_fuze").completes(lead(neighbour.case), "井盖已更换，围挡已撤。")
    Staff("zhibanzhang").passes(neighbour.case)
    assert neighbour.case.status == "resolved"
    assert not Letter.objects.filter(case=neighbour.case).exists()


def three_calls_and_a_link_are_not_answered(clock, neighbour):
    caller = Staff("huifang1")
    for moment in ("2023-07-05 11:00", "2023-07-05 16:30", "2023-07-06 19:00"):
        clock.reach(moment)
        caller.rings_in_vain(neighbour.grievance)
    asked = neighbour.grievance.callbacks.get()
    assert (asked.attempts.count(), asked.tried_at, asked.status) == (3, instant("2023-07-06 19:00"), "open")
    clock.reach("2023-07-06 19:01")
    links = Notice.objects.filter(kind="survey", grievance=neighbour.grievance, sent_at__isnull=False)
    assert links.count() == 2
    clock.reach("2023-07-13 18:59")
    assert Callback.objects.get(pk=asked.pk).status == "open"
    clock.reach("2023-07-13 19:00")
    asked.refresh_from_db()
    assert (asked.status, asked.satisfaction, asked.resolved) == ("unreachable", "", "")
    assert "回访结束，不算作满意" in neighbour.follow


def silence_is_counted_apart(clock, neighbour):
    clock.reach("2023-07-14 10:30")
    assert neighbour.case.status == "closed"
    figures = Staff("zhibanzhang").get("/desk/figures/")
    # 评价、解决率、满意率、不认可、无法回访、待回访、涉及事项、涉及人
    assert "骑马山街道 0 — — 0 1 0 1 1" in figures
    assert Event.objects.filter(kind="callback.give_up", case=neighbour.case).count() == 1
