"""类案: found by rules, taken up, planned, watched and ended by people. Nothing is done to a matter by lying in a topic.

发现 follows domain §5 (alerts, 预判季节性问题); 提级、会办 and 派单 stay what they are, on each matter."""

from collections import Counter

from django.db import transaction
from django.utils import timezone

from feedback import told, topics
from feedback.figures.report_cases import refuse_named
from feedback.models import Topic, TopicCase, TopicStep, WarningRule
from feedback.seasons import ahead
from feedback.topic_moves import TOPIC
from grievance.casework import Refused, notice_for, notify
from grievance.classify.matters.finding import GONE, rarity_of
from grievance.models import Case
from street.models import Organisation, Posting, Role
from street.templatetags.beijing import beijing_date

S = Topic.Status
TOLD = frozenset({Role.SUPERVISOR, Role.SHIFT_LEADER})
"""Who is told when a topic was found."""
SAME_GROUP = 0.5
"""提案: a group of which half lies in one topic of its ground already is that topic."""
MOSTLY = 0.8
"""提案: a group nearly all of which lies in a topic of another ground says nothing new."""


def find_everywhere(*, at):
    """发现: in every street, a transaction each; how many topics are new. Safe to run twice, late or beside itself."""
    return sum(find(street, at=at) for street in Organisation.objects.streets().order_by("pk"))


@transaction.atomic
def find(street, *, at):
    """发现: what fits a topic in work is put into it; what is new becomes one, and the desk is told. How many are new."""
    Organisation.objects.select_for_update(no_key=True).get(pk=street.pk)
    rule = WarningRule.objects.in_force(street, timezone.localdate(at))
    rows = told.told_in(street, *topics.window(rule, at))
    _follow(street, rows, rule, at)
    found = [*groups_in(rows, rule), *_seasons(street, rule, at)]
    return sum(_begun(street, one, at) for one in found)


def groups_in(rows, rule):
    """[Found] of all grounds but the season, what says more first: a firm before a place, a place before a kind."""
    names, labels, near = told.names_of(rows), told.labels_of(rows), told.around(rule.crowd_metres)
    return [
        *topics.of_one_company(rows, rule), *topics.of_one_place(rows, rule, names), *topics.of_one_cause(rows, rule, labels),
        *topics.of_a_crowd(rows, rule, labels, near), *topics.of_a_surge(rows, rule, labels),
    ]  # fmt: skip


def _follow(street, rows, rule, at):
    """归入: matters that came since and fit; one that was taken out stays out."""
    rarity, by_case = rarity_of([row.piece for row in rows]), {row.case: row for row in rows}
    for topic in Topic.objects.filter(street=street).live().exclude(ground=Topic.Ground.HAND):
        if topic.ground == Topic.Ground.SEASON and timezone.localdate(at).isoformat() > topic.match["until"]:
            continue
        known = dict(topic.members.values_list("case", "removed_at"))
        members = [by_case[case].piece for case, removed in known.items() if removed is None and case in by_case]
        came = [row for row in rows if row.case not in known and row.day * topics.DAY_SECONDS > topic.found_at.timestamp()]
        why = {row.case: topics.fits(row, topic, members, rarity, rule) for row in came}
        _put(topic, {case: reason for case, reason in why.items() if reason}, by=None, at=at)


def _begun(street, found, at):
    """1 where a group is new, else 0: it lies in a topic already, whatever became of that."""
    held = TopicCase.objects.filter(topic__street=street, case__in=list(found.members)).values_list("topic", "topic__ground")
    counts = Counter(held)
    share = {ground: SAME_GROUP if ground == found.ground else MOSTLY for _, ground in counts}
    if any(count >= share[ground] * len(found.members) for (_, ground), count in counts.items()):
        return 0
    if found.key and Topic.objects.filter(street=street, key=found.key).exists():
        return 0
    facts = {"name": found.name[:80], "ground": found.ground, "why": found.why[:300], "match": found.match, "key": found.key}
    topic = Topic.objects.create(street=street, found_at=at, **facts)
    _put(topic, found.members, by=None, at=at)
    _step(topic, f"发现：{found.why}", by=None, at=at)
    _tell_desk(topic, at)
    return 1


def _seasons(street, rule, at):
    """时令预报: what is due before long and came up last year; the cases are last year's."""
    for season in ahead(rule.seasons, timezone.localdate(at)):
        first, last = season.a_year_before
        rows = Case.objects.filter(
            street=street, submitted_at__date__gte=first, submitted_at__date__lte=last, category__code__in=season.categories
        ).exclude(status__in=GONE)  # fmt: skip
        kinds = dict(rows.values_list("pk", "category"))
        if not kinds:
            continue
        places = rows.exclude(place=None).values("place").distinct().count()
        why = (
            f"{season.name}从 {beijing_date(season.first)} 起。去年同期（{beijing_date(first)}至{beijing_date(last)}）"
            f"这一类 {len(kinds)} 件，{places} 处。请提前准备。"
        )
        match = {"categories": sorted(set(kinds.values())), "until": season.last.isoformat()}
        key = f"season:{season.name}:{season.first.year}"
        each = f"去年{season.name}期间的同类事项"
        yield topics.Found("season", f"{season.first.year} 年{season.name}", why, dict.fromkeys(kinds, each), match, key)


@transaction.atomic
def begin(street, *, name, numbers, why, by, at):
    """新建 by a person: a name, why, and at least two matters. Refused `name_missing`, `too_few`, `unknown_case`, `named`."""
    topic = Topic(street=street, name=name.strip()[:80], ground=Topic.Ground.HAND, why=why.strip()[:300], found_at=at)
    posting = TOPIC.check("begin", topic, by=by, at=at)
    if not topic.name or not topic.why:
        raise Refused("name_missing", "请写明类案名称，和为什么放在一起。", status=400)
    cases = _cases(topic, numbers)
    if len(cases) < 2:
        raise Refused("too_few", "一件不成类案，请至少写两个事项编号。", status=400)
    refuse_named({"名称": topic.name, "依据": topic.why}, [case.number for case in cases])
    topic.save()
    _put(topic, {case.pk: topic.why for case in cases}, by=by, at=at)
    _step(topic, f"新建，{len(cases)} 件：{topic.why}", by=by, posting=posting, at=at)
    return topic


@transaction.atomic
def open_(topic, *, owner, plan, due_on, revision=None, by, at):
    """立项: who leads, what will be done, by which day. Refused `plan_missing`, `no_owner`, `day_past`, `named`."""
    row, posting = _held(topic, "open", by=by, at=at, revision=revision)
    _planned(row, owner, plan, due_on, at)
    row.status, row.opened_at = S.OPEN, at
    _saved(row, "status", "opened_at", "owner", "plan", "due_on")
    _step(row, f"立项：{owner}牵头，{beijing_date(due_on)}以前完成。{row.plan}", by=by, posting=posting, at=at)
    _tell_owner(row, at)
    return row


@transaction.atomic
def plan(topic, *, owner, plan, due_on, revision=None, by, at):
    """改办法: another owner, plan or day; what was there before stays in the record. Refused as at the opening."""
    row, posting = _held(topic, "plan", by=by, at=at, revision=revision)
    was = row.owner_id
    _planned(row, owner, plan, due_on, at)
    _saved(row, "owner", "plan", "due_on")
    _step(row, f"改办法：{owner}牵头，{beijing_date(due_on)}以前完成。{row.plan}", by=by, posting=posting, at=at)
    if was != owner.pk:
        _tell_owner(row, at)
    return row


def _planned(row, owner, text, due_on, at):
    if owner is None or not owner.path.startswith(row.street.path) or owner.kind == Organisation.Kind.COMPANY:
        raise Refused("no_owner", "请选本街道的一个单位牵头；社会单位不能牵头。", status=400)
    if not text.strip():
        raise Refused("plan_missing", "请写明打算怎么办，再提交。", status=400)
    if due_on is None or due_on < timezone.localdate(at):
        raise Refused("day_past", "计划完成日期要在今天或以后，写成 2026-12-01 这样。", status=400)
    _refuse(row, "办法", text)
    row.owner, row.plan, row.due_on = owner, text.strip(), due_on


@transaction.atomic
def note(topic, *, text, by, at):
    """记进展: what was done, by the owner or the desk. Refused `text_missing`, `named`."""
    row, posting = _held(topic, "note", by=by, at=at)
    if not text.strip():
        raise Refused("text_missing", "请写明做了什么，再提交。", status=400)
    _refuse(row, "进展", text)
    _step(row, f"进展：{text.strip()}", by=by, posting=posting, at=at)
    return row


@transaction.atomic
def start(topic, *, day, by, at):
    """措施起用: from which day it holds; before and after are compared from then on. Refused `day_ahead`, `too_early`."""
    row, posting = _held(topic, "start", by=by, at=at)
    if day is None or day > timezone.localdate(at):
        raise Refused("day_ahead", "措施起用日期不能在今天以后；还没起用的，请先记进展。", status=400)
    if day < timezone.localdate(row.opened_at):
        raise Refused("too_early", f"措施起用日期不能早于立项（{beijing_date(row.opened_at)}）。", status=400)
    row.status, row.started_on = S.WATCHING, day
    _saved(row, "status", "started_on")
    _step(row, f"措施自 {beijing_date(day)} 起用，开始看效果。", by=by, posting=posting, at=at)
    return row


@transaction.atomic
def end(topic, *, outcome, by, at):
    """了结: with what came of it. Refused `text_missing`, `named`."""
    return _over(topic, "end", S.ENDED, outcome, "请写明结果：做成了什么，还剩什么。", by, at)


@transaction.atomic
def drop(topic, *, why, by, at):
    """不成立: with why not; the same group is not found again. Refused `text_missing`, `named`."""
    return _over(topic, "drop", S.DROPPED, why, "请写明为什么不成立，再提交。", by, at)


def _over(topic, move, status, text, missing, by, at):
    row, posting = _held(topic, move, by=by, at=at)
    if not text.strip():
        raise Refused("text_missing", missing, status=400)
    _refuse(row, "结果", text)
    row.status, row.outcome, row.ended_at = status, text.strip(), at
    _saved(row, "status", "outcome", "ended_at")
    _step(row, f"{row.get_status_display()}：{row.outcome}", by=by, posting=posting, at=at)
    return row


@transaction.atomic
def put_in(topic, *, number, why, by, at):
    """归入事项 by a person, with why. Refused `unknown_case`, `already_in`, `text_missing`."""
    row, posting = _held(topic, "put_in", by=by, at=at)
    if not why.strip():
        raise Refused("text_missing", "请写明为什么归入，再提交。", status=400)
    _refuse(row, "归入原因", why)
    case = _cases(row, [number])[0]
    back = row.members.filter(case=case)
    if back.filter(removed_at=None).exists():
        raise Refused("already_in", f"事项 {case.number} 已经在这个类案里。")
    if not back.update(removed_at=None, removed_by=None, removed_why="", why=why.strip()[:200], added_by=by, added_at=at):
        _put(row, {case.pk: why.strip()}, by=by, at=at)
    _step(row, f"归入事项 {case.number}：{why.strip()}", by=by, posting=posting, at=at)
    return row


@transaction.atomic
def take_out(topic, *, number, why, by, at):
    """移出事项, with why; the system does not put it in again. Refused `not_in`, `text_missing`."""
    row, posting = _held(topic, "take_out", by=by, at=at)
    if not why.strip():
        raise Refused("text_missing", "请写明为什么移出，再提交。", status=400)
    _refuse(row, "移出原因", why)
    inside = row.members.filter(case__number=number, removed_at=None)
    if not inside.update(removed_at=at, removed_by=by, removed_why=why.strip()[:200]):
        raise Refused("not_in", f"事项 {number} 不在这个类案里。请刷新页面。")
    _step(row, f"移出事项 {number}：{why.strip()}", by=by, posting=posting, at=at)
    return row


def _cases(topic, numbers):
    """The cases of these numbers in the topic's street. Refused `unknown_case` with the numbers that are none."""
    wanted = list(dict.fromkeys(number.strip().upper() for number in numbers if number.strip()))
    found = list(told.open_cases(wanted).filter(street=topic.street))
    if missing := sorted(set(wanted) - {case.number for case in found}) or (not wanted and ["（没有填）"]):
        raise Refused("unknown_case", f"没有找到事项 {'、'.join(missing)}，请核对编号；已并案或撤回的不能归入。", status=400)
    return found


def _put(topic, reasons, *, by, at):
    TopicCase.objects.bulk_create(
        (TopicCase(topic=topic, case_id=case, why=why[:200], added_by=by, added_at=at) for case, why in reasons.items()),
        ignore_conflicts=True,
    )


def _step(topic, sentence, *, by, at, posting=None):
    TopicStep.objects.create(topic=topic, at=at, by=by, posting=str(posting or ""), sentence=sentence)


def _refuse(row, heading, text):
    """Refused `named` where the text names somebody who spoke in one of the matters."""
    refuse_named({heading: text}, list(row.members.values_list("case__number", flat=True)))


def _held(topic, move, *, by, at, revision=None):
    row = Topic.objects.select_for_update(no_key=True, of=("self",)).select_related("street", "owner").get(pk=topic.pk)
    posting = TOPIC.check(move, row, by=by, at=at)
    if revision is not None and revision != row.revision:
        raise Refused("changed_meanwhile", "别人刚刚改过这个类案。请先看改后的内容，再提交；您写的还在页面上。")
    return row, posting


def _saved(row, *fields):
    row.revision += 1
    row.save(update_fields=[*fields, "revision"])


def _tell_desk(topic, at):
    held = Posting.objects.current(timezone.localdate(at)).filter(organisation=topic.street, role__in=TOLD).select_related("user")
    text = f"发现类案“{topic.name}”：{topic.why}"
    notify(
        *(
            notice_for(f"topic:{topic.pk}:found:{user.pk}", "topic", None, text, at=at, user=user)
            for user in {p.user for p in held}
        )
    )


def _tell_owner(topic, at):
    text = f"类案“{topic.name}”由贵单位牵头，{beijing_date(topic.due_on)}以前完成，请在类案页查看。"
    key = f"topic:{topic.pk}:owner:{topic.owner_id}:{topic.revision}"
    notify(notice_for(key, "topic", None, text, at=at, organisation=topic.owner))
