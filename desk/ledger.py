"""台账: the office's columns, and a case as one line of them, as its reader may have it.

What leaves the desk as a file is veiled like a paper, not like a screen: names and numbers only in part for everybody, not at
all to a firm or where confidence was asked. In clear they are read one by one on the case page, each reading recorded."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils import timezone

from desk import filters, lights
from dispatch.models import OrderReturn, Supervision, WorkOrder
from dispatch.papers.veil import Veil
from feedback.models import Callback
from grievance.actions import privacy
from grievance.models import Grievance

AT_ONCE = 500
"""So many rows are read at a time."""


@dataclass
class Line:
    """一行: a case with all that its columns are made of."""

    case: Any
    veil: Veil
    light: lights.Light
    known: filters.Known

    @property
    def standing(self):
        """诉求 that nobody withdrew."""
        return [row for row in self.case.grievances.all() if row.withdrawn_at is None]

    @property
    def lead(self):
        """主办工单, the latest."""
        return next((row for row in list(self.case.orders.all())[::-1] if row.lead), None)

    @property
    def branch(self):
        """类别, from the first level down."""
        return self.known.line(self.case.category)[::-1] if self.case.category else []

    @property
    def said(self):
        """诉求内容: what each one said; the title where there is nothing but a recording."""
        return self.veil.words("；".join(row.description for row in self.standing if row.description) or self.case.title)

    def answers(self, field):
        """回访: how often each answer was given in the latest round, as one word."""
        rows = [row for row in self.case.callbacks.all() if row.round == self.case.round and getattr(row, field)]
        counted = Counter(getattr(row, f"get_{field}_display")() for row in rows)
        return "、".join(f"{label} {number}" if len(rows) > 1 else label for label, number in counted.items())


def when(at):
    """北京时间 in a form that sorts."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _of_order(name):
    return lambda line: when(getattr(line.lead, name)) if line.lead else ""


def _supporting(line):
    gone = {WorkOrder.Status.RETURNED, WorkOrder.Status.TRANSFERRED, WorkOrder.Status.RECALLED}
    names = [str(row.handler) for row in line.case.orders.all() if not row.lead and row.status not in gone]
    return "、".join(dict.fromkeys(names))


def _watched(line):
    return "、".join(row.get_level_display() for row in line.case.supervisions.all())


def _returned(line):
    return sum(1 for order in line.case.orders.all() for ask in order.returns.all() if ask.agreed)


@dataclass(frozen=True)
class Column:
    """一栏: heading, what stands in it, its width in characters, and whether it is printed."""

    heading: str
    value: Any
    width: int = 12
    printed: bool = False


COLUMNS = [
    Column("事项编号", lambda line: line.case.number, 17, True),
    Column("诉求编号", lambda line: "、".join(row.number for row in line.standing), 17),
    Column("上报时间", lambda line: when(line.case.submitted_at), 16, True),
    Column("渠道", lambda line: line.case.get_source_display(), 10),
    Column("社区", lambda line: str(line.case.place.community) if line.case.place else "", 12, True),
    Column("点位", lambda line: line.case.place.full_name if line.case.place else "", 22, True),
    Column("诉求类型", lambda line: line.standing[0].get_kind_display() if line.standing else "", 10),
    Column("性质", lambda line: line.case.suggestion.get("nature", ""), 8),
    Column("一级类别", lambda line: line.branch[0].name if line.branch else "", 12),
    Column("二级类别", lambda line: line.branch[1].name if len(line.branch) > 1 else "", 14, True),
    Column("紧急程度", lambda line: line.case.get_urgency_display(), 8),
    Column("标题", lambda line: line.veil.words(line.case.title), 24),
    Column("诉求内容", lambda line: line.said, 48, True),
    Column("诉求人（部分隐去）", lambda line: line.veil.who, 22),
    Column("诉求人数", lambda line: len(line.standing), 8),
    Column("涉及户数", lambda line: line.case.households or "", 8),
    Column("主办单位", lambda line: line.case.promised_by.name if line.case.promised_by else "", 18, True),
    Column("协办单位", _supporting, 18),
    Column("工单编号", lambda line: line.lead.number if line.lead else "", 17),
    Column("时限等级", lambda line: line.lead.limit_class if line.lead else "", 8),
    Column("派单时间", _of_order("dispatched_at"), 16),
    Column("签收时间", _of_order("accepted_at"), 16),
    Column("首次联系", _of_order("contacted_at"), 16),
    Column("办理期限", lambda line: when(line.case.promised_at), 16, True),
    Column("办结时间", lambda line: when(line.case.resolved_at), 16, True),
    Column("结束时间", lambda line: when(line.case.ended_at), 16),
    Column("状态", lambda line: line.case.get_status_display(), 10, True),
    Column("灯", lambda line: line.light.word if line.light.due_at else "", 8, True),
    Column("督办层级", _watched, 14, True),
    Column("办理轮次", lambda line: line.case.round, 8),
    Column("退单次数", _returned, 8),
    Column("公开答复", lambda line: line.veil.words(line.lead.public_answer) if line.lead else "", 40),
    Column("是否解决", lambda line: line.answers("resolved"), 12),
    Column("是否满意", lambda line: line.answers("satisfaction"), 12),
]  # fmt: skip
BY_HEADING = {column.heading: column for column in COLUMNS}


def columns():
    """台账各栏: the office's own choice and order where the setting names them, else all; an unknown name is passed over."""
    named = [BY_HEADING[name.strip()] for name in settings.EXPORT_COLUMNS if name.strip() in BY_HEADING]
    return named or COLUMNS


def lines(cases, user, at, most=None):
    """逐行: the cases of a queryset, the newest first, a few hundred at a time from where the last ones ended; at most `most`."""
    firm, known = privacy.outsider(user), filters.Known(user)
    left, rows = most, _with_parts(cases.order_by("-submitted_at", "-pk"), user)
    part = rows
    while chunk := list(part[: min(AT_ONCE, left or AT_ONCE)]):
        yield from _lines_of(chunk, known, firm, at)
        left = left and left - len(chunk)
        if left == 0:
            return
        end = chunk[-1]
        beyond = Q(submitted_at__lt=end.submitted_at) | Q(submitted_at=end.submitted_at, pk__lt=end.pk)
        # The plain bound beside it is what an index is entered by
        part = rows.filter(beyond, submitted_at__lte=end.submitted_at)


def _lines_of(chunk, known, firm, at):
    burning = lights.lights_of(chunk, at)
    for case in chunk:
        voices = case.grievances.all()
        spoke = [row.complainant for row in voices if row.withdrawn_at is None and hasattr(row, "complainant")]
        yield Line(case, Veil(spoke, firm=firm), filters.light_of(case, burning, at), known)


def _with_parts(cases, user):
    returns = Prefetch("returns", OrderReturn.objects.filter(agreed=True))
    orders = WorkOrder.objects.select_related("handler").order_by("pk").prefetch_related(returns)
    return cases.select_related(
        "category", "street__calendar__base", "promised_by", "place__community", "place__parent__parent"
    ).prefetch_related(
        Prefetch("grievances", Grievance.objects.select_related("complainant")),
        Prefetch("orders", orders),
        Prefetch("supervisions", Supervision.objects.visible_to(user).open().order_by("-raised_at")),
        Prefetch("callbacks", Callback.objects.visible_to(user).filter(status=Callback.Status.ANSWERED)),
    )  # fmt: skip
