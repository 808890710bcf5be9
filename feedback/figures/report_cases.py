"""典型事项: candidates from which a person chooses, what is said of one, and the words that no report may hold."""

import re
import unicodedata

from django.db.models import Count, Q, Sum

from dispatch.models import WorkOrder
from dispatch.papers.veil import Veil
from feedback.models import Callback, Fact
from grievance.casework import Refused
from grievance.models import Alert, Case, Complainant
from grievance.unnamed import ADVICE, PATTERNS, SURNAMES, TITLES
from street.templatetags.beijing import beijing_date

MOST, LOOKED_AT = 15, 60
NUMBER = re.compile(r"[A-Za-z]\d{6}-[0-9A-Za-z]{5}|[^，。；：、（\s]{1,12}〔\d{4}〕\d+号")
CALLED = re.compile(rf"[{SURNAMES}][\u4e00-\u9fff]?(?:{TITLES})(?!些|个|种|处)")
ALLOWED = {"诉求或事项编号", "楼号、单元号、门牌号"}
"""What the public may not read and a street's own report may say: which matter, which house."""


def candidates(sums):
    """候选 [[number, line]]: matters closed in the period, those of most people first. None of a person in danger, none whose
    person asked for confidence."""
    facts = Fact.objects.filter(street=sums.street, day__gte=sums.period.first, day__lte=sums.period.last)
    voices = Fact.objects.filter(case__in=facts.filter(measure="closed").values("case"), measure="said")
    most = voices.values("case").annotate(n=Sum("number")).order_by("-n", "-case").values_list("case", flat=True)[:LOOKED_AT]
    rows = Case.objects.filter(status=Case.Status.CLOSED).select_related("category", "place__community", "promised_by")
    found = rows.in_bulk(list(most))
    fit = [found[key] for key in most if key in found and fit_to_tell(found[key])]
    return [[case.number, _line(case)] for case in fit[:MOST]]


def fit_to_tell(case):
    """可作典型: not where somebody was in danger or under age, nor where one who spoke asked for confidence."""
    alerts = {code for one in (case, *case.merged.all()) for code in one.suggestion.get("alerts", [])}
    if case.category_id is None or Alert.objects.filter(code__in=alerts, bars_automatic=True).exists():
        return False
    return not (case.safety_calls.exists() or Complainant.objects.filter(grievance__case=case, confidential=True).exists())


def _where(case):
    return case.place.community.name if case.place else case.street.name


def _line(case):
    verdict = _verdict(case)
    return f"{_where(case)} · {case.category.name} · {case.promised_by or '未定'}承办 · {verdict}"


def _verdict(case):
    rows = Callback.objects.counted().filter(case=case, round=case.round).aggregate(
        content=Count("pk", filter=Q(satisfaction__in=["yes", "mostly"])), unhappy=Count("pk", filter=Q(satisfaction="no")),
        lost=Count("pk", filter=Q(status=Callback.Status.UNREACHABLE)),
    )  # fmt: skip
    return f"满意和基本满意{rows['content']}人次，不满意{rows['unhappy']}人次，无法回访{rows['lost']}人次"


def told(case):
    """一件典型事项 in words, for a person to edit: what the unit answered, without names and numbers."""
    lead = case.orders.filter(lead=True, status=WorkOrder.Status.DONE).order_by("-completed_at").first()
    answer = veiled(lead.public_answer, case) if lead else ""
    spoke = case.grievances.filter(withdrawn_at=None).count()
    rounds = f"办理{case.round}轮，" if case.round > 1 else ""
    return (
        f"{_where(case)}{case.category.name}事项（{case.number}）：{spoke}人反映，{case.promised_by or '承办单位'}承办，{rounds}"
        f"{beijing_date(case.ended_at)}结案。{answer}回访：{_verdict(case)}。"
    )


def veiled(text, case):
    """遮盖 as for a firm, and the ways in which people are called as well."""
    plain = Veil(list(_spoke([case.pk])), firm=True).words(" ".join(text.split()))
    return CALLED.sub("诉求人", plain)


def _spoke(keys):
    return Complainant.objects.filter(grievance__case__in=keys).select_related("grievance")


def refuse_named(texts, numbers):
    """Refused `named` where one of {heading: text} names a resident or holds a number of theirs; `numbers` are those of the
    matters that the report speaks of."""
    mentioned = {match for text in texts.values() for match in NUMBER.findall(text)}
    keys = list(Case.objects.filter(number__in={*numbers, *mentioned}).values_list("pk", flat=True))
    names = {unicodedata.normalize("NFKC", one.name) for one in _spoke(keys) if len(one.name) > 1}
    for heading, text in texts.items():
        plain = unicodedata.normalize("NFKC", NUMBER.sub("", text))
        for what, words in [*_patterns(plain), *(("诉求人姓名", name) for name in sorted(names) if name in plain)]:
            advice = ADVICE.get(what, "请删去。")
            raise Refused("named", f"“{heading}”里的“{words}”像是{what}，报告不写。{advice}", status=400)


def _patterns(plain):
    for what, pattern in PATTERNS:
        if what not in ALLOWED and (match := pattern.search(plain)):
            yield what, match[0].strip("，。；：、 \n")
