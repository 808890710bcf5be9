"""离任交接: whoever leaves a post hands what is open in their name to a named successor, in one action and all of it recorded.

What belongs to the office (papers to sign, returns to decide, callbacks to make) is the business of whoever holds the office;
therefore the successor holds it from that day on, and an office that was held is never left empty while work of it is open.
Facts stay facts: who accepted an order or gave an instruction is not rewritten."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dispatch.eye import INSTRUCTION, LEADERS
from dispatch.models import Adoption, Instruction, Letter, Mediation, Reception, StandingAuthority, Supervision, WorkOrder
from dispatch.workflow import DESK, REVIEWERS, SIGNERS
from grievance.actions import in_hand
from grievance.casework import Refused, lock, notice_for, notify, record
from grievance.models import Case, InHand
from street.models import ADMIN_ROLES, STREET_ROLES, UNIT_ROLES, HandOver, Organisation, Posting, Role, User, mixed
from street.scope import covered, stand, within

KEEPERS = frozenset({Role.SYSTEM_ADMIN})
"""谁办理交接: whoever keeps accounts and posts; they read numbers of pieces, never the matters."""


@dataclass(frozen=True)
class Deal:
    """一次交接: from which posting to which one (None: to nobody, there being nothing), by whom and when."""

    was: Posting
    to: Posting | None
    by: User
    at: datetime

    @property
    def whose(self):
        """接手人, in a sentence."""
        return f"由{self.to.user}接手" if self.to else "退回岗位"


@dataclass(frozen=True)
class Kind:
    """一类在本人名下的工作: `rows(posting)` finds it, `hand(row, deal)` hands a piece over and returns the sentence for its case.

    `of_post`: it belongs to this very posting, and another one of the same person does not keep it."""

    noun: str
    roles: frozenset
    rows: Callable
    hand: Callable
    of_case: bool = True
    of_post: bool = False


def _orders(posting):
    return WorkOrder.objects.open().filter(accepted_by=posting.user_id, handler=posting.organisation_id)


def _hand_order(order, deal):
    return f"{deal.was.user}离任，其签收的工单 {order.number} {deal.whose}。"


def _mediations(posting):
    return Mediation.objects.filter(status="open", mediator=posting.user_id, unit=posting.organisation_id)


def _hand_mediation(row, deal):
    row.mediator = deal.to.user
    row.save(update_fields=["mediator"])
    return f"{deal.was.user}离任，正在进行的调解{deal.whose}。"


def _adoptions(posting):
    own = Adoption.objects.filter(leader=posting.user_id, ended_at__isnull=True)
    if posting.role == Role.COMMUNITY_SECRETARY:
        return own.filter(case__place__community=posting.organisation_id)
    return own.filter(case__street=posting.organisation_id)


def _hand_adoption(row, deal):
    row.leader, row.posting = deal.to.user, str(deal.to)
    row.save(update_fields=["leader", "posting"])
    return f"{deal.was.user}离任，包案{deal.whose}。"


def _instructions(posting):
    return Instruction.objects.filter(status__in=Instruction.OPEN, by=posting.user_id).filter(
        Q(given_as=posting) | Q(status=Instruction.Status.DRAFT)
    )


def _hand_instruction(row, deal):
    if row.status == Instruction.Status.DRAFT:
        INSTRUCTION.apply("leave", row, by=None, at=deal.at, sentence="手写批示未经本人确认，随其离任失效。")
    return f"{deal.was.user}离任，其批示的落实情况{deal.whose}认可。" if row.status != Instruction.Status.DISCARDED else ""


def _receptions(posting):
    return Reception.objects.filter(leader=posting.user_id, organisation=posting.organisation_id, cancelled_at__isnull=True)


def _hand_reception(row, deal):
    row.leader = deal.to.user
    row.save(update_fields=["leader"])


def _authorities(posting):
    return StandingAuthority.objects.filter(leader=posting.user_id, street=posting.organisation_id, revoked_at__isnull=True)


def _end_authority(row, deal):
    # Given in person, so it cannot be handed on: until the next one signs, a person sends every matter
    StandingAuthority.objects.filter(pk=row.pk).update(revoked_at=deal.at)


KINDS = (
    Kind("工单", UNIT_ROLES, _orders, _hand_order),
    Kind("调解", UNIT_ROLES, _mediations, _hand_mediation),
    Kind("包案", frozenset(LEADERS), _adoptions, _hand_adoption),
    Kind("批示", frozenset(Role), _instructions, _hand_instruction, of_post=True),
    Kind("接访", frozenset(LEADERS), _receptions, _hand_reception, of_case=False),
    Kind("派单授权", frozenset({Role.SHIFT_LEADER}), _authorities, _end_authority, of_case=False),
)


def named(posting, at):
    """在本人名下的: {kind: rows} that are open in the name of a posting's holder; a kind that another of their posts at the same
    place also covers stays with them. One query a kind."""
    still = set(_others_of(posting, at).values_list("role", flat=True))
    found = {}
    for kind in KINDS:
        if posting.role in kind.roles and (kind.of_post or not kind.roles & still):
            rows = kind.rows(posting)
            found[kind] = list(rows.filter(starts_at__gt=at) if kind.noun == "接访" else rows)
    return found


def in_hands(posting):
    """手上正在看的: the soft locks of the triage desk."""
    return InHand.objects.filter(user=posting.user_id) if posting.role in DESK else InHand.objects.none()


def counts(posting, at):
    """件数 by noun, of what is open in the name of a posting's holder; nouns without any are left out."""
    found = {kind.noun: len(rows) for kind, rows in named(posting, at).items()}
    found["正在研判"] = in_hands(posting).count()
    return {noun: count for noun, count in found.items() if count}


def office_waits(posting):
    """岗位上未了的: whether anything is open that only this office can do; callbacks are not asked here, their office is kept."""
    role, unit = posting.role, posting.organisation_id
    if role in (ADMIN_ROLES | {Role.LIAISON, Role.REGISTRAR}):
        return False
    if role in UNIT_ROLES:
        return _unit_waits(role, unit)
    of_street = Case.objects.open().filter(street=unit)
    if role in REVIEWERS or role in STREET_ROLES:
        return of_street.exists()
    # District, discipline: what waits there is not for every keeper to count
    return True


def _unit_waits(role, unit):
    if WorkOrder.objects.open().filter(handler=unit).exists():
        return True
    kinds = [kind for kind, signers in SIGNERS.items() if role in signers]
    if Letter.objects.drafts().filter(kind__in=kinds, issuer=unit).exists():
        return True
    asked = Instruction.objects.filter(to=unit, status__in=(Instruction.Status.GIVEN, Instruction.Status.BACK))
    held = Supervision.objects.filter(holder=unit, status__in=("raised", "active"))
    return asked.exists() or held.exists()


def others_in(posting, at):
    """同岗位的人: postings of others who hold the same office on the day of `at`, whose accounts are open."""
    held = Posting.objects.current(timezone.localdate(at)).filter(
        organisation=posting.organisation_id, role=posting.role, user__is_active=True
    )
    return held.exclude(user=posting.user_id).select_related("user", "organisation").order_by("pk")


def _others_of(posting, at):
    """Other posts that the leaver goes on holding at the same organisation."""
    held = Posting.objects.current(timezone.localdate(at)).filter(user=posting.user_id, organisation=posting.organisation_id)
    return held.exclude(pk=posting.pk)


@transaction.atomic
def hand_over(posting, *, to=None, last_day, expected=None, by, at):
    """交接: end the posting on `last_day` (today at the latest) and hand what is open to `to`, who holds the office from now on.

    `expected`: the counts that were shown; Refused `counts_changed` where they no longer hold. Refused `role_missing`,
    `own_posting`, `already_handed`, `day_wrong`, `successor_missing`, `successor_unfit`, `powers_mixed`."""
    posting = (
        Posting.objects.select_for_update(of=("self",), no_key=True).select_related("user", "organisation").get(pk=posting.pk)
    )
    permit(posting, by=by, at=at)
    _check(posting, last_day, by, at)
    if expected is not None and expected != counts(posting, at):
        raise Refused("counts_changed", "预览之后，名下的工作又有变动，什么都没有交接。请重新核对后再确认。")
    own = named(posting, at)
    _must_go_to_somebody(posting, to, any(own.values()), at)
    successor = _seat(posting, to, at) if to is not None else None
    deal, handed = Deal(posting, successor, by, at), counts(posting, at)
    _hand_all(own, deal)
    in_hand.put_down(by=posting.user)
    posting.ends_on = last_day if posting.ends_on is None else min(posting.ends_on, last_day)
    posting.save(update_fields=["ends_on"])
    row = HandOver.objects.create(
        posting=posting, successor=successor, handed=handed, locked=_lock_account(posting, at), by=by, at=at
    )
    _tell(row, deal)
    return row


def permit(posting, *, by, at):
    """Refused `role_missing` unless `by` keeps the posts of that organisation."""
    stand(by, at)
    reached = Organisation.objects.filter(within(covered(by, KEEPERS), ""), pk=posting.organisation_id)
    if not reached.exists():
        raise Refused("role_missing", "任职交接由本级的系统管理员办理，您没有这项权限。", status=403)


def _check(posting, last_day, by, at):
    if posting.user_id == by.pk:
        raise Refused("own_posting", "自己的任职不能自己交接，请另一位系统管理员办理。", status=403)
    if HandOver.objects.filter(posting=posting).exists():
        raise Refused("already_handed", f"{posting.user}的这项任职已经交接过了。请刷新页面。")
    today = timezone.localdate(at)
    if not posting.starts_on <= last_day <= today:
        first = f"{posting.starts_on:%Y-%m-%d}"
        raise Refused("day_wrong", f"最后一天应在 {first} 至今天之间：请到离任当天再办，之后签收的工作才不会漏下。", status=400)


def _must_go_to_somebody(posting, to, own, at):
    office = f"{posting.organisation}{posting.get_role_display()}"
    if to is None and own:
        raise Refused("successor_missing", f"{posting.user}名下还有没办完的工作，请指定接手人。", status=400)
    if to is None and not others_in(posting, at).exists() and office_waits(posting):
        raise Refused("successor_missing", f"没有别人任{office}，而这个岗位还有工作未了，请指定接手人。", status=400)


def _seat(posting, to, at):
    """接手的任职: the one held already, else a new one from today, with the same title and grid."""
    if to.pk == posting.user_id or not to.is_active:
        why = "就是离任的人" if to.pk == posting.user_id else "账号已经停用"
        raise Refused("successor_unfit", f"{to}{why}，请另选接手人。", status=400)
    today: date = timezone.localdate(at)
    held = to.postings.current(today)
    same = held.filter(organisation=posting.organisation_id, role=posting.role).order_by("acting_for", "pk").first()
    if same is not None:
        return same
    roles = set(held.values_list("role", flat=True))
    if mixed(roles | {posting.role}):
        raise Refused(
            "powers_mixed", f"{to}现任{labels(roles)}；系统、安全、审计管理员三权分立，也不兼业务角色。请另选接手人。", status=400
        )
    return Posting.objects.create(
        user=to, organisation=posting.organisation, role=posting.role, title=posting.title, grid=posting.grid, starts_on=today
    )


def labels(roles):
    """角色 in words."""
    return "、".join(Role(role).label for role in sorted(roles)) or "（无）"


def _hand_all(own, deal):
    """What hangs on no case first, as everywhere; then case by case in the order of their ids."""
    pieces = [(kind, row) for kind, rows in own.items() for row in rows]
    for kind, row in pieces:
        if not kind.of_case:
            kind.hand(row, deal)
    for kind, row in sorted((piece for piece in pieces if piece[0].of_case), key=lambda piece: piece[1].case_id):
        row = lock(row)
        if sentence := kind.hand(row, deal):
            record(row.case, "posting.hand_over", at=deal.at, by=deal.by, subject=deal.was, sentence=sentence)


def _lock_account(posting, at):
    """停用账号: of one who holds no post any more, now or later; whether it was."""
    today = timezone.localdate(at)
    held = posting.user.postings.exclude(pk=posting.pk)
    if held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).exists():
        return False
    return bool(User.objects.filter(pk=posting.user_id, is_active=True).update(is_active=False))


def _tell(row, deal):
    if deal.to is None:
        return
    what = row.words or "没有未了的"
    again = "；派单授权已收回，须由您重新授权" if "派单授权" in row.handed else ""
    text = f"您从{deal.was.user}接手{deal.was}：{what}{again}。"
    notify(notice_for(f"handover:{row.pk}", "handover", None, text, at=deal.at, user=deal.to.user))
