"""书记专报: gather what waits at each seat in a few statements, and write each person's three lines, once a day."""

from collections import defaultdict

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from dispatch import briefs
from dispatch.briefs import Press, Waiting
from dispatch.models import Brief, Instruction, Letter, Supervision
from dispatch.workflow import SIGNERS
from grievance.casework import notice_for, notify
from street.models import Role, User

READERS = (Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY, Role.DISTRICT_SECRETARY)
"""专报送谁."""
V, S = Supervision.Status, Instruction.Status
ROLE_OF = {
    Supervision.Level.COMMUNITY: Role.COMMUNITY_SECRETARY,
    Supervision.Level.STREET: Role.STREET_SECRETARY,
    Supervision.Level.DISTRICT: Role.STREET_SECRETARY,
}
"""Whose a supervision is; one that was proposed to the district is the district's."""
PLACE = ("case__category", "case__place__community")


def gather(organisations, at):
    """待定 by seat: {(role, organisation id) or user id: [Waiting]}, for seats at these organisations and what hangs below them.

    Four statements, whatever waits."""
    found: dict = defaultdict(list)
    for row in _eyes(organisations, at):
        found[_seat_of(row)].append(_of_supervision(row, at))
    for letter in _drafts(organisations):
        found[Role.STREET_SECRETARY, letter.case.street_id].append(
            _waiting(letter, Press.DECIDE, letter.drafted_at, f"{letter.get_kind_display()}待签发", "签发，还是不予签发")
        )
    for row in _asked(organisations, at):
        found[row.by_id].append(_of_instruction(row))
    return found


def _eyes(organisations, at):
    """呈送的, 提请的, and what was taken on and is late."""
    late = Q(status__in=[V.ACTIVE, V.LISTED], due_at__lt=at)
    rows = Supervision.objects.filter(Q(status__in=[V.RAISED, V.PROPOSED]) | late, holder__in=organisations)
    return rows.select_related("case", *PLACE).exclude(case__status__in=["closed", "declined", "merged", "withdrawn"])


def _drafts(organisations):
    kinds = [kind for kind, signers in SIGNERS.items() if Role.STREET_SECRETARY in signers]
    rows = Letter.objects.drafts().filter(kind__in=kinds, case__street__in=organisations)
    return rows.select_related("case", *PLACE)


def _asked(organisations, at):
    """批示 that wait for their author: typed in by another, reported, or past their time."""
    late = Q(status__in=[S.GIVEN, S.BACK], due_at__lt=at)
    near = Q(case__street__in=organisations) | Q(case__place__community__in=organisations)
    rows = Instruction.objects.filter(Q(status__in=[S.DRAFT, S.ANSWERED]) | late)
    return rows.filter(near | Q(case__street__parent__in=organisations)).select_related("case", *PLACE)


def _seat_of(row):
    at_district = row.level == Supervision.Level.DISTRICT and row.status in (V.PROPOSED, V.LISTED)
    return (Role.DISTRICT_SECRETARY if at_district else ROLE_OF[row.level]), row.holder_id


def _of_supervision(row, at):
    level = row.get_level_display()
    if row.status == V.PROPOSED:
        return _waiting(row, Press.DECIDE, row.raised_at, "街道提请挂牌督办", "列入挂牌，还是不列入")
    if row.status == V.RAISED and row.level == Supervision.Level.DISTRICT:
        return _waiting(row, Press.DECIDE, row.raised_at, "拟提请区级挂牌督办", "签发提请报告，还是不予签发")
    if row.status == V.RAISED:
        return _waiting(row, Press.DECIDE, row.raised_at, f"呈送{level}", "督办、批示，还是退回")
    return _waiting(row, Press.LATE, row.due_at, f"{level}，时限已过", "继续督办，还是换办法：转派、会办、提级")


def _of_instruction(row):
    if row.status == S.DRAFT:
        return _waiting(row, Press.DECIDE, row.at, "您的手写批示已录入", "确认，还是不予确认")
    if row.status == S.ANSWERED:
        return _waiting(row, Press.JUDGE, row.answered_at, "批示已报告落实", "认可，还是退回再落实")
    return _waiting(row, Press.UNANSWERED, row.due_at, "批示到期未报告", "催办，还是改由别的单位落实")


def _waiting(row, press, since, what, need):
    case = row.case
    where = f"{case.place.community if case.place else ''}{case.category.name if case.category else '未分类'}事项"
    return Waiting(case.pk, press, since, what, need, where)


@transaction.atomic
def write(user, waiting, *, on, at):
    """写专报: this person's lines of the day, and one message with the way to them; None where there are some already."""
    # The person's row is the lock: two runs beside each other write once
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    chosen = briefs.choose(waiting)
    if not chosen or Brief.objects.filter(user=user, on=on).exists():
        return None
    rows = [
        Brief(user=user, on=on, rank=rank, case_id=one.case, line=briefs.line(one, at), need=one.need, made_at=at)
        for rank, one in enumerate(chosen, 1)
    ]
    Brief.objects.bulk_create(rows)
    text = f"书记专报：今天有 {len(rows)} 件需要您定，{settings.SITE_URL}/phone/secretary/"
    notify(notice_for(f"brief:{user.pk}:{on}", "brief", rows[0].case, text, at=at, user=user))
    return rows
