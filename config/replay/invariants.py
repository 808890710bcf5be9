"""每晚核对: what must hold of the data whatever has happened, each as a function that yields a sentence for whatever breaks it.

They read rows and reckon anew; they trust no counter of the actions. What was found good once is not asked again."""

import re
from collections import Counter, defaultdict
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from config.replay.waiting import WAITS_VISIBLY
from dispatch.actions.ladder import OUTLIVING
from dispatch.actions.supervision import SERIES
from dispatch.models import Checkpoint, Letter, Supervision, WorkOrder
from dispatch.workflow import SIGNERS
from grievance.models import Case, CaseUnit, Event, Notice
from street.models import Organisation, Posting

NUMBER = re.compile(r"(?P<mark>.+)〔(?P<year>\d{4})〕(?P<serial>\d+)号")

BEAT = timedelta(minutes=1)
"""What fell due within the last minute is the next beat's."""


def nothing_is_left_due(audit, at):
    """到期的都已办: no checkpoint, no notice and no new matter still waits for a machine; nothing failed."""
    at -= BEAT
    for row in Checkpoint.objects.filter(Q(due_at__lte=at, fired_at=None) | Q(failures__gt=0)).select_related("rung")[:5]:
        yield f"节点 {row.pk}（{row.rung.code}）到期未触发：{row.failure}"
    for key in Notice.objects.due(at).values_list("key", flat=True)[:5]:
        yield f"通知 {key} 到时间未发"
    for number in Case.objects.unstudied().values_list("number", flat=True)[:5]:
        yield f"事项 {number} 未研判"


def every_open_case_moves_or_waits_visibly(audit, at):
    """没有停着不动的事项: each open case has a next checkpoint, or waits where somebody sees it (config.replay.waiting)."""
    ticking = Exists(Checkpoint.objects.waiting().filter(case=OuterRef("pk")))
    visible = Q()
    for condition in WAITS_VISIBLY.values():
        visible |= condition(at)
    for row in Case.objects.open().filter(~Q(ticking) & ~visible)[:5]:
        yield f"事项 {row.number}（{row.get_status_display()}）没有下一个节点，也不在任何人眼前"


def no_paper_lacks_cause_or_signer(audit, at):
    """公文有因有人: a checkpoint or a person's recorded act behind each; a holder of the right post behind each issued one."""
    letters = Letter.objects.filter(audit.since(at, "drafted_at") | audit.since(at, "signed_at"))
    for row in letters.select_related("case", "issuer", "checkpoint"):
        acts = Event.objects.filter(case=row.case_id, at=row.drafted_at, voice=Event.Voice.STAFF)
        if row.checkpoint_id is None and not acts.exists():
            yield f"公文 {row.pk}（{row.get_kind_display()}）无因"
        elif row.checkpoint_id and row.checkpoint.fired_at != row.drafted_at:
            yield f"公文 {row.pk} 的拟稿时间与触发时间不符"
        if row.status == Letter.Status.ISSUED and (wrong := _unsigned(audit, row)):
            yield f"公文 {row.number}{wrong}"


def _unsigned(audit, letter):
    if letter.signed_by_id is None:
        return "" if letter.kind == Letter.Kind.CAUTION and letter.authority_id else "无签发人"
    roles, day = SIGNERS[letter.kind], timezone.localdate(letter.signed_at)
    held = Posting.objects.current(day).filter(user=letter.signed_by_id, role__in=roles)
    if not any(row.organisation_id == letter.seat(row.role) for row in held):
        return "的签发人没有这项权限"
    signed = Event.objects.filter(case=letter.case_id, subject=f"letter:{letter.pk}", became="issued", actor=letter.signed_by_id)
    return "" if signed.filter(at=letter.signed_at).exists() else "的签发没有记录"


def numbers_have_no_gaps(audit, at):
    """编号连续: per issuer, kind and year each number once and none left out; of work orders per street and day."""
    series = defaultdict(list)
    for number, issuer, kind in Letter.objects.exclude(number="").values_list("number", "issuer", "kind"):
        found = NUMBER.fullmatch(number)
        if found is None or not found["mark"].endswith(SERIES[kind]):
            yield f"文号 {number} 不合规则"
            continue
        series[issuer, kind, found["year"]].append(int(found["serial"]))
    for number in WorkOrder.objects.filter(audit.since(at, "dispatched_at")).values_list("number", flat=True):
        day, street, serial = number.removeprefix("ZTC").split("-")
        series[street, day].append(int(serial))
    for name, serials in series.items():
        if sorted(serials) != list(range(1, len(serials) + 1)):
            yield f"{name} 的编号有重有漏：{sorted(serials)[:8]}…"


def nobody_outside_is_told(audit, at):
    """只告知该知道的: units told of the case, its street and its roles, its own residents; nobody of another street."""
    notices = Notice.objects.filter(audit.since(at, "created_at"), case__isnull=False)
    rows = list(notices.select_related("organisation", "case__street", "grievance"))
    known = _known({row.case_id for row in rows})
    for row in rows:
        unit, street = row.organisation, row.case.street
        if unit is not None and unit.pk not in known[row.case_id] | {street.pk}:
            yield f"通知 {row.key} 发给了不知情的{unit}"
        elif unit is not None and not unit.path.startswith(street.path) and audit.in_a_street(unit):
            yield f"通知 {row.key} 发给了另一街道的{unit}"
        if row.grievance is not None and row.grievance.case_id != row.case_id:
            yield f"通知 {row.key} 发给了另一事项的诉求人"


def _known(cases):
    """{case: ids of the organisations that have, or had, a part in it}."""
    known, of = defaultdict(set), {"case__in": cases}
    for case, unit in CaseUnit.objects.filter(**of).values_list("case", "organisation"):
        known[case].add(unit)
    for case, unit, over in WorkOrder.objects.filter(**of).values_list("case", "handler", "handler__supervisor"):
        known[case] |= {unit, over}
    for case, unit in Supervision.objects.filter(**of).values_list("case", "holder"):
        known[case].add(unit)
    for case, unit in Letter.objects.filter(**of, status=Letter.Status.ISSUED).values_list("case", "to"):
        known[case].add(unit)
    return known


def no_notice_before_its_time(audit, at):
    """不早发: nothing leaves the house before it may."""
    for key in Notice.objects.filter(audit.since(at, "sent_at"), sent_at__lt=F("not_before")).values_list("key", flat=True)[:5]:
        yield f"通知 {key} 早于最早发送时间"


def no_event_without_posting(audit, at):
    """记录有任职: what a member of staff did was done in a post held on that day."""
    rows = Event.objects.filter(audit.since(at, "at"), voice=Event.Voice.STAFF)
    for actor, posting, when, kind in rows.values_list("actor", "posting", "at", "kind"):
        if not posting or posting not in audit.posts(timezone.localdate(when))[actor]:
            yield f"{when} 的 {kind} 没有任职，或当日不在任：{posting}"


def every_checkpoint_acts_once(audit, at):
    """节点只触发一次: never before its time, and of what fired on a living case one record and what the measure leaves."""
    rows = Checkpoint.objects.filter(audit.since(at, "fired_at")).select_related("rung", "case", "deadline")
    rows = list(rows.prefetch_related("letter"))
    subjects = {f"checkpoint:{row.pk}" for row in rows}
    events = Counter(
        Event.objects.filter(audit.since(at, "at"), kind__startswith="checkpoint.").values_list("subject", flat=True)
    )
    told = set(Notice.objects.filter(audit.since(at, "created_at"), key__startswith="checkpoint:").values_list("key", flat=True))
    told = {":".join(key.split(":")[:2]) for key in told}
    for row in rows:
        name, measure = f"checkpoint:{row.pk}", row.rung.measure
        # In the minute in which a case ends either may have come first
        over, same = row.case.ended_at is not None and row.case.ended_at < row.fired_at, row.case.ended_at == row.fired_at
        promised = row.deadline is not None and row.deadline.anchor in OUTLIVING and row.case.status == Case.Status.CLOSED
        if same or promised:
            continue
        if row.fired_at < row.due_at:
            yield f"节点 {row.pk} 早于到期触发"
        if events[name] != (0 if over else 1):
            yield f"节点 {row.pk}（{row.rung.code}）触发后有 {events[name]} 条记录"
        if not over and measure == "draft" and not hasattr(row, "letter"):
            yield f"节点 {row.pk}（{row.rung.code}）触发后没有文稿"
        if not over and measure in ("remind", "chase", "draft") and name not in told:
            yield f"节点 {row.pk}（{row.rung.code}）触发后无人得知"
    for name in set(events) - subjects:
        yield f"{name} 没有触发，却有记录"


def in_streets():
    """Ids of everything that lies in some street, for telling neighbours apart from those above."""
    paths = [street.path for street in Organisation.objects.streets()]
    rows = Organisation.objects.values_list("pk", "path")
    return {pk for pk, path in rows if any(path.startswith(street) for street in paths)}
