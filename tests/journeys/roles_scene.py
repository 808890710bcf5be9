"""What lies on people's desks when `test_roles` begins, made by the product's own actions within `manage.py shell`.

Every matter exists twice, so that the same is done on a wide and on a narrow screen. Prints {name: number or key} as JSON."""

import json
import sys
from datetime import datetime, time, timedelta

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone

from config.demo.roster import KINDS
from config.demo.stage import BEIJING, Stage
from dispatch.actions import extensions, handling, instructions, ladder, mediation, returns, shifts, supervision
from dispatch.models import Letter, WorkOrder
from feedback import sweeps as feedback_sweeps
from feedback.models import Callback
from grievance.actions import intake, triage
from grievance.models import Category, QRCode
from street.models import Posting
from tests.journeys import rare_rows

WIDTHS = (1440, 390)


class Scene(Stage):
    """The present instant, and what has been made so far by name."""

    def __init__(self):
        super().__init__()
        self.at, self.made = timezone.now(), {}
        self.code = QRCode.objects.live().filter(place__community__code="qms-luxi").first()

    def said(self, name, width, words):
        """A matter of 路西社区, told with a number to ring."""
        said = {"description": f"{words}（{width}）", "name": "买买提", "phone": f"139{width:04d}{len(self.made):04d}"}
        case = intake.submit(self.code, key=f"roles-{name}-{width}", at=self.at, **said).case
        self.made[f"{name}-{width}"] = case.number
        return case

    def sent(self, name, width, words, to="qms-luxi"):
        """Dispatched to the community, not taken on yet."""
        desk, category = self.who("paidan1"), Category.objects.get(code="F3")
        case = triage.admit(self.said(name, width, words), category=category, by=desk, at=self.at)
        order = handling.dispatch(case, to=self.units[to], limit_class="U4", basis="指定", by=desk, at=self.at)
        self.made[f"{name}-order-{width}"] = order.number
        return order

    def taken_on(self, name, width, words, to="qms-luxi"):
        """The order is accepted by the one who handles at that unit."""
        order = self.sent(name, width, words, to)
        return handling.accept(order, by=self.hand_of(order.handler), at=self.at)


def of_the_desk(scene, width):
    """研判、审核、退单、延期、回访."""
    at, hand = scene.at, scene.who("luxi_banli")
    scene.said("unclear", width, "那边又那样了，不知道该找谁")
    asked = scene.sent("return", width, "围墙外面的杂物没人收拾")
    returns.ask_return(asked, reason="place", basis="现场核实，在平顶山街道一侧。", by=hand, at=at)
    late = scene.taken_on("extension", width, "屋顶防水要等晴天才能做")
    extensions.request(late, days=2, reason="须等晴天施工", by=hand, at=at)
    done = scene.taken_on("review", width, "楼道里的灯换了没有人验收")
    handling.complete(done, public_answer="灯已换好。", by=hand, at=at)
    over = scene.taken_on("callback", width, "单元门锁坏了关不上")
    handling.complete(over, public_answer="门锁已换。", by=hand, at=at)
    handling.review(WorkOrder.objects.get(pk=over.pk), passed=True, opinion="属实", by=scene.who("zhibanzhang"), at=at)


def of_units_and_secretaries(scene, width):
    """承办、调解、批示、督办、挂牌."""
    at = scene.at
    scene.sent("handle", width, "楼上漏水把我家墙皮泡掉了")
    talks = scene.taken_on("mediate", width, "两家为门口的鞋柜吵架")
    mediation.open_mediation(talks.case, unit=talks.handler, parties="两户", willing="all", by=scene.who("luxi_banli"), at=at)
    told = scene.taken_on("instructed", width, "商户和邻居为排烟管争执", to="qms-sifasuo")
    instructions.give(told.case, text="请司法所今天上门。", by=scene.who("shuji"), at=at)
    raised = scene.taken_on("community", width, "院子里的水管一直漏水没人管")
    ladder.climb_now(raised.case, level="community", reason="群众反映强烈", by=scene.who("zhibanzhang"), at=at)
    for name, who in (("propose", ""), ("district", "ducha"), ("listing", "qushuji")):
        order = scene.taken_on(name, width, f"工地围挡占了路口的人行道，{name}")
        supervision.propose_listing(order.case, reason="涉及区级部门，超出街道权限。", by=scene.who("zhibanzhang"), at=at)
        if who:
            draft = Letter.objects.get(case=order.case, kind="listing_proposal", status="draft")
            supervision.sign(draft, by=scene.who("shuji"), at=at)


def duty(scene):
    """值班表: somebody sits at every hour from yesterday on."""
    first = timezone.localdate(scene.at) - timedelta(days=1)
    leader, officers = scene.who("zhibanzhang"), [scene.who(f"paidan{number}") for number in (1, 2, 3)]
    rows = shifts.rota(KINDS, [leader], officers, first=first, days=9, phone="0991-555-0100")
    shifts.plan(scene.units["qms"], rows=rows, by=leader, at=datetime.combine(first, time(), BEIJING))


def play():
    """Make all of it; the numbers are printed on one line."""
    scene = Scene()
    with transaction.atomic():
        for width in WIDTHS:
            of_the_desk(scene, width)
            of_units_and_secretaries(scene, width)
        duty(scene)
    feedback_sweeps.open_callbacks(at=timezone.now())
    for width in WIDTHS:
        scene.made[f"callback-pk-{width}"] = Callback.objects.get(case__number=scene.made[f"callback-{width}"]).pk
    rare_rows.lay(scene, WIDTHS[0])
    scene.said("waiting", 0, "这边的事还没有人看过")
    unit = scene.units["qms-luxi"]
    LogEntry.objects.log_actions(
        scene.who("admin").pk, [unit], CHANGE, [{"changed": {"fields": ["办公电话"]}}], single_object=True
    )
    admin_site = admin.site._registry
    scene.made |= {model._meta.label_lower: row.pk for model in admin_site if (row := model._default_manager.first())}
    held = Posting.objects.filter(organisation=unit).first()
    scene.made |= {"street.organisation": unit.pk, "posting": held.pk}
    sys.stdout.write(json.dumps(scene.made))
