"""A fortnight of invented matters, left as they stand: every queue, light and paper has something in it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count

from config.demo.stage import BEIJING, sign
from dispatch.actions import by_phone, extensions, mediation, performance, returns, supervision
from grievance.actions import intake, triage

# days ago, time, place, kind, category where a person must choose it, how far it has come, what was said
ROWS = """
14 09:20 ertongcun-yuhong report B1 happy 家里暖气不热，室温只有15度，老人受不了。
14 10:05 luxi-yaju report A1 happy 物业好几天没有打扫楼道，垃圾堆在门口。
14 11:30 xisheng-jiayuan report C6 happy 小区里的路灯坏了三盏，晚上看不见路。
14 15:40 xiyuan-xiaoqu report C6 overdue 井盖破损，晚上很危险，请尽快更换。
14 17:10 shuikujie-bishui dispute F1 mediated 楼上天天半夜挪桌椅，跟他说也不听，邻里闹矛盾。
13 09:15 xingrong-huayuan report A5 happy 小区车位被占，消防车位也停满了私家车。
13 10:45 ertongcun-tongxin report B4 happy 水龙头流出来的水发黄，有异味。
13 12:20 luxi-taihe report C3 happy 门口烧烤摊占道经营，油烟很大。
13 16:00 xisheng-jinxiu suggestion L3 happy 建议在小区门口增设一个快递柜。
13 18:30 shuikujie-hujing report E2 unhappy 工地半夜还在施工，吵得睡不着。
12 09:50 xiyuan-yuanquan report A6 happy 电梯停运两天了，老人上不了楼。
12 11:15 xingrong-minhe report B5 happy 三号楼又停电了，一天停了两次。
12 13:00 ertongcun-chunlei question H1 happy 想问一下低保怎么申请，要带什么材料。
12 15:20 luxi-ankang dispute F4 mediated_failed 房东不退押金，租房合同已经到期了。
12 18:05 shuikujie-jinsha report C2 happy 小区门口路面结冰，老人摔倒了。
11 09:30 xisheng-fangzhi report A4 extended 屋顶漏水，厨房墙皮都掉了。
11 10:40 xiyuan-nongji report J1 happy 楼道里飞线充电，消防通道也被堵了。
11 12:10 xingrong-liangku report B3 happy 供暖费多收了，报停手续一直不给办。
11 16:30 ertongcun-shaoniangong report C1 happy 垃圾箱满了没人清运，臭味很大。
11 17:45 luxi-jixiu report D2 overdue 家属院门口的路坑坑洼洼，下雪更难走。
10 09:10 shuikujie-diba report B1 happy 暖气片是凉的，室温不到16度。
10 11:20 xisheng-lvyin report E1 happy 楼下广场舞音响太大，吵得孩子没法写作业。
10 14:00 xiyuan-shanshui report A2 happy 物业费涨价没有公示，也不给开发票。
4 17:15 xingrong-huimin report G1 urgent 干了三个月活，工资一直拖欠，老板电话也不接。
10 18:20 luxi-jiayuan report A1 unhappy 单元门坏了半个月，物业一直不来修。
9 09:40 ertongcun-xiangyang report C5 extended 有人在楼顶私搭乱建彩钢房。
9 11:00 shuikujie-shuiwen report D3 happy 路口违停严重，公交车都拐不过来。
9 13:30 xisheng-anju question G3 happy 社保卡丢了怎么补办。
9 16:40 xiyuan-shiyouku report C7 asked 绿化带的树枯死了，倒下来会砸到人。
9 19:00 xingrong-yihaoyuan report B6 happy 楼道里有燃气味，像是燃气泄漏。
8 10:10 luxi-yaju report B1 asked 室温只有16度，暖气不热，孩子感冒了。
8 12:45 ertongcun-yuhong report C6 asked 楼道灯不亮，上下楼摸黑。
8 15:30 shuikujie-shuikujie report C4 listed 施工围挡占了半条路，行人没地方走。
8 17:25 xisheng-shichang report I1 asked 市场里卖的牛肉不新鲜，有异味。
7 09:25 xiyuan-xiaoqu report D4 asked 公交车等了四十分钟都不来。
7 11:40 xingrong-anzhifang report E4 answered 工地扬尘太大，窗户都不敢开。
4 14:30 luxi-taihe dispute F3 mediating 楼上漏水泡了我家天花板，不愿意赔偿。
7 18:10 ertongcun-tongxin report A1 asked 小区保安不管事，外来车辆随便进。
6 09:35 shuikujie-bishui report A6 asked 电梯总是突然下坠，吓死人了。
6 11:10 xisheng-jiayuan suggestion L3 answered 建议社区多开几次老年人智能手机培训班。
6 15:50 xiyuan-pingdingshan report C6 returned 路口的井盖坏了，车过去咣咣响。
5 10:20 xingrong-minhe report B1 happy 暖气一直不热，室温14度，打供热公司电话没人接。
5 12:30 luxi-jiayuan report A5 asked 地下车库充电桩坏了没人修。
5 17:00 ertongcun-chunlei report E3 working 楼下饭馆油烟直接排到我家窗户。
4 09:45 shuikujie-hujing report C2 happy 小区积雪没有清扫，路面结冰。
4 11:25 xisheng-jinxiu report K1 working 孩子转学手续问了几次都没有说清楚。
4 16:20 xiyuan-yuanquan report D1 working 斑马线磨没了，看不清标线。
3 10:00 xingrong-huayuan report J1 asked 消防通道被杂物堵住了。
3 12:15 luxi-ankang report B4 asked 停水一天了，没有通知。
3 18:40 ertongcun-shaoniangong report C1 working 院子里暴露垃圾好几天了。
2 10:30 shuikujie-jinsha report A1 review 物业不作为，电梯间灯坏了也不换。
2 13:20 xisheng-fangzhi report C3 accepted 早市摊贩占道，车过不去。
0 01:40 xiyuan-nongji report B1 rung 家里暖气不热，室温只有15度。
1 09:50 xingrong-liangku report C6 review 路灯不亮三天了。
1 12:40 luxi-jixiu report A4 accepted 阳台渗水，楼上不配合检查。
1 16:05 ertongcun-xiangyang report - queue 这个事情反映过好几次了，一直没有人给个说法。
1 18:50 shuikujie-diba suggestion - queue 建议水库边修一条健身步道。
0 00:30 xisheng-lvyin report - queue 我说的不是一件事，车位、噪声、垃圾都没人管。
0 01:10 xiyuan-shanshui question - held 请问这件事应该找谁？
0 02:00 xingrong-huimin report - queue 楼上孩子哭得厉害，怀疑有人打孩子。
"""


@dataclass
class Row:
    """One invented matter."""

    when: datetime
    place: str
    kind: str
    category: str
    plan: str
    text: str
    phone: str


def rows(now):
    """The fortnight up to `now`, oldest first; what would lie after `now` is moved a day back."""
    today = now.astimezone(BEIJING).date()
    numbers = count(1)
    for line in ROWS.strip().splitlines():
        days, clock, place, kind, category, plan, text = line.split(maxsplit=6)
        when = datetime.combine(today - timedelta(days=int(days)), time.fromisoformat(clock), BEIJING)
        when = when if when <= now else when - timedelta(days=1)
        number = next(numbers)
        phone = "" if number % 6 == 0 else f"1300000{3000 + number}"
        yield Row(when, place, kind, "" if category == "-" else category, plan, text, phone)


def stories(stage, now):
    """A generator for each invented matter."""
    return [_story(stage, row) for row in rows(now)]


def _story(stage, row):
    yield row.when
    grievance = stage.scan(row.place, row.text, kind=row.kind, phone=row.phone)
    case = grievance.case
    if row.plan in ("queue", "held"):
        yield stage.after(minutes=20)
        if row.plan == "held":
            triage.hold(case, question="请补充具体是哪一件事、在哪里。", by=stage.who("paidan2"), at=stage.at)
        return
    yield stage.after(minutes=12)
    case = stage.send(case, row.category, urgent=row.plan == "urgent")
    yield from PLANS[row.plan](stage, case, grievance)


def _office(stage, **span):
    """Some time later, but while offices are open: what falls outside waits for the next opening."""
    at = stage.after(**span).astimezone(BEIJING)
    if at.hour >= 19:
        at = (at + timedelta(days=1)).replace(hour=10)
    return at.replace(hour=10 + at.minute % 3) if at.hour < 10 else at


def _accepted(stage, case, grievance):
    yield stage.after(minutes=35)
    stage.accept(case)
    yield _office(stage, hours=1)
    stage.contact(case)


def _rung(stage, case, grievance):
    yield stage.after(minutes=35)
    for order in stage.orders(case, "dispatched"):
        number = order.handler.phone or order.case.street.phone
        said = {"answered_by": "夜班值守人员", "dialled": number, "said": "已记下，天亮前派人上门。"}
        by_phone.accept(order, **said, by=stage.who("paidan4"), at=stage.at)
    yield _office(stage, hours=1)
    stage.contact(case)


def _sent(stage, case, grievance):
    yield _office(stage, hours=2)


def _working(stage, case, grievance):
    yield from _accepted(stage, case, grievance)
    yield _office(stage, hours=20)
    stage.progress(case, "已到现场查看，正在安排处理。")


def _overdue(stage, case, grievance):
    yield from _working(stage, case, grievance)
    yield _office(stage, days=4)
    intake.urge(grievance, at=stage.at)


def _review(stage, case, grievance):
    yield from _accepted(stage, case, grievance)
    yield _office(stage, hours=16)
    stage.complete(case, "已处理完毕，请您查看。")


def _asked(stage, case, grievance):
    yield from _review(stage, case, grievance)
    yield _office(stage, hours=2)
    stage.review(case)


def _happy(stage, case, grievance):
    yield from _asked(stage, case, grievance)
    yield _office(stage, hours=22)
    if hasattr(grievance, "complainant") and grievance.pk % 2:
        stage.called_back(case, resolved="yes" if grievance.pk % 3 else "mostly", satisfaction="yes")
    else:
        stage.rated(grievance, satisfaction="yes" if grievance.pk % 4 else "mostly")


def _unhappy(stage, case, grievance):
    yield from _asked(stage, case, grievance)
    yield _office(stage, hours=22)
    stage.called_back(case, resolved="no", satisfaction="no", reason="unsolved", words="还是老样子，没有解决。")
    yield from _working(stage, case, grievance)


def _answered(stage, case, grievance):
    yield from _review(stage, case, grievance)
    yield _office(stage, hours=1)
    stage.review(case)
    yield _office(stage, hours=3)
    stage.rated(grievance)


def _extended(stage, case, grievance):
    yield from _working(stage, case, grievance)
    order = stage.orders(case, "accepted")[0]
    asked = extensions.request(order, days=5, reason="屋面维修须等晴天施工", by=stage.hand_of(order.handler), at=stage.at)
    yield _office(stage, hours=3)
    extensions.decide(asked, agreed=True, opinion="情况属实，同意延期", by=stage.who("fenguan"), at=stage.at)


def _returned(stage, case, grievance):
    yield _office(stage, minutes=40)
    order = stage.orders(case)[0]
    returns.ask_return(
        order,
        reason="place",
        basis="现场核实，井盖在平顶山街道一侧，不归本单位管。",
        by=stage.hand_of(order.handler),
        at=stage.at,
    )


def _mediation(stage, case, parties):
    order = stage.orders(case, "accepted")[0]
    hand = stage.hand_of(order.handler)
    return hand, mediation.open_mediation(case, unit=order.handler, parties=parties, willing="all", by=hand, at=stage.at)


def _mediating(stage, case, grievance):
    yield from _accepted(stage, case, grievance)
    yield _office(stage, hours=18)
    _mediation(stage, case, "楼上住户；楼下住户")


def _mediated(stage, case, grievance):
    yield from _accepted(stage, case, grievance)
    yield _office(stage, hours=18)
    hand, row = _mediation(stage, case, "楼上住户；楼下住户")
    yield _office(stage, hours=2)
    mediation.agree(row, agreement="晚十点后不挪动家具，桌椅加脚垫。", by=hand, at=stage.at)
    performance.record_performance(row, performed=True, text="当场挪开桌椅、装好脚垫。", by=hand, at=stage.at)
    stage.complete(case, "经社区调解，双方达成一致。")
    yield _office(stage, hours=2)
    stage.review(case)
    yield _office(stage, hours=20)
    stage.rated(grievance)


def _mediated_failed(stage, case, grievance):
    yield from _accepted(stage, case, grievance)
    yield _office(stage, hours=18)
    hand, row = _mediation(stage, case, "租户；房东")
    yield _office(stage, hours=2)
    mediation.fail(row, record_text="房东坚持扣留押金，双方未达成一致。", by=hand, at=stage.at)
    yield _office(stage, hours=3)
    sign(stage, case, "secretary_supervise", "shuji")


def _listed(stage, case, grievance):
    yield from _accepted(stage, case, grievance)
    yield _office(stage, hours=5)
    reason = "围挡占道涉及多个区级部门，超出街道权限。"
    supervision.propose_listing(case, reason=reason, by=stage.who("zhibanzhang"), at=stage.at)
    sign(stage, case, "listing_proposal", "shuji")
    yield _office(stage, hours=18)
    row = case.supervisions.get(status="proposed")
    due = stage.after(days=10)
    supervision.list_case(row, demand="区城管局牵头，十日内恢复通行。", due_at=due, by=stage.who("qushuji"), at=stage.at)


PLANS = {
    "sent": _sent,
    "accepted": _accepted,
    "rung": _rung,
    "urgent": _working,
    "working": _working,
    "overdue": _overdue,
    "review": _review,
    "asked": _asked,
    "happy": _happy,
    "answered": _answered,
    "unhappy": _unhappy,
    "extended": _extended,
    "listed": _listed,
    "returned": _returned,
    "mediating": _mediating,
    "mediated": _mediated,
    "mediated_failed": _mediated_failed,
}
