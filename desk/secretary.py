"""书记页 (手机): what waits for my decision, one line each with why; the whole matter on one screen.

From opening to decision in at most four taps."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from desk import acting, case, lights, phone, waits
from desk.phone import SECRETARIES, phone_page
from desk.queues import to_decide
from dispatch.models import Extension, Instruction, Letter, Supervision, WorkOrder
from dispatch.workflow import SIGNERS
from grievance.models import Case
from grievance.wake import wake
from street.models import DISTRICT_ROLES, Role

V = Supervision.Status
# What a line about a case shows of it
OF_CASE = ("category", "place__community", "promised_by", "street__calendar__base")
CASE_MOVES = {"instruct", "adopt", "call_meeting", "propose_listing", "link"}
ORDER_MOVES = {"transfer", "decide_extension", "agree_suspension", "refuse_suspension"}
# A decision stands before a remark, and what ends something comes last
USUAL = [
    "sign", "confirm", "take", "list", "settle", "record_visit", "call_on", "decide_extension", "instruct", "adopt",
    "call_meeting", "propose_listing", "transfer", "link", "end_adoption", "send_back", "miss", "decline_listing", "lift",
    "unlist", "discard",
]  # fmt: skip


@dataclass
class Item:
    """一件: a matter that waits for me or that I supervise, with the reasons, one line each."""

    case: Case
    since: datetime
    reasons: list = field(default_factory=list)
    due_at: datetime | None = None
    light: lights.Light = lights.NONE

    @property
    def heading(self):
        """标题."""
        return phone.heading(self.case)


@phone_page(SECRETARIES)
@require_safe
def waiting(request):
    """待办: what waits for my decision, the newest first; below it, what I supervise, by its due time."""
    user, at = request.user, timezone.now()
    eyes = list(supervisions(user).select_related(*(f"case__{name}" for name in OF_CASE)))
    fresh = [row for row in eyes if row.status in (V.RAISED, V.PROPOSED)]
    pending = to_decide(user, "handler", *(f"case__{name}" for name in OF_CASE))
    of_me = [*waits.instructed(user, at, OF_CASE), *waits.visits(user, at, OF_CASE), *waits.to_call_on(user, OF_CASE)]
    mine = group([*map(raised, fresh), *map(drafted, drafts(user)), *map(asked, pending), *of_me])
    decided = {item.case.pk for item in mine}
    taken = [*(under_way(row) for row in eyes if row.status in (V.ACTIVE, V.LISTED)), *waits.adopted(user, OF_CASE)]
    kept = group(one for one in taken if one[0].pk not in decided)
    found = lights.lights_of([item.case for item in [*mine, *kept]], at)
    for item in [*mine, *kept]:
        item.light = found.get(item.case.pk, lights.NONE)
    kept.sort(key=lambda item: (item.due_at is None, item.due_at or item.since))
    context = {"mine": mine, "kept": kept, "brief": waits.brief(user, at), "stuck": waits.deadlocks(user)}
    return phone.show(request, "desk/secretary.html", context, current="phone-secretary")


def supervisions(user):
    """我的督办: open, at a seat that I hold; the district's only once they were proposed to it."""
    where = user.scope.where
    district = Q(level="district", holder__in=where(DISTRICT_ROLES), status__in=[V.PROPOSED, V.LISTED])
    street = Q(level__in=["street", "district"], holder__in=where({Role.STREET_SECRETARY}))
    community = Q(level="community", holder__in=where({Role.COMMUNITY_SECRETARY}))
    return Supervision.objects.visible_to(user).open().filter(district | street | community)


def drafts(user):
    """待我签发: drafts of the kinds that a post of mine signs, where that post is held."""
    mine = Q(pk__in=[])
    for kind, signers in SIGNERS.items():
        held = user.scope.where(signers)
        mine |= Q(kind=kind) & (Q(case__street__in=held) | Q(issuer__in=held))
    return Letter.objects.visible_to(user).drafts().filter(mine).select_related("to", *(f"case__{name}" for name in OF_CASE))


def raised(row):
    """(case, since, why, due) of something put before me."""
    return row.case, row.raised_at, f"{row.get_level_display()}：{row.reason}", row.due_at


def drafted(letter):
    """(case, since, why, due) of a draft."""
    return letter.case, letter.drafted_at, f"待签发{letter.get_kind_display()}，主送{letter.to}", None


def asked(request):
    """(case, since, why, due) of an extension or a suspension that waits for my decision."""
    order = request.order
    what = f"延期{request.days}{request.get_unit_display()}" if isinstance(request, Extension) else f"挂账：{request.words}"
    return order.case, request.asked_at, f"{order.handler}申请{what}", None


def under_way(row):
    """(case, since, why, due) of something taken on."""
    return row.case, row.taken_at or row.raised_at, f"{row.get_status_display()}：{row.demand or row.reason}", row.due_at


def group(found):
    """按事项归拢: one Item a case, the newest first."""
    items = defaultdict(lambda: None)
    for matter, since, why, due in found:
        item = items[matter.pk] or Item(matter, since)
        items[matter.pk] = item
        item.reasons.append(why)
        item.since = max(item.since, since)
        item.due_at = min(filter(None, [item.due_at, due]), default=None)
    return sorted(items.values(), key=lambda item: item.since, reverse=True)


@phone_page(SECRETARIES)
@require_http_methods(["GET", "HEAD", "POST"])
def matter(request, number):
    """事项: the whole of it on one screen, and what I can decide. A refusal keeps everything that was typed."""
    at, row = timezone.now(), whole(request.user, number)
    if request.method != "POST":
        return _page(request, row, at)
    tried = acting.submit(request, acting_rows(row), at)
    if tried.refusal:
        return _page(request, whole(request.user, number), at, last=tried, status=tried.refusal.status)
    wake("grievance.tasks.deliver", "dispatch.tasks.reconcile")
    messages.success(request, f"“{tried.card.move.label}”已办理。")
    still_mine = Case.objects.visible_to(request.user).filter(pk=row.pk).exists()
    return redirect("phone-matter", number) if still_mine else redirect("phone-secretary")


def whole(user, number):
    """The case with everything that the person may see; 404 outside the scope."""
    return get_object_or_404(case.everything(user), number=number)


def acting_rows(row):
    """What this page can act on: papers, supervision, the orders in charge, and the case as far as a secretary may.

    Rows that are over stay in it: one who comes second is told so by the table of moves."""
    return [
        *((letter, None) for letter in row.letters.all()), *((one, None) for one in row.supervisions.all()),
        *((one, None) for part in (row.instructions, row.adoptions, row.receptions) for one in part.all()),
        *((one, None) for one in row.secretary_visits.all()),
        *((order, ORDER_MOVES) for order in row.orders.all() if order.lead), (row, CASE_MOVES),
    ]  # fmt: skip


def _page(request, row, at, *, last=None, status=200):
    cards = phone.named(acting.cards(acting_rows(row), request.user, at, last=last), USUAL)
    drafts = to_sign(row, cards)
    told = answers(row, cards)
    signing = [card for *_, mine in [*drafts, *told] for card in mine]
    papers = [letter for letter in row.letters.all() if letter.status != Letter.Status.DISCARDED]
    context = {
        "case": row, "heading": phone.heading(row), "problem": last.card.refused if last else "", "light": worst(row, at),
        "drafts": drafts, "told": told, "again": [card for card in cards if card.refused],
        "cards": [card for card in cards if card not in signing and not card.refused],
        # One decision stands out: a paper that waits for a signature, else the supervision itself
        "primary": "" if drafts or told else "take list decide_extension",
        "instructions": given(row, told),
        "adoption": next((one for one in row.adoptions.all() if one.ended_at is None), None),
        "voices": [case.voice(said, row, request.user, {}) for said in row.grievances.all()],
        "papers": [letter for letter in papers if letter not in [draft for draft, _ in drafts]],
        "lines": case.timeline(row, request.user),
    }  # fmt: skip
    return phone.show(request, "desk/secretary_case.html", context, current="", status=status)


def to_sign(row, cards):
    """待我签发: [(draft, its cards)]: the paper is read where it is signed."""
    found = [(letter, [card for card in cards if card.row == letter and not card.refused]) for letter in row.letters.all()]
    return [(letter, mine) for letter, mine in found if mine and letter.status == Letter.Status.DRAFT]


def given(row, told):
    """批示 as lines of the story: those that went out, save what stands below with its buttons."""
    shown = [one.pk for kind, one, _ in told if kind == "instruction"]
    return [one for one in row.instructions.all() if one.status in Instruction.SENT and one.pk not in shown]


def answers(row, cards):
    """待我定: [(template, row, its cards)] of instructions to confirm or judge, of visitors to record, of my own adoption."""
    kinds = (("instruction", row.instructions), ("reception_slot", row.receptions))
    found = [(kind, one, [card for card in cards if card.row == one]) for kind, part in kinds for one in part.all()]
    return [(kind, one, mine) for kind, one, mine in found if mine and not any(card.refused for card in mine)]


def worst(row, at):
    """灯 of the matter: the worst among the running clocks of its open orders."""
    calendar = lights.Calendars().of(row.street)
    owed = [order for order in row.orders.all() if order.status in WorkOrder.OPEN]
    clocks = [clock for order in owed for clock in order.deadlines.all() if clock.met_at is None and clock.dropped_at is None]
    return max((lights.light_of(clock, at, calendar) for clock in clocks), key=lambda light: light.share, default=lights.NONE)
