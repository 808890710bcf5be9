"""队列: what waits for a person, as conditions on cases; the home page counts them, the list shows them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from desk.doors import MATTERS, TRIAGE
from dispatch.actions.supervision import FOR_PETITIONERS
from dispatch.allowances import may_decide
from dispatch.eye import ASKED
from dispatch.models import Extension, Instruction, Letter, Supervision, Suspension, WorkOrder
from dispatch.workflow import ANSWERERS, DECIDERS, REVIEWERS, SIGNERS
from feedback.models import Callback
from grievance import counting
from grievance.models import Case, ConfidentialReport
from street.models import STREET_ROLES, UNIT_ROLES, Role

S = WorkOrder.Status
EYES = frozenset({Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY, Role.DISTRICT_SECRETARY, Role.DISTRICT_SUPERVISION})


@dataclass(frozen=True)
class Queue:
    """队列: `condition(user, at)` on Case; `roles` are those whom it is for; `hint` says what to do there."""

    name: str
    label: str
    hint: str
    roles: frozenset
    condition: Callable
    address: str = ""

    @property
    def url(self):
        """Where its rows are worked on."""
        return self.address or f"/desk/cases/?queue={self.name}"


def orders(user, at, **facts):
    """Cases with such an open order."""
    return Exists(WorkOrder.objects.filter(case=OuterRef("pk"), **facts))


def mine(user, at, **facts):
    """Cases with such an order at a unit one works for."""
    return orders(user, at, handler__in=user.scope.where(UNIT_ROLES), **facts)


def waiting(user, at):
    """待研判."""
    return Q(status__in=[Case.Status.SUBMITTED, Case.Status.HELD])


def admitted(user, at):
    """待派单: taken on, and with nobody yet."""
    return Q(status=Case.Status.ADMITTED)


def overdue(user, at):
    """超期: the work is still owed and its time is over."""
    owed = WorkOrder.objects.filter(case=OuterRef("pk"), status__in=[S.DISPATCHED, S.ACCEPTED, S.RETURNING])
    late = Q(due_at__lt=at) | Q(status=S.DISPATCHED, accept_due_at__lt=at)
    return Exists(owed.filter(late))


def my_overdue(user, at):
    """本单位超期."""
    owed = WorkOrder.objects.filter(
        case=OuterRef("pk"), handler__in=user.scope.where(UNIT_ROLES), status__in=[S.DISPATCHED, S.ACCEPTED, S.RETURNING]
    )
    return Exists(owed.filter(Q(due_at__lt=at) | Q(status=S.DISPATCHED, accept_due_at__lt=at)))


def extension(user, at):
    """待我审批的延期和挂账: at the level that the policy names for each; few wait at a time, so they are read and asked."""
    if not user.scope.roles & DECIDERS:
        return Q(pk__in=[])
    return Q(pk__in=[row.order.case_id for row in to_decide(user)])


def to_decide(user, *related):
    """延期和挂账 that wait for this person, read with their orders and what else is `related` to these."""
    held = user.scope.where(DECIDERS)
    of_street = Q(order__case__street__in=held) | Q(order__handler__in=held)
    for model in (Extension, Suspension):
        rows = model.objects.filter(of_street, agreed__isnull=True, order__status=S.ACCEPTED)
        for row in rows.select_related("order__case", *(f"order__{name}" for name in related)):
            if may_decide(row, row.order, user):
                yield row


def to_sign(user, at):
    """待签公文: drafts of a kind that a post of one's own may sign, where that post is held."""
    condition = Q(pk__in=[])
    for kind, signers in SIGNERS.items():
        held = user.scope.where(signers)
        condition |= Q(kind=kind) & (Q(case__street__in=held) | Q(issuer__in=held))
    return Exists(Letter.objects.drafts().filter(condition, case=OuterRef("pk")))


def to_answer(user, at):
    """待反馈: papers issued to a unit one answers for."""
    units = user.scope.where(ANSWERERS)
    issued = Letter.objects.filter(case=OuterRef("pk"), status="issued", answered_at__isnull=True, to__in=units)
    return Exists(issued.exclude(kind__in=FOR_PETITIONERS))


def to_report(user, at):
    """待落实批示: given to a unit one answers for, or to the desk itself."""
    asked = user.scope.where(ASKED & UNIT_ROLES) | user.scope.where(ASKED & STREET_ROLES)
    return Exists(Instruction.objects.unanswered().filter(case=OuterRef("pk"), to__in=asked))


def before_me(user, at):
    """呈送给我: raised to a level that one holds, or proposed to the district."""
    raised = Q(status=Supervision.Status.RAISED) & (
        Q(level="community", holder__in=user.scope.where({Role.COMMUNITY_SECRETARY}))
        | Q(level="street", holder__in=user.scope.where({Role.STREET_SECRETARY}))
    )
    district = user.scope.where({Role.DISTRICT_SECRETARY, Role.DISTRICT_SUPERVISION})
    proposed = Q(status=Supervision.Status.PROPOSED, holder__in=district)
    return Exists(Supervision.objects.filter(raised | proposed, case=OuterRef("pk")))


def watched(user, at):
    """在督: taken on or listed, not yet lifted."""
    active = [Supervision.Status.ACTIVE, Supervision.Status.LISTED]
    return Exists(Supervision.objects.filter(case=OuterRef("pk"), status__in=active))


def to_call(user, at):
    """等待评价: asked, and not yet answered."""
    return Exists(Callback.objects.open().filter(case=OuterRef("pk")))


def my_calls(user, at):
    """待我回访: those with a phone whom this caller may ring."""
    return Exists(Callback.objects.to_call(user).filter(case=OuterRef("pk")).order_by())


def by_status(name):
    """Orders of one's unit in a status."""
    return lambda user, at: mine(user, at, status=name)


QUEUES = [
    Queue("triage", "待研判", "受理、派单、请补充或不予受理", TRIAGE, waiting, "/desk/triage/"),
    Queue("admitted", "待派单", "已受理，还没有单位办", TRIAGE, admitted),
    Queue("supervise", "呈送督办", "督办、批示或解除", EYES, before_me),
    Queue("sign", "待签公文", "签发或不予签发", frozenset().union(*SIGNERS.values()), to_sign),
    Queue("review", "待审核办结", "审核通过或退回", frozenset(REVIEWERS), lambda u, at: orders(u, at, status=S.COMPLETED)),
    Queue("return", "待审核退单", "同意或驳回", frozenset({Role.SHIFT_LEADER, Role.SUPERVISOR}),
          lambda u, at: orders(u, at, status=S.RETURNING)),
    Queue("extension", "待审批延期、挂账", "同意或不同意", frozenset(DECIDERS), extension),
    Queue("accept", "待签收", "签收或退单", UNIT_ROLES, by_status(S.DISPATCHED)),
    Queue("handling", "本单位办理中", "联系、记进展、办结", UNIT_ROLES, by_status(S.ACCEPTED)),
    Queue("mine_overdue", "本单位超期", "尽快办结", UNIT_ROLES, my_overdue),
    Queue("answer", "待反馈公文", "按要求反馈", frozenset(ANSWERERS), to_answer),
    Queue("instruction", "待落实批示", "按批示落实后报告", ASKED, to_report),
    Queue("overdue", "超期", "催办、转派或督办", STREET_ROLES, overdue),
    Queue("watched", "督办中", "看进展", STREET_ROLES | EYES, watched),
    Queue("call", "待我回访", "逐人打电话", frozenset({Role.CALLER}), my_calls, "/desk/callbacks/"),
    Queue("callback", "等待评价", "看进展", STREET_ROLES, to_call),
]  # fmt: skip
BY_NAME = {queue.name: queue for queue in QUEUES}


def queues_of(user):
    """The queues that are for this person, in the order in which they press."""
    return [queue for queue in QUEUES if user.scope.roles & queue.roles & MATTERS]


SEALED = Queue(
    "sealed", "待启封", "检举控告，用您的钥匙打开", frozenset({Role.DISCIPLINE}), lambda user, at: Q(pk__in=[]),
    "/desk/confidential/",
)  # fmt: skip


def _sealed(user):
    return ConfidentialReport.objects.visible_to(user).filter(status=ConfidentialReport.Status.WAITING).count()


def counts(user, at):
    """[(queue, number of cases)] for this person: one query, none counted beyond a thousand."""
    queues = queues_of(user)
    if not queues:
        return [(SEALED, _sealed(user))] if Role.DISCIPLINE in user.scope.roles else []
    seen = Case.objects.visible_to(user).open()
    found = counting.each(user, {queue.name: seen.filter(queue.condition(user, at)) for queue in queues})
    return [(queue, found[queue.name]) for queue in queues]
