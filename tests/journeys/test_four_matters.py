"""The four matters of 2023, from the code on the wall to the last callback: every hop through its page or its interface.

The fourth, the fence with its seventeen voices, stands in test_fence.py."""

from dispatch.models import Instruction, Letter, Supervision
from tests.clock import instant
from tests.journeys.ends import left
from tests.journeys.people import Resident, Staff, done, fresh, lead, order_of, units

# --- 冰柱砸车 ------------------------------------------------------------------------------------


def test_ice_from_the_roof_is_paid_for_within_two_days(clock):
    clock.reach("2023-03-14 10:20")
    liu = Resident("luxi-jiayuan")
    liu.says(
        "停在小区楼下的车后窗被房顶掉落的冰柱砸碎，找物业赔偿，物业说不属于赔偿范围", kind="dispute", address="3号楼下",
        name="刘先生", phone="13000001001",
    )  # fmt: skip
    clock.reach("2023-03-14 10:21")
    ice_goes_to_the_community_the_same_day(liu)
    hazard = ice_is_taken_up_and_the_danger_removed(clock, liu.case)
    community_mediation_fails(clock, liu)
    secretary_signs_and_passes_it_on(clock, liu)
    justice_office_brings_them_together(clock, liu)
    everyone_who_helped_reports(clock, liu.case)
    assert fresh(liu.case).resolved_at.date().isoformat() == "2023-03-15"
    the_money_is_asked_about(clock, liu)
    assert {fresh(liu.case).status, fresh(hazard).status} == {"closed"}
    assert left() == []


def ice_goes_to_the_community_the_same_day(liu):
    case = liu.case
    assert case.category.code == "F3"
    assert lead(case).handler.code == "qms-luxi"
    assert units(case.orders.filter(lead=False)) == {"pm-anjia"}
    assert lead(case).limit_class == "U4"
    assert lead(case).due_at == instant("2023-03-21 19:30")
    assert "路西社区" in liu.follow
    assert "2023年3月21日 19:30（北京时间）" in liu.follow


def ice_is_taken_up_and_the_danger_removed(clock, case):
    clock.reach("2023-03-14 10:50")
    luxi = Staff("luxi_banli")
    order = lead(case)
    luxi.begins(order)
    luxi.works(
        order, "link", on=case, title="3号楼屋顶冰凌隐患排除", description="楼顶仍有冰柱，随时会掉，须立即拉警戒线并清除。",
        category="J3", waits=[],
    )  # fmt: skip
    clock.reach("2023-03-14 10:52")
    hazard = case.linked.get()
    assert lead(hazard).handler.code == "qms-chengguan"
    assert lead(hazard).limit_class == "U1"
    assert lead(hazard).due_at == instant("2023-03-15 10:50")
    for unit, person in (("qms-chengguan", "chengguan_banli"), ("qms-luxi", "luxi_banli"), ("pm-anjia", "pm_anjia_banli")):
        Staff(person).begins(order_of(hazard, unit))
    clock.reach("2023-03-14 12:00")
    for unit, person in (("qms-chengguan", "chengguan_banli"), ("qms-luxi", "luxi_banli"), ("pm-anjia", "pm_anjia_banli")):
        Staff(person).completes(order_of(hazard, unit), "楼顶冰凌已清除，警戒线已撤。")
    Staff("zhibanzhang").passes(hazard)
    return hazard


def community_mediation_fails(clock, liu):
    clock.reach("2023-03-14 12:10")
    company = Staff("pm_anjia_banli")
    company.begins(order_of(liu.case, "pm-anjia"))
    page = company.order(order_of(liu.case, "pm-anjia"))
    assert "刘" not in page and "1001" not in page
    mediator, order = Staff("luxi_tiaojie"), lead(liu.case)
    mediator.works(order, "open_mediation", on=liu.case, parties="车主；物业", willing="all")
    assert "路西社区正在组织调解" in liu.follow
    clock.reach("2023-03-14 13:30")
    mediator.works(order, "fail", on=liu.case.mediations.get(), record_text="物业认为不属其赔偿范围，未达成一致。")
    assert "调解未达成一致" in liu.follow


def secretary_signs_and_passes_it_on(clock, liu):
    clock.reach("2023-03-14 13:31")
    draft = Letter.objects.get(case=liu.case)
    assert (draft.kind, draft.status, draft.number, draft.signed_by) == ("secretary_supervise", "draft", "", None)
    assert "已督办" not in liu.follow
    clock.reach("2023-03-14 15:40")
    shuji = Staff("shuji")
    shuji.decides(liu.case, "sign", on=draft)
    draft.refresh_from_db()
    assert draft.status == "issued"
    assert draft.number.endswith("〔2023〕1号")
    assert draft.signed_by.username == "shuji"
    assert "街道党工委书记已督办此事" in liu.follow
    shuji.decides(liu.case, "instruct", on=liu.case, text="请司法所牵头，请律师参与，两日内给群众一个结果。")
    shuji.decides(liu.case, "transfer", on=lead(liu.case), to="qms-sifasuo", reason="社区调解未果，转司法所")
    assert lead(liu.case).handler.code == "qms-sifasuo"
    assert "转由司法所主办" in liu.follow


def justice_office_brings_them_together(clock, liu):
    clock.reach("2023-03-14 16:10")
    office, order = Staff("sifasuo_banli"), lead(liu.case)
    assert "两日内给群众一个结果" in office.order(order)
    office.begins(order)
    clock.reach("2023-03-15 11:00")
    office.works(order, "open_mediation", on=liu.case, parties="车主；物业", helpers="律师", willing="applicant")
    settled = liu.case.mediations.get(status="open")
    office.works(order, "consent", on=settled, party=str(settled.sides.get(side="other").pk), agreed="1")
    clock.reach("2023-03-15 16:30")
    office.works(
        order, "agree", on=settled, form="written", agreement="物业公司赔偿车主500元，三日内付清。",
        perform_by="2023-03-18", record_text="律师讲解民法典第一千二百五十三条，双方互谅。",
    )  # fmt: skip
    assert "调解达成协议" in liu.follow
    asked = Instruction.objects.get(case=liu.case)
    assert (asked.to.code, asked.status) == ("qms-sifasuo", "given")
    office.works(order, "report", on=asked, text="双方已签协议，物业三日内付清。")
    Staff("shuji").decides(liu.case, "settle", on=asked, opinion="好")
    office.completes(order, "经司法所调解，物业公司赔偿500元，双方签订调解协议。", "调解卷宗已归档")


def everyone_who_helped_reports(clock, case):
    clock.reach("2023-03-15 17:30")
    Staff("pm_anjia_banli").completes(order_of(case, "pm-anjia"), "已到场配合调解，按协议付款。")
    Staff("zhibanzhang").passes(case)
    paper, watched = Letter.objects.get(case=case), Supervision.objects.get(case=case, status="active")
    Staff("luxi_banli").works(order_of(case, "qms-luxi"), "answer", on=paper, text="已配合司法所调解，达成协议。")
    Staff("shuji").decides(case, "lift", on=watched, outcome="两日内调解成功，赔偿已约定。")


def the_money_is_asked_about(clock, liu):
    clock.reach("2023-03-18 12:00")
    settled = liu.case.mediations.get(status="agreed")
    office, order = Staff("sifasuo_banli"), liu.case.orders.get(handler__code="qms-sifasuo")
    office.works(order, "record_performance", on=settled, performed="1", text="电话核实，500元已付清。")
    assert "调解协议已履行" in liu.follow
    clock.reach("2023-03-19 11:00")
    caller = Staff("huifang1")
    asked = caller.callback(liu.grievance)
    assert "物业公司赔偿车主500元" in asked
    assert "约定2023年3月18日前履行，请问清是否已经履行" in asked
    caller.hears(liu.grievance, words="500元已经收到，谢谢。")
    answer = liu.grievance.callbacks.get()
    assert (answer.replied, answer.resolved, answer.satisfaction) == (True, "yes", "yes")
    assert "500元已经收到" in answer.words
    clock.reach("2023-03-19 11:02")
    assert "已结案" in liu.follow or "结案" in liu.follow


# --- 路口红绿灯 ----------------------------------------------------------------------------------


def test_crossroads_has_its_lights_within_three_days(clock):
    clock.reach("2023-04-11 09:40")
    sun = Resident("luxi-mashan-xisheng")
    sun.says("小区十字路口未装红绿灯，经常出事故", name="孙女士", phone="13000001002")
    community_cannot_be_given_the_lead(sun.case)
    clock.reach("2023-04-11 09:41")
    lights_go_to_the_traffic_police(sun)
    police_and_transport_bureau_put_them_up(clock, sun)
    clock.reach("2023-04-15 11:30")
    Staff("huifang2").hears(sun.grievance, words="红绿灯已经亮了。")
    clock.reach("2023-04-15 11:31")
    assert sun.case.status == "closed"
    assert left() == []


def community_cannot_be_given_the_lead(case):
    refused = Staff("paidan1").triage(case).make(case, "send", category="D1", to="qms-luxi", limit_class="U3")
    assert refused.status == 409
    assert "社区不能主办，只能协办" in refused
    assert not case.orders.exists()
    assert fresh(case).status == "submitted"


def lights_go_to_the_traffic_police(sun):
    order = lead(sun.case)
    assert order.handler.code == "sy-jiaojing"
    assert units(sun.case.orders.filter(lead=False)) == {"ul-jiaotong", "qms-chengguan"}
    assert (order.limit_class, order.due_at) == ("U5", instant("2023-05-05 20:00"))
    assert "区交警大队" in sun.follow
    assert "2023年5月5日 20:00（北京时间）" in sun.follow
    refused = Staff("zhibanzhang").desk(sun.case).make(order, "transfer", to="qms-luxi", reason="请社区牵头")
    assert (refused.status, lead(sun.case)) == (409, order)
    assert "社区不能主办，只能协办" in refused


def police_and_transport_bureau_put_them_up(clock, sun):
    clock.reach("2023-04-11 11:00")
    police, order = Staff("jiaojing_banli"), lead(sun.case)
    police.begins(order)
    bureau, helping = Staff("shijiaotong_banli"), order_of(sun.case, "ul-jiaotong")
    assert bureau.api(f"orders/{helping.number}/moves/accept/", {})[0] == 200
    Staff("chengguan_banli").begins(order_of(sun.case, "qms-chengguan"))
    clock.reach("2023-04-12 16:00")
    police.works(order, "add_progress", text="已会同交通运输部门现场勘查，确定增设信号灯。", public=["on"])
    assert "已会同交通运输部门现场勘查" in sun.follow
    clock.reach("2023-04-14 17:00")
    police.completes(order, "路口已增设信号灯并启用。")
    answer = {"public_answer": "已配合完成施工。", "internal_record": "市级施工队已撤场"}
    assert bureau.api(f"orders/{helping.number}/moves/complete/", answer)[0] == 200
    Staff("chengguan_banli").completes(order_of(sun.case, "qms-chengguan"), "已配合现场围护。")
    clock.reach("2023-04-14 18:00")
    Staff("zhibanzhang").passes(sun.case)
    assert "路口已增设信号灯并启用" in sun.follow
    assert sun.case.resolved_at - sun.case.submitted_at < instant("2023-04-15 00:00") - instant("2023-04-11 00:00")


# --- 滞纳金减免与补办证件 ------------------------------------------------------------------------


def test_late_fee_is_waived_the_same_day_and_closes_when_the_papers_are_there(clock):
    clock.reach("2023-09-22 10:15")
    tenant = Resident("xisheng-anju")
    tenant.says("未按时交房租产生滞纳金，家庭困难，希望减免", name="吐某", phone="13000001003", confidential="on")
    clock.reach("2023-09-22 10:16")
    late_fee_goes_to_the_community(tenant)
    papers = staff_open_what_they_came_upon(clock, tenant)
    fee_is_waived_but_the_matter_waits(clock, tenant)
    papers_are_issued_again(clock, tenant, papers)
    clock.reach("2023-09-28 11:20")
    Staff("huifang2").hears(tenant.grievance, words="滞纳金免了，两个证也办好了。")
    clock.reach("2023-09-28 11:21")
    assert {tenant.case.status, *(fresh(paper).status for paper in papers)} == {"closed"}
    assert left() == []


def late_fee_goes_to_the_community(tenant):
    order = lead(tenant.case)
    assert order.handler.code == "qms-xisheng"
    assert units(tenant.case.orders.filter(lead=False)) == {"sy-fangguan"}
    assert (order.limit_class, order.due_at) == ("U3", instant("2023-10-07 19:30"))
    assert "2023年10月7日 19:30（北京时间）" in tenant.follow
    page = Staff("xisheng_banli").order(order)
    assert "吐" not in page and "130****1003" not in page


def staff_open_what_they_came_upon(clock, tenant):
    clock.reach("2023-09-22 12:10")
    xisheng, order = Staff("xisheng_banli"), lead(tenant.case)
    xisheng.begins(order)
    Staff("fangguan_banli").begins(order_of(tenant.case, "sy-fangguan"))
    for title, category in (("残疾人证遗失补办", "H2"), ("社保卡遗失补办", "G3")):
        said = f"入户了解到本人{title}，代为申请。"
        xisheng.works(order, "link", on=tenant.case, title=title, description=said, category=category, waits=["on"])
        assert f"工作人员主动为您另办一件事：{title}" in tenant.follow
    clock.reach("2023-09-22 12:12")
    papers = list(tenant.case.linked.order_by("pk"))
    for paper in papers:
        done(Staff("paidan2").triage(paper).press("受理，派给民生服务办"))
    assert [paper.get_source_display() for paper in papers] == ["工作人员主动发现"] * 2
    assert [lead(paper).handler.code for paper in papers] == ["qms-minsheng"] * 2
    outsider = Staff("fangguan_banli")
    assert [outsider.desk(paper).status for paper in papers] == [404, 404]
    return papers


def fee_is_waived_but_the_matter_waits(clock, tenant):
    clock.reach("2023-09-22 17:30")
    Staff("xisheng_banli").completes(lead(tenant.case), "经核实家庭困难，滞纳金已免除。")
    Staff("fangguan_banli").completes(order_of(tenant.case, "sy-fangguan"), "滞纳金已核减。")
    Staff("zhibanzhang").passes(tenant.case)
    clock.reach("2023-09-22 17:45")
    assert tenant.case.status == "in_handling"
    assert not tenant.case.orders.open().exists()
    assert "等待关联事项" in Staff("zhibanzhang").desk(tenant.case)
    assert not tenant.follow.leads_to(f"/r/{tenant.receipt}/survey/")


def papers_are_issued_again(clock, tenant, papers):
    clock.reach("2023-09-22 18:00")
    hands = {
        "qms-minsheng": "minsheng_banli",
        "qms-xisheng": "xisheng_banli",
        "sy-canlian": "canlian_banli",
        "sy-renshe": "renshe_banli",
    }
    for paper in papers:
        for order in paper.orders.open().select_related("handler"):
            Staff(hands[order.handler.code]).begins(order)
    for paper, day in zip(papers, ("2023-09-26 12:00", "2023-09-27 12:30"), strict=True):
        clock.reach(day)
        assert tenant.case.status == "in_handling"
        for order in paper.orders.open().select_related("handler"):
            Staff(hands[order.handler.code]).completes(order, f"{paper.title}已办好，证件送到家中。")
        Staff("zhibanzhang").passes(paper)
    assert tenant.case.status == "resolved"
