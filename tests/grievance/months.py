"""A street's months at the triage desk, through the real actions; invented texts, in turns of speech that no word list knows."""

import random
from datetime import timedelta

from dispatch.actions import handling, returns
from dispatch.models import WorkOrder
from grievance.actions import intake, triage
from grievance.models import Category, QRCode
from street.models import User

SAYINGS = {
    line.split()[0]: line.split()[1:]
    for line in """
B1 屋里跟冰窖一样 老人裹着棉被看电视 脚底板冻得发麻 孩子写作业手都僵了 铁片子摸着是凉的 半夜冻醒好几回
A6 上下楼全靠两条腿 那个铁盒子又趴窝了 按了钮半天不开门 关在里面半个钟头 十八层爬得腿发软 盒子一抖一抖吓死人
C6 楼门口黑咕隆咚 摸黑掏钥匙 头顶那盏是个摆设 晚上下楼全靠手机照 杆子上的泡子早憋了 老人摸黑崴了脚
C1 墙根底下堆得像小山 苍蝇嗡嗡飞成一片 剩菜汤淌了一路 三天没人来拉走 捂着鼻子才能过去 猫狗刨得到处都是
A5 回家转三圈没地儿搁车 门口让铁疙瘩堵死了 晚回来只能停到二里外 一排一排自己装的锁 轮椅推不出单元门 为个车位天天吵嘴
E1 大喇叭咚咚咚到后半夜 楼下跳舞的音箱震玻璃 划拳喊到两点 娃娃刚哄睡又吵醒 关了窗户还嗡嗡响 天不亮就放曲子
B4 龙头拧开滴滴答答 接一盆要半个钟头 流出来黄汤子 高层上午一滴都没有 马桶只能拿桶冲 烧开了一层白皮
D2 门前那条道坑连着坑 电动车一颠人就飞了 下雨成了一串水塘 石头子儿崩到腿上 轮子卡进沟里出不来 补了又塌补了又塌
""".strip().splitlines()
}
FILLERS = ["麻烦给看看", "说了好几回了", "到底归谁管啊", "跟门口说过没用", "都快一个月了", "好几家都这样", "请尽快吧", "谢谢了"]
CLERKS = ["paidan1", "paidan2", "paidan3", "paidan4"]


def a_message(category, dice):
    """Two sayings of a category with something that says nothing around them."""
    said = [*dice.sample(SAYINGS[category], 2), *dice.sample(FILLERS, 2)]
    dice.shuffle(said)
    return "，".join(said)


class Desk:
    """A desk with several clerks on the sample street."""

    def __init__(self, seed=7):
        self.dice = random.Random(seed)
        self.code = QRCode.objects.filter(revoked_at__isnull=True).select_related("place__street").order_by("pk").first()
        self.street = self.code.place.street
        self.categories = {category.code: category for category in Category.objects.filter(code__in=SAYINGS)}
        self.clerks = list(User.objects.filter(username__in=CLERKS).order_by("username"))
        self.leader = User.objects.get(username="zhibanzhang")
        self.made = 0

    def month(self, start, *, each_day=8, days=30, wrong=None):
        """A month of decisions; `wrong`: {clerk's place in the row: share of decisions given a false category}."""
        return [case for day in range(days) for case in self._day(start + timedelta(days=day), each_day, wrong or {})]

    def _day(self, morning, number, wrong):
        cases = []
        for turn in range(number):
            at = morning + timedelta(minutes=40 * turn)
            who = self.dice.randrange(len(self.clerks))
            truth = self.dice.choice(list(SAYINGS))
            label = self._false(truth) if self.dice.random() < wrong.get(who, 0) else truth
            cases.append(self.decided(a_message(truth, self.dice), label, self.clerks[who], at))
        return cases

    def _false(self, truth):
        return self.dice.choice([code for code in SAYINGS if code != truth])

    def decided(self, text, label, by, at):
        """Reported, studied, and admitted by a person under a category."""
        case = self.reported(text, at)
        return triage.admit(case, category=self.categories[label], by=by, at=at + timedelta(minutes=5))

    def reported(self, text, at):
        """Reported and studied, as the sweep does it."""
        self.made += 1
        grievance = intake.submit(self.code, description=text, key=f"month-{self.made}", at=at)
        return triage.study(grievance.case, at=at)

    def sent(self, case, unit, at, *, by=None):
        """Dispatched to `unit`."""
        return handling.dispatch(case, to=unit, limit_class="U3", basis="研判", by=by or self.clerks[0], at=at)

    def came_back(self, order, by, at):
        """The unit proved that it was not its own, and the leader agreed."""
        row = returns.ask_return(order, reason="duty", basis="职责清单", by=by, at=at)
        returns.decide_return(row, agreed=True, opinion="属实", by=self.leader, at=at + timedelta(minutes=5))
        return WorkOrder.objects.get(pk=order.pk)
