"""综合报告: drafted from the figures, edited, signed and sent by people. What is issued is fixed at the signature."""

import logging
from hashlib import sha256
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from dispatch.models.paper import stored_as
from dispatch.papers.forms import balanced, organ_of
from dispatch.papers.period_report import FOOT, NAME, SECTIONS, TABLES
from dispatch.papers.render import render, version_of
from feedback.figures import keeping
from feedback.figures.report_cases import candidates, fit_to_tell, refuse_named, told
from feedback.figures.report_tables import tables
from feedback.figures.report_words import refuse_uncounted, words
from feedback.figures.sums import Sums, before, period_of
from feedback.models import Report, ReportCopy
from feedback.reporting import REPORT
from grievance.casework import Refused, beijing, next_in, notice_for, notify
from grievance.media import write_whole
from grievance.models import Case
from street.models import Organisation, Posting
from street.templatetags.beijing import beijing_date

log = logging.getLogger(__name__)
S = Report.Status


@transaction.atomic
def draft(street, *, kind, day, by, at):
    """起草: of the day, week, month, quarter or year of `day`. Refused `not_over`, `already_drafted`, `role_missing`."""
    period = period_of(kind, day)
    row = Report(street=street, kind=kind, first=period.first, last=period.last, drafted_by=by, drafted_at=at)
    REPORT.check("draft", row, by=by, at=at)
    if period.last > timezone.localdate(at):
        raise Refused("not_over", f"{row.label}还没有结束，请在{beijing_date(period.last)}或以后起草。", status=400)
    Organisation.objects.select_for_update(no_key=True).get(pk=street.pk)
    same = Report.objects.filter(street=street, kind=kind, first=period.first)
    if same.filter(status=S.DRAFT).exists():
        raise Refused("already_drafted", f"{row}已经有草稿，请打开那一份接着改。")
    row.replaces = same.filter(status=S.ISSUED).first()
    _count(row, at)
    row.save()
    return row


def _count(row, at):
    """取数: tables and the words made of them; what a person has written stays."""
    keeping.keep_up()
    period = period_of(row.kind, row.first)
    now, was = Sums(row.street, period), Sums(row.street, before(row.kind, period))
    made = tables(now, was)
    said, old = words(row.kind, now, was, made, at), row.generated
    row.texts = {key: text if row.texts.get(key, "") == old.get(key, "") else row.texts[key] for key, text in said.items()}
    row.generated, row.tables, row.candidates, row.counted_at = said, made, candidates(now), at
    source = now.source if len(now.frozen) == len(now.pieces) else f"{beijing(at)}取数，{now.source}"
    row.foot = FOOT.format(shown_from=now.rule.shown_from, mostly=now.rule.mostly, source=source)


@transaction.atomic
def recount(report, *, by, at):
    """重新取数: the tables anew, and the words that nobody has changed. Refused `move_not_open`."""
    row = _held(report, "edit", by=by, at=at)
    _count(row, at)
    return _saved(row, "texts", "generated", "tables", "candidates", "counted_at", "foot")


@transaction.atomic
def edit(report, *, texts, revision, by, at):
    """修改: the words of each section; the tables are figures and cannot be written. Refused `named`, `not_counted`,
    `changed_meanwhile`."""
    row = _held(report, "edit", by=by, at=at, revision=revision)
    row.texts = {key: texts.get(key, row.texts.get(key, "")).replace("\r\n", "\n").strip() for key in SECTIONS}
    _refuse_said(row)
    return _saved(row, "texts")


@transaction.atomic
def pick(report, *, numbers, by, at):
    """选典型事项 from the candidates; each is put into words, veiled, to be edited. Refused `no_candidate`."""
    row = _held(report, "edit", by=by, at=at)
    if set(numbers) - {number for number, _ in row.candidates}:
        raise Refused("no_candidate", "典型事项只能从候选里选。请刷新页面再选。", status=400)
    lines = [line for line in row.texts["typical"].splitlines() if not _of(line, set(row.picked) - set(numbers))]
    for case in Case.objects.filter(number__in=set(numbers) - set(row.picked)).order_by("number"):
        if not fit_to_tell(case):
            raise Refused("not_to_be_told", f"事项 {case.number} 现在不宜作典型（涉及人身安全，或诉求人要求保密）。请另选。")
        lines.append(told(case))
    row.texts["typical"], row.picked = "\n".join(lines), sorted(numbers)
    return _saved(row, "texts", "picked")


def _of(line, numbers):
    return any(number in line for number in numbers)


@transaction.atomic
def sign(report, *, revision, by, at):
    """签发: by a leader, who signs what was read; numbered, fixed. Refused `named`, `not_counted`,
    `changed_meanwhile`, `role_missing`."""
    row = _held(report, "sign", by=by, at=at, revision=revision)
    _refuse_said(row)
    year, street = timezone.localtime(at).year, row.street
    row.number = f"{street.mark or street.short_name or street.name}报〔{year}〕{next_in(f'report:{street.pk}:{year}')}号"
    row.status, row.signed_by, row.signed_at = S.ISSUED, by, at
    row.facts = facts_of(row)
    _saved(row, "status", "number", "signed_by", "signed_at", "facts")
    transaction.on_commit(lambda: _attempt(row), robust=True)
    return row


@transaction.atomic
def discard(report, *, by, at):
    """不用: a draft that is not issued; it stays to be read."""
    row = _held(report, "discard", by=by, at=at)
    row.status = S.DISCARDED
    return _saved(row, "status")


@transaction.atomic
def send(report, *, units=(), roles=(), by, at):
    """发送: to each unit and each holder of a role at the street, once; recorded. Refused `not_for_firms`, `nobody_chosen`."""
    row = _held(report, "send", by=by, at=at)
    if not units and not roles:
        raise Refused("nobody_chosen", "请选发给哪些单位或角色。", status=400)
    if any(unit.kind == Organisation.Kind.COMPANY for unit in units):
        raise Refused("not_for_firms", "综合报告不发给社会单位。", status=400)
    made = [ReportCopy(report=row, organisation=unit, sent_by=by, sent_at=at) for unit in units]
    made += [ReportCopy(report=row, role=role, sent_by=by, sent_at=at) for role in roles]
    ReportCopy.objects.bulk_create(made, ignore_conflicts=True)
    text = f"{row.street.name}{row} {row.number} 已签发，请阅。"
    held = Posting.objects.current(timezone.localdate(at)).filter(organisation=row.street, role__in=roles)
    to = [{"organisation": unit} for unit in units] + [{"user": one} for one in dict.fromkeys(p.user for p in held)]
    notify(*(notice_for(_key(row, **one), "report", None, text, at=at, **one) for one in to))
    return row


def _key(row, organisation=None, user=None):
    return f"report:{row.pk}:unit:{organisation.pk}" if organisation else f"report:{row.pk}:user:{user.pk}"


def sendable(report):
    """可发送的单位: those of the street that are no firms, and the district above."""
    street = report.street
    below = Organisation.objects.filter(path__startswith=street.path, active=True).exclude(kind=Organisation.Kind.COMPANY)
    above = Organisation.objects.filter(pk=street.parent_id)
    return (below.exclude(pk=street.pk) | above).order_by("path")


def facts_of(row):
    """报告要素 for the template: paragraphs by section, rows by table; strings and lists alone."""
    name = f"{row.street.name}群众诉求办理情况{row.get_kind_display()}"
    change = f"（{row.label}，更正{row.replaces.number}）" if row.replaces else f"（{row.label}）"
    said = {f"said_{key}": [line for line in row.texts.get(key, "").splitlines() if line.strip()] for key in SECTIONS}
    return {
        "template": NAME, "organ": organ_of(row.street), "number": row.number, "draft": row.status != S.ISSUED,
        "title": name + change, "title_lines": [*balanced(name, (row.street.name,)), change],
        "signer": str(row.signed_by or ""), "date": beijing_date(row.signed_at), "phone": row.street.phone or "无",
        "copies": [], "foot": row.foot, **said, **{f"rows_{key}": row.tables.get(key, []) for key in TABLES},
    }  # fmt: skip


def make(report):
    """成文: the DOCX bytes; of an issued report those made first, kept with their digest. Refused `template_broken`."""
    if report.status != S.ISSUED:
        return render(NAME, facts_of(report))
    if not report.file:
        _keep(report)
    with report.file.open("rb") as file:
        return file.read()


def _keep(report):
    version, content = version_of(NAME), render(NAME, report.facts)
    mark = sha256(content).hexdigest()
    name = stored_as(Report(sha256=mark), "")
    write_whole(Path(default_storage.path(name)), content)
    Report.objects.filter(pk=report.pk, file="").update(file=name, sha256=mark, template=version)
    report.refresh_from_db()


def _attempt(report):
    try:
        make(report)
    except (Refused, OSError):
        # The signature stands whatever happens here; the next reader tries again
        log.exception("report %s was not made", report.pk)


def _refuse_said(row):
    listed = {line[0] for key in ("dissatisfied", "supervised") for line in row.tables.get(key, [])}
    texts = {SECTIONS[key].heading: text for key, text in row.texts.items()}
    refuse_named(texts, {*row.picked, *listed})
    refuse_uncounted(texts, row.tables)


def _held(report, move, *, by, at, revision=None):
    row = (
        Report.objects.select_for_update(no_key=True, of=("self",)).select_related("street__parent", "replaces").get(pk=report.pk)
    )
    REPORT.check(move, row, by=by, at=at)
    if revision is not None and revision != row.revision:
        raise Refused("changed_meanwhile", "别人刚刚改过这份报告。请先看改后的内容，再保存或签发；您写的还在页面上，可以复制。")
    return row


def _saved(row, *fields):
    row.revision += 1
    row.save(update_fields=[*fields, "revision"])
    return row
