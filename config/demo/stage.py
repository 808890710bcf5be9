"""The scripted clock: stories are generators that yield the instant at which they go on; between them the sweeps run."""

import heapq
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from dispatch import routing
from dispatch import sweeps as dispatch_sweeps
from dispatch.actions import handling, supervision
from dispatch.models import Checkpoint, Letter, WorkOrder
from dispatch.posts import HEADS
from feedback import sweeps as feedback_sweeps
from feedback.actions import callback as callbacks
from grievance import sweeps as grievance_sweeps
from grievance.actions import intake, phone_codes, triage
from grievance.casework import RESIDENT
from grievance.models import Case, Category, QRCode
from street.models import Organisation, Posting, Role, User

BEIJING = ZoneInfo("Asia/Shanghai")
HANDS = (Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY)


def local(text):
    """`local("2023-03-14 10:20")`: Beijing time as an aware instant."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


class Stage:
    """Everything a story needs: the instant, the people, and the hops of the loop as these people make them."""

    def __init__(self):
        self.at = None
        self.keys = count(1)
        self.people = {user.username: user for user in User.objects.all()}
        self.units = {unit.code: unit for unit in Organisation.objects.all()}

    def play(self, stories, until):
        """Play generators side by side in the order of their instants; what lies after `until` has not happened yet."""
        order = count()
        waiting = [(next(story), next(order), story) for story in stories]
        heapq.heapify(waiting)
        while waiting and waiting[0][0] <= until:
            instant, _, story = heapq.heappop(waiting)
            self.advance(instant)
            following = next(story, None)
            self.sweep()
            if following is not None:
                heapq.heappush(waiting, (following, next(order), story))
        self.advance(until)
        self.sweep()

    def advance(self, to):
        """Let the time pass until `to`: each checkpoint acts at its own instant, as it would have."""
        while due := Checkpoint.objects.waiting().filter(due_at__lte=to).order_by("due_at").first():
            self.at = max(due.due_at, self.at or due.due_at)
            dispatch_sweeps.fire_batch(at=self.at)
        self.at = to

    def sweep(self):
        """What beat would have done by now."""
        at = self.at
        dispatch_sweeps.route_submitted(at=at)
        dispatch_sweeps.reconcile(at=at)
        dispatch_sweeps.fire_batch(at=at)
        feedback_sweeps.open_callbacks(at=at)
        feedback_sweeps.expire(at=at)
        feedback_sweeps.settle(at=at)
        feedback_sweeps.ask_again(at=at)
        while grievance_sweeps.deliver(at=at):
            pass

    def who(self, username):
        """A person by user name."""
        return self.people[username]

    def hand_of(self, unit, *, again=False):
        """The one who handles for a unit at this time; its head where work is done again."""
        held = Posting.objects.current(self.at.date()).filter(organisation=unit)
        head = held.filter(role__in=HEADS).order_by("pk").first() if again else None
        return (head or held.filter(role__in=HANDS).order_by("pk").first()).user

    def scan(self, place, text, **said):
        """扫码上报 at the place with that code."""
        code = QRCode.objects.select_related("place__street", "place__community").get(place__code=place, revoked_at=None)
        grievance = intake.submit(code, description=text, key=f"demo-{self.at:%Y%m%d%H%M}-{next(self.keys)}", at=self.at, **said)
        if said.get("phone"):
            phone_codes.confirm(grievance, at=self.at)
        dispatch_sweeps.route_submitted(at=self.at)
        grievance.refresh_from_db()
        return grievance

    def send(self, case, category=None, urgent=False):
        """研判派单 by the desk, where the system was not sure enough to send the matter itself."""
        case = Case.objects.get(pk=case.pk)
        if case.status != Case.Status.SUBMITTED:
            return case
        by = self.who("paidan1")
        if urgent:
            triage.mark_urgent(case, by=by, at=self.at)
        chosen = Category.objects.get(code=category) if category else case.category
        case = triage.admit(case, category=chosen, by=by, at=self.at)
        route = routing.choose(case, self.at)
        handling.dispatch(
            case, to=route.lead, assistants=route.assistants, limit_class=route.limit_class, policy=route.policy,
            basis=route.rule.basis, by=by, at=self.at,
        )  # fmt: skip
        return Case.objects.get(pk=case.pk)

    def orders(self, case, *statuses):
        """Orders of a case in one of these states, the lead first."""
        return list(WorkOrder.objects.filter(case=case, status__in=statuses or WorkOrder.OPEN).order_by("-lead", "pk"))

    def accept(self, case):
        """签收 by every unit that has not yet."""
        for order in self.orders(case, "dispatched"):
            handling.accept(order, by=self.hand_of(order.handler), at=self.at)

    def contact(self, case):
        """首次联系 by the lead."""
        for order in self.orders(case, "accepted")[:1]:
            handling.respond(order, note="电话联系诉求人，核实情况。", by=self.hand_of(order.handler), at=self.at)

    def progress(self, case, text):
        """办理进展 of the lead, shown to the resident."""
        for order in self.orders(case, "accepted")[:1]:
            handling.add_progress(order, text=text, public=True, by=self.hand_of(order.handler), at=self.at)

    def complete(self, case, answer, record=""):
        """办结 by every unit that has accepted; the supporting ones with a line of their own."""
        for order in self.orders(case, "accepted"):
            said = answer if order.lead else "已配合办理。"
            handling.complete(
                order,
                public_answer=said,
                internal_record=record or said,
                by=self.hand_of(order.handler, again=order.lead and order.round > 1),
                at=self.at,
            )

    def review(self, case):
        """办结审核 by the shift leader."""
        for order in self.orders(case, "completed"):
            handling.review(order, passed=True, opinion="情况属实", by=self.who("zhibanzhang"), at=self.at)

    def called_back(self, case, *, resolved="yes", satisfaction="yes", words="", reason="", by="huifang1"):
        """电话回访: each person of the case who has not answered is rung."""
        for row in list(Case.objects.get(pk=case.pk).callbacks.filter(status="open")):
            answers = {"resolved": resolved, "satisfaction": satisfaction, "words": words, "reason": reason}
            callbacks.record(row, replied=True, way="phone", by=self.who(by), at=self.at, **answers)

    def rated(self, grievance, *, resolved="yes", satisfaction="yes", words="", reason=""):
        """本人评价 through the survey page."""
        row = grievance.callbacks.get(status="open")
        answers = {"resolved": resolved, "satisfaction": satisfaction, "words": words, "reason": reason}
        callbacks.record(row, replied=True, way="survey", by=RESIDENT, at=self.at, **answers)

    def after(self, **span):
        """An instant some time after the present one."""
        return self.at + timedelta(**span)


def sign(stage, case, kind, username):
    """签发 of the draft of that kind that lies on the case."""
    draft = Letter.objects.get(case=case, kind=kind, status="draft")
    supervision.sign(draft, by=stage.who(username), at=stage.at)
