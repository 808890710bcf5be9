"""核对: all that must hold, asked at the end of each day of what the day has changed, or of everything at once."""

from collections import defaultdict
from datetime import UTC, datetime

from django.db.models import Q

from config.replay import invariants as must
from config.replay.breaches import Breaches
from street.models import Posting

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Audit:
    """一次推演的核对: `found` are sentences for whatever broke, with the night on which it was found."""

    def __init__(self):
        self.last, self.found, self.nights = LONG_AGO, [], 0
        self.within, self.days = None, {}
        self.asked = [
            must.nothing_is_left_due, must.every_open_case_moves_or_waits_visibly, Breaches(), must.every_checkpoint_acts_once,
            must.no_paper_lacks_cause_or_signer, must.numbers_have_no_gaps, must.nobody_outside_is_told,
            must.no_notice_before_its_time, must.no_event_without_posting,
        ]  # fmt: skip

    def __call__(self, at):
        """核对 the day that ends at `at`."""
        for invariant in self.asked:
            self.found += [(at, sentence) for sentence in invariant(self, at)]
        self.last, self.nights = at, self.nights + 1

    def since(self, at, field):
        """Rows that the last day touched, by an instant of theirs."""
        return Q(**{f"{field}__gte": self.last, f"{field}__lt": at})

    def in_a_street(self, unit):
        """Whether a unit lies in some street, and not above them all."""
        if self.within is None:
            self.within = must.in_streets()
        return unit.pk in self.within

    def posts(self, day):
        """{user: the posts held on a day, as an event writes them}."""
        if day not in self.days:
            self.days = {day: defaultdict(set)}
            for row in Posting.objects.current(day).select_related("organisation"):
                self.days[day][row.user_id].add(str(row))
        return self.days[day]


def everything(at):
    """核对全部: sentences for whatever is wrong in the data as it stands."""
    audit = Audit()
    audit(at)
    return [sentence for _, sentence in audit.found]
