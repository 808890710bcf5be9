"""报告的话: sentences made of the figures alone, compared with the period before; a person edits them afterwards."""

import re
import unicodedata
from decimal import Decimal

from django.db.models import Sum

from dispatch.models import WorkOrder
from dispatch.papers.period_report import TABLES
from feedback.figures import metrics
from feedback.figures.report_tables import STREET
from feedback.models import Report, Tally
from grievance.casework import Refused, beijing

PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
SAID_RATE = re.compile(rf"({'|'.join(metric.label for metric in metrics.METRICS)})[^，。；,;\d]{{0,8}}?{PERCENT.pattern}")
NOTHING = {"hotspots": "本期没有同一社区、同一类别三件以上的集中诉求。", "dissatisfied": "本期没有不满意的评价。",
           "supervised": "本期没有督办事项。"}  # fmt: skip


def words(kind, now, was, tables, at):
    """{section: text} of all sections but those that only a person writes."""
    parts, earlier = now.numbers(STREET).get(0, {}), was.numbers(STREET).get(0, {})
    said, before = now.values(parts, STREET), was.values(earlier, STREET)
    rates = {name: _rate(value, before[name], now.rule) for name, value in said.items()}
    return {
        "overall": "\n".join([_came(parts, earlier), _verdict(parts, rates)]),
        "handling": "\n".join([_handling(parts, rates, now), *_standing(kind, now, at)]),
        "spread": _spread(tables), "typical": "", "next": "",
        "hotspots": NOTHING["hotspots"] if not tables["hotspots"] else _hot(tables["hotspots"]),
        "dissatisfied": NOTHING["dissatisfied"] if not tables["dissatisfied"] else _unhappy(parts),
        "supervised": NOTHING["supervised"] if not tables["supervised"] else "本期提出的和期末仍在督办的事项如下。",
    }  # fmt: skip


def compared(now, was, unit="件"):
    """和上期比, in words."""
    if now == was:
        return f"与上期持平（上期{was}{unit}）"
    return f"比上期{'增加' if now > was else '减少'}{abs(now - was)}{unit}（上期{was}{unit}）"


def _came(parts, earlier):
    came = parts.get("came", 0)
    found = f"，其中工作人员主动发现{parts['found']}件" if parts.get("found") else ""
    return (
        f"本期收到诉求事项{came}件，{compared(came, earlier.get('came', 0))}，诉求{parts.get('said', 0)}人次{found}。"
        f"本期结案{parts.get('closed', 0)}件，其中重办过的{parts.get('reworked', 0)}件。"
    )


def _verdict(parts, rates):
    return (
        f"回访到{parts.get('heard', 0)}人次，{rates['satisfied']}，{rates['solved']}。"
        f"不满意{parts.get('content_no', 0)}人次；无法回访{parts.get('unreachable', 0)}人次、"
        f"评价另列{parts.get('heard_out', 0)}人次，不计入比率。"
    )


def _handling(parts, rates, now):
    due, done = parts.get("finish_due", 0), parts.get("finish_ok", 0)
    median, ninth, n = metrics.hours(parts, now.rule)
    spent = f"办理时长中位数{median}个工作小时，九成在{ninth}个工作小时以内（n={n}）。" if median is not None else ""
    out = f"，时限另列{parts['finish_out']}件" if parts.get("finish_out") else ""
    return (
        f"本期派出工单{parts.get('sent', 0)}件，到期{due}件，按时办结{done}件，超期{due - done}件{out}，{rates['on_time']}；"
        f"{rates['response']}。{spent}"
    )


def _standing(kind, now, at):
    """日报、周报: what is open and overdue as the report is drafted; of a month or a year that says nothing."""
    if kind not in (Report.Kind.DAY, Report.Kind.WEEK):
        return []
    rows = Tally.objects.filter(street=now.street, face=STREET, of=0, span=Tally.Span.MONTH, measure="open")
    waiting = rows.aggregate(all=Sum("number"))["all"] or 0
    late = WorkOrder.objects.filter(case__street=now.street, status__in=WorkOrder.OPEN, due_at__lt=at).count()
    return [f"截至{beijing(at)}，未了事项{waiting}件，超期工单{late}件。"]


def _rate(value, was, rule):
    label = value.metric.label
    if value.percent is None:
        return f"{label}的分母只有{value.n}，不足{rule.shown_from}不列"
    if was.percent is None:
        return f"{label}{value.percent}%（n={value.n}，上期不足{rule.shown_from}，不作比较）"
    change = value.percent - was.percent
    told = f"比上期{'上升' if change > 0 else '下降'}{abs(change)}个百分点" if change else "与上期持平"
    return f"{label}{value.percent}%（n={value.n}，{told}）"


def refuse_uncounted(texts, tables):
    """Refused `not_counted` where one of {heading: text} gives a rate that no table has: of fewer than ten, or another one."""
    known = set(_counted(tables))
    for heading, text in texts.items():
        for label, number in SAID_RATE.findall(unicodedata.normalize("NFKC", text)):
            if (label, Decimal(number)) not in known:
                told = f"“{heading}”里的“{label}{number}%”不是本期数出来的，表里没有。请照表里的写，或者删去。"
                raise Refused("not_counted", told, status=400)


def _counted(tables):
    """(metric, per cent) of every rate that stands in a table, of this period or the one before."""
    cells = [(row[0], cell) for row in tables["rates"] for cell in row[1:]]
    for name, rows in tables.items():
        labels = [label for label, _ in TABLES[name].columns]
        cells += [pair for row in rows for pair in zip(labels, row, strict=True)]
    return [(label, Decimal(number)) for label, cell in cells for number in PERCENT.findall(cell)]


def _spread(tables):
    rows = [row for row in tables["categories"] if row[1] != "0"]
    if not rows:
        return "本期没有已分类的诉求。"
    return f"诉求较多的类别：{'，'.join(f'{name}{came}件（上期{was}件）' for name, came, was, *_ in rows[:3])}。"


def _hot(rows):
    kind, where, came, was, *_ = rows[0]
    return f"同一社区、同一类别三件以上的有{len(rows)}处，最多的是{where}{kind}，{came}件（上期{was}件）。"


def _unhappy(parts):
    return (
        f"本期不满意{parts.get('content_no', 0)}人次、未解决{parts.get('solved_no', 0)}人次，按规定重办或者复核，逐件列出如下。"
    )
