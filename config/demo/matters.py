"""The four matters that really ran through the street in 2023, with their dates, places and units. Names are invented."""

from config.demo.stage import local, sign
from dispatch.actions import handling, mediation, performance, supervision
from dispatch.models import Supervision
from grievance.actions import triage
from grievance.models import Case, Category


def ice(stage):
    """冰柱砸车: community mediation fails, the street's secretary supervises, the 司法所 settles it; two days in all."""
    yield local("2023-03-14 10:20")
    text = "我的车停在小区楼下，后窗被房顶掉落的冰柱砸碎，找物业赔偿，物业说不属于赔偿范围。"
    case = stage.scan("luxi-jiayuan", text, kind="dispute", name="刘先生", phone="13000001001", address="3号楼下").case
    yield local("2023-03-14 10:35")
    case = stage.send(case, "F3")
    yield local("2023-03-14 10:50")
    stage.accept(case)
    yield local("2023-03-14 11:10")
    stage.contact(case)
    hazard = triage.link(
        case, title="3号楼屋顶冰凌隐患排除", description="楼顶仍有冰柱，须立即拉警戒线并清除。",
        category=Category.objects.get(code="J3"), waits=False, by=stage.who("luxi_banli"), at=stage.at,
    )  # fmt: skip
    stage.send(hazard, "J3", urgent=True)
    stage.accept(hazard)
    stage.contact(hazard)
    yield local("2023-03-14 12:00")
    attempt = mediation.open_mediation(
        case, unit=stage.units["qms-luxi"], parties="车主；物业", willing="all", by=stage.who("luxi_tiaojie"), at=stage.at
    )
    stage.complete(hazard, "楼顶冰凌已清除，警戒线已撤。")
    stage.review(hazard)
    yield local("2023-03-14 13:30")
    mediation.fail(attempt, record_text="物业认为不属其赔偿范围，未达成一致。", by=stage.who("luxi_tiaojie"), at=stage.at)
    yield from _at_the_station(stage, case)


def _at_the_station(stage, case):
    """The second half: supervised by the secretary, transferred, agreed, and asked whether the money came."""
    yield local("2023-03-14 15:40")
    sign(stage, case, "secretary_supervise", "shuji")
    supervision.instruct(case, text="请司法所牵头，请律师参与，两日内给群众一个结果。", by=stage.who("shuji"), at=stage.at)
    lead = stage.orders(case)[0]
    handling.transfer(lead, to=stage.units["qms-sifasuo"], reason="社区调解未果，转司法所", by=stage.who("shuji"), at=stage.at)
    yield local("2023-03-14 16:10")
    stage.accept(case)
    stage.contact(case)
    yield local("2023-03-15 11:00")
    again = mediation.open_mediation(
        case,
        unit=stage.units["qms-sifasuo"],
        parties="车主；物业",
        helpers="律师",
        willing="all",
        by=stage.who("sifasuo_banli"),
        at=stage.at,
    )
    yield local("2023-03-15 16:30")
    mediation.agree(
        again, agreement="物业公司赔偿车主500元，三日内付清。", perform_by=local("2023-03-18 00:00").date(),
        record_text="律师讲解民法典第一千二百五十三条，双方互谅。", by=stage.who("sifasuo_banli"), at=stage.at,
    )  # fmt: skip
    yield local("2023-03-15 17:30")
    stage.complete(case, "经司法所调解，物业公司赔偿500元，双方签订调解协议。")
    stage.review(case)
    _lift(stage, case, "shuji", "两日内调解成功，赔偿已约定。")
    yield local("2023-03-18 12:00")
    performance.record_performance(
        again, performed=True, text="电话核实，500元已付清。", by=stage.who("sifasuo_banli"), at=stage.at
    )
    yield local("2023-03-19 11:00")
    stage.called_back(case, words="500元已经收到，谢谢。")


def lights(stage):
    """路口红绿灯: a department outside the street; traffic police and the city's transport bureau, within three days."""
    yield local("2023-04-11 09:40")
    text = "小区十字路口没有装红绿灯，经常出事故，孩子上学过马路很危险。"
    case = stage.scan("luxi-mashan-xisheng", text, name="孙女士", phone="13000001002").case
    yield local("2023-04-11 10:05")
    case = stage.send(case, "D1")
    yield local("2023-04-11 11:00")
    stage.accept(case)
    stage.contact(case)
    yield local("2023-04-12 16:00")
    stage.progress(case, "已会同交通运输部门现场勘查，确定增设信号灯。")
    yield local("2023-04-14 17:00")
    stage.complete(case, "路口已增设信号灯并启用。")
    yield local("2023-04-14 18:00")
    stage.review(case)
    yield local("2023-04-15 11:30")
    stage.called_back(case, words="红绿灯已经亮了。", by="huifang2")


def late_fee(stage):
    """滞纳金减免: settled the same day; two linked matters that staff open, for which the first waits."""
    yield local("2023-09-22 10:15")
    text = "没有按时交公租房房租，产生了滞纳金，家庭困难，希望减免。"
    case = stage.scan("xisheng-anju", text, name="吐某", phone="13000001003", confidential=True).case
    yield local("2023-09-22 10:30")
    case = stage.send(case, "A7")
    yield local("2023-09-22 10:50")
    stage.accept(case)
    stage.contact(case)
    yield local("2023-09-22 12:10")
    children = []
    for title, code in (("残疾证遗失补办", "H2"), ("社保卡补办", "G3")):
        child = triage.link(
            case, title=title, description=f"入户了解到本人需要{title}，代为办理。", category=Category.objects.get(code=code),
            waits=True, by=stage.who("xisheng_banli"), at=stage.at,
        )  # fmt: skip
        children.append(stage.send(child, code))
    yield local("2023-09-22 13:00")
    for child in children:
        stage.accept(child)
        stage.contact(child)
    yield local("2023-09-22 17:30")
    stage.complete(case, "经核实家庭困难，滞纳金已免除。")
    stage.review(case)
    for child, days in zip(children, ("2023-09-26 12:00", "2023-09-27 12:30"), strict=True):
        yield local(days)
        stage.complete(child, f"{child.title}已办好，证件送到家中。")
        stage.review(child)
    yield local("2023-09-28 11:20")
    stage.called_back(case, words="滞纳金免了，两个证也办好了。")


VOICES = [
    ("shuikujie-shuikujie", "工地围挡把人行道和车行道都占了，人只能走到马路中间。"),
    ("shuikujie-dian-yaodian", "围挡挡在店门口，顾客进不来，生意没法做。"),
    ("shuikujie-gongdi", "施工围挡占道好几个月了，没见人干活，请尽快拆除。"),
    ("shuikujie-shuikujie", "围挡占了车道，早晚高峰堵得厉害。"),
    ("shuikujie-shuikujie", "老人推轮椅过不去，围挡占了整条人行道。"),
]
"""Seventeen persons, residents and shops alike, speak of one fence within two days."""


def fence(stage):
    """围挡占道: many reporters, one matter; the district lists it at once; removed within a week."""
    yield local("2023-10-30 09:30")
    first = stage.scan(*VOICES[0], name="何女士", phone="13000002000").case
    yield local("2023-10-30 09:50")
    case = stage.send(first, "C4")
    yield local("2023-10-30 10:30")
    stage.accept(case)
    stage.contact(case)
    for number in range(1, 17):
        yield local(f"2023-10-{30 + number // 9} {10 + number % 9}:{10 + number:02d}")
        place, text = VOICES[number % len(VOICES)]
        other = stage.scan(place, text, phone=f"1300000{2000 + number}").case
        yield stage.after(minutes=6)
        if Case.objects.get(pk=other.pk).status != Case.Status.MERGED:
            case = triage.merge(other, into=Case.objects.get(pk=case.pk), by=stage.who("paidan2"), at=stage.at)
        if number == 2:
            _list(stage, case)
    yield local("2023-11-01 11:00")
    triage.count_households(case, households=3200, by=stage.who("zhibanzhang"), at=stage.at)
    stage.progress(case, "已责令施工单位限期拆除围挡，恢复道路通行。")
    yield local("2023-11-05 12:30")
    stage.complete(case, "围挡已全部拆除，人行道和车行道恢复通行，44家商户、3200余户受益。")
    stage.review(case)
    yield local("2023-11-05 18:00")
    listed = case.supervisions.get(level="district")
    supervision.unlist(
        listed, outcome="围挡已拆除，现场核实通行恢复，符合摘牌条件。", confirmed=(0, 1), by=stage.who("ducha"), at=stage.at
    )
    yield from _ask_everyone(stage, case)


def _list(stage, case):
    supervision.propose_listing(
        case, reason="围挡占道影响商户和居民出行，涉及区级部门，超出街道权限。", by=stage.who("zhibanzhang"), at=stage.at
    )
    sign(stage, case, "listing_proposal", "shuji")
    proposed = case.supervisions.get(status="proposed")
    supervision.list_case(
        proposed, demand="请区城管局牵头，一周内拆除围挡、恢复通行。", due_at=local("2023-11-06 19:30"),
        conditions="围挡全部拆除\n人行道、车行道恢复通行", by=stage.who("qushuji"), at=stage.at,
    )  # fmt: skip


def _ask_everyone(stage, case):
    yield local("2023-11-06 11:00")
    for number, grievance in enumerate(Case.objects.get(pk=case.pk).grievances.order_by("pk")[:9]):
        stage.rated(grievance, words="路通了。" if number % 3 == 0 else "")
    yield local("2023-11-06 16:00")
    stage.called_back(case, words="通行恢复了。", by="huifang2")


def _lift(stage, case, username, outcome):
    for row in Supervision.objects.filter(case=case, status="active"):
        supervision.lift(row, outcome=outcome, by=stage.who(username), at=stage.at)


MATTERS = (ice, lights, late_fee, fence)
