"""动作: every move a person can make, with its small form and the action behind it. Pages, phone pages and the API share it.

    moves_open(row, user, at=at)                    → the Moves to offer as buttons, in the order of the tables
    form_for(row, "complete", at=at)                → a blank form; `data=` binds what was typed
    perform(row, "complete", data, by=user, at=at)  → does it, or raises Refused with everything still in your hands

`row` is a Case, WorkOrder, Supervision, Letter or Mediation that the caller has already found through `visible_to`.
"""

from itertools import chain

from django.db import transaction

from desk import (
    board_moves,
    callback_moves,
    duty_moves,
    exclusion_moves,
    eye_moves,
    forms,
    late_moves,
    mediation_moves,
    neighbour_moves,
    outside_moves,
    paper_moves,
    recheck_moves,
    talk_moves,
    teamwork_moves,
    wish_moves,
)
from desk.act import Act, Chapter
from dispatch import openings, routing
from dispatch.actions import extensions, handling, petitions, returns, reworking, supervision, suspension
from dispatch.models import Letter, Supervision, WorkOrder
from dispatch.workflow import LETTER, SUPERVISION, WORK_ORDER
from grievance.actions import triage, unmerging
from grievance.casework import Move, Refused, posting_for
from grievance.models import Case, Urgency
from grievance.workflow import CASE
from street.scope import stand

# Moves that follow from another one and have no button of their own
CONSEQUENCES = {
    ("case", "recall"),
    ("case", "undecline"),
    ("case", "requeue"),
    ("case", "resolve"),
    ("supervision", "propose"),
}
S = Case.Status
SEND = Move("send", "受理并派单", {S.SUBMITTED, S.HELD}, S.IN_HANDLING, CASE.moves["admit"].roles)


@transaction.atomic
def send(case, *, category=None, by, at, **chosen):
    """受理并派单: what triage does in one step; nothing is admitted that could not be sent."""
    case = triage.admit(case, category=category, by=by, at=at)
    return dispatch(case, by=by, at=at, **chosen)


def dispatch(case, *, to=None, assistants=(), limit_class="", demand="", designated=False, by, at):
    """派单: to the unit that was chosen, else to the one the duty list names, with its assistants. Refused `no_route`."""
    route = routing.choose(case, at)
    if to is None and route.lead is None:
        raise Refused("no_route", f"{'；'.join(route.reasons)}。请选择主办单位后再派单。", status=400)
    as_listed = to is None or to == route.lead
    if not (limit_class or route.limit_class):
        raise Refused("limit_missing", "职责清单没有这一类别的时限，请选择时限等级后再派单。", status=400)
    return handling.dispatch(
        case, to=to or route.lead, assistants=[*(route.assistants if as_listed else ()), *assistants],
        limit_class=limit_class or route.limit_class, policy=route.policy,
        basis=route.rule.basis if as_listed and route.rule else "研判派单员指定", demand=demand, designated=designated,
        by=by, at=at,
    )  # fmt: skip


def _merge(case, *, into, by, at):
    stand(by, at)
    # A number that is not visible is answered like one that does not exist
    other = Case.objects.visible_to(by).filter(number=into.strip().upper()).first()
    if other is None:
        raise Refused("case_unknown", f"没有找到事项 {into}，请核对编号。", status=400)
    return triage.merge(case, into=other, by=by, at=at)


def _split(case, *, grievance, by, at):
    return triage.split(grievance, by=by, at=at)


def _pass(order, *, opinion, by, at):
    return handling.review(order, passed=True, opinion=opinion, by=by, at=at)


def _reject(order, *, opinion, by, at):
    return handling.review(order, passed=False, opinion=opinion, by=by, at=at)


def _return_decision(agreed):
    def decide(order, *, opinion, by, at):
        waiting = order.returns.filter(agreed__isnull=True).first()
        if waiting is None:
            raise Refused("nothing_asked", f"工单 {order.number} 没有待审核的退单申请。请刷新页面。")
        return returns.decide_return(waiting, agreed=agreed, opinion=opinion, by=by, at=at)

    return decide


def _decide_extension(order, *, agreed, opinion, by, at):
    waiting = order.extensions.filter(agreed__isnull=True).first()
    if waiting is None:
        raise Refused("nothing_asked", f"工单 {order.number} 没有待审批的延期申请。请刷新页面。")
    return extensions.decide(waiting, agreed=agreed, opinion=opinion, by=by, at=at)


def _suspension_decision(agreed):
    def decide(order, *, opinion, by, at):
        waiting = order.suspensions.filter(agreed__isnull=True).first()
        if waiting is None:
            raise Refused("nothing_asked", f"工单 {order.number} 没有待审批的挂账申请。请刷新页面。")
        return suspension.decide(waiting, agreed=agreed, opinion=opinion, by=by, at=at)

    return decide


# What is asked of a row's children is read with .all(), so that a page that prefetched them pays nothing
def _several(case, user, at):
    return len(case.grievances.all()) > 1


def _leaderless(case, user, at):
    return not any(order.lead and order.status in WorkOrder.OPEN for order in case.orders.all())


def _calm(case, user, at):
    return case.urgency != Urgency.URGENT


def _at_street(row, user, at):
    return row.level == Supervision.Level.STREET and row.case.place_id is not None


ACTS: dict[tuple[str, str], Act] = {
    ("case", "send"): Act(send, forms.Send),
    ("case", "admit"): Act(triage.admit, forms.Admit),
    ("case", "hold"): Act(triage.hold, forms.Hold),
    ("case", "unhold"): Act(triage.unhold),
    ("case", "decline"): Act(triage.decline, forms.Decline),
    ("case", "classify"): Act(triage.classify_as, forms.Classify),
    ("case", "mark_urgent"): Act(triage.mark_urgent, offered=_calm),
    ("case", "merge"): Act(_merge, forms.Merge),
    ("case", "unmerge"): Act(unmerging.unmerge),
    ("case", "split"): Act(_split, forms.Split, _several),
    ("case", "link"): Act(triage.link, forms.Link),
    ("case", "dispatch"): Act(dispatch, forms.Dispatch, _leaderless),
    ("case", "count_households"): Act(triage.count_households, forms.Households),
    ("case", "rework"): Act(handling.rework, forms.Reason),
    ("case", "propose_listing"): Act(supervision.propose_listing, forms.Reason),
    ("case", "register_petition"): Act(petitions.register, forms.Register),
    ("workorder", "accept"): Act(handling.accept),
    ("workorder", "respond"): Act(handling.respond, forms.Respond),
    ("workorder", "add_progress"): Act(handling.add_progress, forms.Progress),
    ("workorder", "complete"): Act(handling.complete, forms.Complete),
    ("workorder", "join_rework"): Act(reworking.join, forms.JoinRework, lambda row, user, at: reworking.wants_head(row)),
    ("workorder", "review_pass"): Act(_pass, forms.FreeOpinion, openings.completed_by_another),
    ("workorder", "review_reject"): Act(_reject, forms.Opinion, openings.completed_by_another),
    ("workorder", "ask_return"): Act(returns.ask_return, forms.AskReturn, openings.returnable),
    ("workorder", "agree_return"): Act(_return_decision(True), forms.Opinion, openings.return_asked),
    ("workorder", "refuse_return"): Act(_return_decision(False), forms.Opinion, openings.return_asked),
    ("workorder", "request_extension"): Act(extensions.request, forms.Extend, openings.extendable),
    ("workorder", "decide_extension"): Act(_decide_extension, forms.Decide, openings.extension_asked),
    ("workorder", "ask_suspension"): Act(suspension.ask, forms.Suspend, openings.suspendable),
    ("workorder", "agree_suspension"): Act(_suspension_decision(True), forms.Opinion, openings.suspension_asked),
    ("workorder", "refuse_suspension"): Act(_suspension_decision(False), forms.Opinion, openings.suspension_asked),
    ("workorder", "resume"): Act(suspension.resume, forms.Note),
    ("workorder", "admit_petition"): Act(petitions.admit, offered=openings.to_admit),
    ("workorder", "notify_petitioner"): Act(petitions.notify_in_writing, offered=openings.to_notify),
    ("workorder", "transfer"): Act(handling.transfer, forms.Transfer),
    ("workorder", "recall"): Act(handling.recall, forms.Reason),
    ("supervision", "take"): Act(supervision.take, forms.Take),
    ("supervision", "decline_listing"): Act(supervision.decline_listing, forms.Reason),
    ("supervision", "step_down"): Act(supervision.step_down, forms.Reason, _at_street),
    ("supervision", "lift"): Act(supervision.lift, forms.Outcome),
    ("letter", "sign"): Act(supervision.sign),
    ("letter", "discard"): Act(supervision.discard, forms.Reason),
    ("letter", "answer"): Act(supervision.answer, forms.Words),
}


CHAPTERS: tuple[Chapter, ...] = (
    outside_moves.CHAPTER,
    mediation_moves.CHAPTER,
    eye_moves.CHAPTER,
    teamwork_moves.CHAPTER,
    paper_moves.CHAPTER,
    talk_moves.CHAPTER,
    late_moves.CHAPTER,
    board_moves.CHAPTER,
    wish_moves.CHAPTER,
    neighbour_moves.CHAPTER,
    duty_moves.CHAPTER,
    exclusion_moves.CHAPTER,
    recheck_moves.CHAPTER,
    callback_moves.CHAPTER,
)
"""What other modules of this package add: each subject with its own forms and acts."""
ACTS.update(chain.from_iterable(chapter.acts.items() for chapter in CHAPTERS))


def kind_of(row):
    """The lower-case name under which the tables here know a row: `case`, `workorder`, `supervision`, `letter`, `mediation`."""
    return row._meta.model_name


def workflow_of(row):
    """The table of moves of a row."""
    if isinstance(row, Letter):
        return LETTER[row.kind]
    return TABLES[type(row)]


TABLES = {Case: CASE, WorkOrder: WORK_ORDER, Supervision: SUPERVISION}
TABLES.update(chain.from_iterable(chapter.tables.items() for chapter in CHAPTERS))


def moves_open(row, user, *, at):
    """可办动作: what `user` can do with `row` as it stands, the table's moves and those that stand beside it."""
    loose = chain.from_iterable(chapter.beside(row, user) for chapter in CHAPTERS)
    found = [*_beside_first(row, user), *workflow_of(row).open_to(row, user), *_beside(row, user), *loose]
    acts = ((move, ACTS.get((kind_of(row), move.name))) for move in found)
    return [move for move, act in acts if act is not None and act.offered(row, user, at)]


def _beside_first(row, user):
    if isinstance(row, Case) and row.status in SEND.sources and posting_for(SEND, row, user):
        return [SEND]
    return []


def _beside(row, user):
    if isinstance(row, Letter):
        return [supervision.ANSWER] if supervision.may_answer(row, user) else []
    if not isinstance(row, Case) or row.ended:
        return []
    found = []
    if supervision.may_propose(row, user) and not _at_district(row):
        found.append(supervision.PROPOSE)
    if _registrable(row, user):
        found.append(petitions.REGISTER)
    return found


def _registrable(case, user):
    unled = not any(order.lead and order.status in WorkOrder.OPEN for order in case.orders.all())
    return unled and posting_for(petitions.REGISTER, case, user) is not None and not hasattr(case, "petition")


def _at_district(case):
    open_rows = (row for row in case.supervisions.all() if row.status in Supervision.OPEN)
    return any(row.level == Supervision.Level.DISTRICT for row in open_rows)


BESIDE = {
    move.name: move
    for move in (
        SEND,
        supervision.PROPOSE,
        supervision.ANSWER,
        petitions.REGISTER,
        *chain.from_iterable(chapter.loose for chapter in CHAPTERS),
    )
}
"""Moves that stand beside the tables: they change no status of the row they are made on."""


def move_named(row, name):
    """The Move of that name for a row, open or not. Refused `unknown_move` where people cannot make such a move."""
    act_of(row, name)
    return BESIDE.get(name) or workflow_of(row).moves[name]


def act_of(row, name):
    """The Act behind a move's name. Refused `unknown_move` where people cannot make such a move."""
    act = ACTS.get((kind_of(row), name))
    if act is None:
        raise Refused("unknown_move", "没有这个操作，请刷新页面后重试。", status=404)
    return act


def form_for(row, name, *, at, data=None, **options):
    """The form of a move: blank, or bound to `data` (a POST's QueryDict, or a dict from JSON) and perhaps `files`."""
    return act_of(row, name).form(data, row=row, at=at, **options)


def perform(row, name, data, *, files=None, by, at):
    """办: check what was typed, then do it. Refused `form_invalid` (400), or whatever the action refuses; returns its result."""
    form = form_for(row, name, at=at, data=data, files=files)
    if not form.is_valid():
        raise Refused("form_invalid", form.sentence(), status=400)
    return act_of(row, name).call(row, by=by, at=at, **form.cleaned_data)
