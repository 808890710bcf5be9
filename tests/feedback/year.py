"""A seeded year of a small street and its neighbour, as rows: every odd combination, also what no action would do."""

from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from dispatch.models import OrderReturn, Petition, Pledge, WorkOrder
from feedback.models import Callback, Exclusion, FigureRule
from grievance.models import Case, Complainant, Event, Grievance
from street.models import Place
from tests.clock import SHANGHAI
from tests.dispatch.scene import organisation

DROPPED = ("returned", "transferred", "recalled", "merged", "cancelled")
OPEN = ("dispatched", "accepted", "suspended", "returning")
ENDS = {
    "closed": 50,
    "resolved": 8,
    "in_handling": 12,
    "submitted": 6,
    "held": 3,
    "declined": 7,
    "withdrawn": 6,
    "transferred": 4,
}
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


class Year:
    """Rows of about `size` cases of 2023, the same for the same seed."""

    def __init__(self, scene, *, size=400, seed=2023):
        self.scene, self.rng, self.serial = scene, Random(seed), count(1)
        self.streets, self.where = [scene.street], {scene.street.pk: [scene.building, None]}
        self.units = [scene.luxi, scene.xisheng, scene.sifasuo, scene.heat]
        self._neighbours()
        _rules(scene.street)
        self.cases = Case.objects.bulk_create(self._case() for _ in range(size - size // 10))
        self.merged = Case.objects.bulk_create(self._merged(self.rng.choice(self.cases)) for _ in range(size // 10))
        self.said = Grievance.objects.bulk_create(row for case in self.cases for row in self._said(case))
        Complainant.objects.bulk_create(self._complainant(row) for row in self.said if self.rng.random() < 0.9)
        everything = [*self.cases, *self.merged]
        self.orders = WorkOrder.objects.bulk_create(row for case in everything for row in self._orders(case))
        OrderReturn.objects.bulk_create(row for order in self.orders for row in self._returns(order))
        self.callbacks = Callback.objects.bulk_create(row for said in self.said for row in self._callbacks(said))
        self.pledges = Pledge.objects.bulk_create(self._pledge(case) for case in self.cases if case.status == "closed")
        promised = {pledge.case_id: pledge for pledge in self.pledges}
        Callback.objects.bulk_create(row for said in self.said for row in self._asked_again(said, promised.get(said.case_id)))
        Petition.objects.bulk_create(self._petition(case) for case in self.cases if self.rng.random() < 0.1)
        Exclusion.objects.bulk_create(row for case in everything for row in self._exclusions(case))
        Event.objects.bulk_create(row for case in everything for row in self._events(case))

    def __deepcopy__(self, memo):
        # A test case hands a copy to each test; nobody changes these rows but in the database
        return self

    @property
    def faces(self):
        """What figures are said of: both streets' units and communities, so that what leaks from the one is seen."""
        communities = (self.scene.luxi, self.scene.xisheng, self.far)
        units = [("unit", unit.pk) for unit in (*self.units, self.far)]
        return [("street", 0), *units, *(("community", where.pk) for where in communities)]

    def _neighbours(self):
        street, self.other = self.scene.street, organisation("other", "street", self.scene.street.parent)
        far = organisation("far", "community", self.other)
        for name, where, of in (("x1", self.scene.xisheng, street), ("f1", far, self.other)):
            place = Place.objects.create(code=name, kind="shop", name=name, community=where, street=of)
            self.where.setdefault(of.pk, [None]).append(place)
        self.streets.append(self.other)
        self.far = far

    def instant(self):
        """Some instant of 2023; one in three within a second of a local midnight, half of these at the end of a month."""
        kind, month = self.rng.random(), self.rng.randint(1, 12)
        if kind < 0.17:
            midnight = datetime(2023, month, 1, tzinfo=SHANGHAI)
        else:
            midnight = datetime(2023, 1, 1, tzinfo=SHANGHAI) + self.rng.randrange(365) * DAY
        if kind < 0.33:
            return max(midnight + self.rng.choice((-1, 0, 1)) * SECOND, datetime(2023, 1, 1, tzinfo=SHANGHAI))
        return midnight + self.rng.randrange(86_400) * SECOND

    def after(self, at, most=10):
        """Some time after an instant: soon, after days, or at the turn of a day."""
        kind = self.rng.random()
        if kind < 0.3:
            return at + self.rng.randrange(1, 36_000) * SECOND
        later = at + self.rng.randrange(1, most * 86_400) * SECOND
        if kind < 0.5:
            midnight = later.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0)
            return max(at, midnight + self.rng.choice((-1, 0, 1)) * SECOND)
        return later

    def maybe(self, share, value):
        """`value` in that share of all times, else None."""
        return value if self.rng.random() < share else None

    def number(self, letter):
        """A number that nothing else has."""
        return f"{letter}{next(self.serial)}"

    def _case(self):
        street = self.rng.choices(self.streets, (4, 1))[0]
        at = self.instant()
        (status,) = self.rng.choices(list(ENDS), ENDS.values())
        ended = status in Case.ENDED
        return Case(
            number=self.number("A"), street=street, place=self.rng.choice(self.where[street.pk]), submitted_at=at, studied_at=at,
            status=status, ended_at=self.after(at, 60) if ended else None, round=self.rng.choice((1, 1, 1, 2, 3)),
            source=self.rng.choice(Case.Source.values), urgency=self.rng.choice(("normal", "normal", "urgent")),
            category=self.rng.choice((self.scene.heating, self.scene.damages, None)),
            promised_by=self.maybe(0.85, self.rng.choice(self.units)),
        )  # fmt: skip

    def _merged(self, into):
        at = self.instant()
        return Case(
            number=self.number("A"), street=into.street, place=into.place, submitted_at=at, status="merged", merged_into=into,
            ended_at=self.after(at), source=self.rng.choice(Case.Source.values), promised_by=into.promised_by,
        )  # fmt: skip

    def _said(self, case):
        for order in range(self.rng.choice((0, 1, 1, 1, 2, 2, 4))):
            at = case.submitted_at if not order else self.after(case.submitted_at, 200)
            if order and self.rng.random() < 0.3:
                at = case.submitted_at + 90 * DAY + self.rng.choice((-1, 0, 1)) * SECOND
            number = self.number("S")
            yield Grievance(
                number=number, case=case, first_case=case, key=number, body_digest="", receipt_salt=b"", receipt_hash=number,
                submitted_at=at, withdrawn_at=self.maybe(0.15, self.after(at)),
            )  # fmt: skip

    def _complainant(self, said):
        return Complainant(grievance=said, phone_index=self.rng.choice(("", "rung", "rung")))

    def _orders(self, case):
        if case.status in ("submitted", "held", "declined") and self.rng.random() < 0.8:
            return
        at = case.submitted_at
        for round_number in range(1, case.round + 1):
            for lead, status in (*self._tried(), (True, "last"), (False, self.rng.choice(("none", "done", "cancelled")))):
                at = self.after(at)
                if status != "none":
                    yield self._order(case, lead, round_number, at, self._end(case, round_number) if status == "last" else status)

    def _tried(self):
        return [(True, self.rng.choice(DROPPED)) for _ in range(self.rng.choice((0, 0, 0, 1, 2)))]

    def _end(self, case, round_number):
        open_still = case.status == "in_handling" and round_number == case.round
        if open_still:
            return self.rng.choice((*OPEN, "completed"))
        return self.rng.choice(("done", "done", "done", self.rng.choice(DROPPED)))

    def _order(self, case, lead, round_number, at, status):
        due = {name: self.maybe(0.85, self.after(at)) for name in ("accept_due_at", "contact_due_at", "due_at")}
        if status == "suspended":
            due = dict.fromkeys(due)
        ended = self._end_of(at, due["due_at"]) if status in (*DROPPED, "done") else None
        finished = status in ("done", "completed") or self.rng.random() < 0.1
        return WorkOrder(
            number=self.number("D"), case=case, handler=self._unit(case), lead=lead, status=status, round=round_number,
            policy=self.scene.policy, limit_class="U4", dispatched_at=at, dispatched_by=self.scene.people["dispatcher"], **due,
            missed_at=self.maybe(0.1, self.after(at)), accepted_at=self._done(at, due["accept_due_at"]),
            contacted_at=self._done(at, due["contact_due_at"]), ended_at=ended,
            completed_at=(self._done(at, due["due_at"]) or self.after(at)) if finished else None,
        )  # fmt: skip

    def _unit(self, case):
        # A utility of the district works for both streets, and must not carry the one's figures to the other
        return self.rng.choice(self.units if case.street_id == self.scene.street.pk else (self.far, self.scene.heat))

    def _done(self, at, due):
        if due is None or self.rng.random() < 0.6:
            return self.maybe(0.8, self.after(at))
        return due + self.rng.choice((-1, 0, 1)) * SECOND

    def _end_of(self, at, due):
        return self._done(at, due) or self.after(at)

    def _returns(self, order):
        asked = {"order": order, "reason": "duty", "basis": "清单", "was": "dispatched", "asked_by": self.scene.people["luxi"]}
        decided = {"decided_by": self.scene.people["leader"]}
        for agreed in (False, False, order.status == "returned"):
            at = self.after(order.dispatched_at)
            if agreed or self.rng.random() < 0.08:
                yield OrderReturn(**asked, asked_at=at, agreed=agreed, decided_at=self.after(at), **decided)
        if order.status == "returning":
            yield OrderReturn(**asked, asked_at=self.after(order.dispatched_at))

    def _callbacks(self, said):
        if said.case.status not in ("closed", "resolved", "in_handling"):
            return
        at = said.case.submitted_at
        for round_number in range(1, said.case.round + 1):
            at = self.after(at, 30)
            if self.rng.random() < 0.9:
                yield self._callback(said, round_number, at)

    def _callback(self, said, round_number, at):
        status = self.rng.choice(("answered", "answered", "answered", "unreachable", "unreachable", "superseded", "open"))
        words = ("yes", "yes", "mostly", "no")
        answer = {"resolved": self.rng.choice(words), "satisfaction": self.rng.choice(words)} if status == "answered" else {}
        return Callback(
            case=said.case, grievance=said, round=round_number, status=status, token_salt=b"", token_hash=self.number("T"),
            opened_at=at, expires_at=at + 7 * DAY, tried_at=self.maybe(0.4, self.after(at)),
            ended_at=None if status == "open" else self.after(at), **answer,
        )  # fmt: skip

    def _pledge(self, case):
        unit = self.rng.choice(self.units if case.street_id == self.scene.street.pk else (self.far, self.scene.heat))
        at = case.submitted_at
        return Pledge(case=case, unit=unit, kind="repair", what="修好", due_on=at.date(), status="asked", made_at=at)

    def _petition(self, case):
        at, people = case.submitted_at, self.scene.people
        facts = {"forwarded_by": self.scene.street.parent, "received_at": at, "registered_at": at}
        return Petition(case=case, number=self.number("X"), kind="claim", registered_by=people["dispatcher"], **facts)

    def _asked_again(self, said, pledge):
        if pledge is not None and self.rng.random() < 0.3:
            row = self._callback(said, said.case.round, self.after(said.case.submitted_at, 60))
            row.pledge = pledge
            yield row

    def _exclusions(self, case):
        people = self.scene.people
        for kind in ("limits", "verdict"):
            if self.rng.random() < 0.12:
                yield Exclusion(
                    case=case, kind=kind, ground="force", reason="雪灾", asked_by=people["luxi"], asked_at=case.submitted_at,
                    status=self.rng.choice(("asked", "agreed", "standing", "standing", "refused", "lifted")),
                    street_by=people["supervisor"], district_by=people["district"],
                )  # fmt: skip

    def _events(self, case):
        within = self.rng.choice((HOUR, 2 * HOUR, 12 * HOUR, 24 * HOUR)) + self.rng.choice((-1, 0, 1)) * SECOND
        yield line(case, "case.open", case.submitted_at)
        word = {"declined": "decline", "merged": "merge", "transferred": "hand_over"}.get(case.status, "admit")
        if case.status not in ("submitted", "held"):
            yield line(case, f"case.{word}", self.rng.choice((case.submitted_at + within, self.after(case.submitted_at))))
        if self.rng.random() < 0.2:
            yield line(case, "case.admit", self.after(case.submitted_at))


def line(case, kind, at):
    """One line of history."""
    return Event(case=case, kind=kind, voice="system", sentence="。", at=at)


def _rules(street):
    FigureRule.objects.create(starts=date(2023, 5, 1), mostly="0.5")
    FigureRule.objects.create(street=street, starts=date(2023, 9, 16), mostly="0.7", take_within=12, take_within_urgent=2)
