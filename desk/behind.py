"""数字背后: the matters that a figure is made of, asked for by the list of cases under `behind` in its address."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from feedback.figures import metrics, periods
from feedback.models import Tally
from street.models import Organisation

TOP, BOTTOM, MISSED, BESIDE = "top", "bottom", "missed", "beside"
PARTS = {TOP: "计入的", BOTTOM: "全部", MISSED: "没有计入的", BESIDE: "另列的"}
FACES = {face.value: face for face in (Tally.Face.STREET, Tally.Face.UNIT, Tally.Face.COMMUNITY)}


@dataclass(frozen=True)
class Behind:
    """一个数的出处: which part of which figure, of whom, in which period."""

    metric: metrics.Metric
    part: str
    street: int
    face: str
    of: int
    period: periods.Period

    @property
    def query(self):
        """As it stands in an address."""
        span = f"{self.period.first}.{self.period.last}"
        return f"behind={self.metric.name}.{self.part}.{self.street}.{self.face}.{self.of}.{span}"

    @property
    def label(self):
        """As people read it."""
        whose = "" if self.face == Tally.Face.STREET else f"{Organisation.objects.filter(pk=self.of).first() or ''} "
        return f"{whose}{self.period.label} {self.metric.label}{PARTS[self.part]}"

    def condition(self):
        """On Case: the keys of the facts that were added up."""
        place = {} if self.face == Tally.Face.STREET else {self.face: self.of}
        metric = self.metric
        counted = (*metric.top, *metric.weighed)
        if self.part == BESIDE:
            return Q(pk__in=self._cases(tuple(metric.beside), place))
        if self.part == MISSED:
            return self._missed(counted, place)
        return Q(pk__in=self._cases(counted if self.part == TOP else metric.bottom, place))

    def _cases(self, measures, place):
        return periods.cases_behind(self.street, measures, self.period, **place)

    def _missed(self, counted, place):
        return Q(pk__in=self._cases(self.metric.bottom, place)) & ~Q(pk__in=self._cases(counted, place))


def parsed(text):
    """The Behind of an address's value; None where it is not one."""
    parts = text.split(".")
    if len(parts) != 7 or parts[0] not in metrics.BY_NAME or parts[1] not in PARTS or parts[3] not in FACES:
        return None
    try:
        period = periods.Period(date.fromisoformat(parts[5]), date.fromisoformat(parts[6]))
        return Behind(metrics.BY_NAME[parts[0]], parts[1], int(parts[2]), parts[3], int(parts[4]), period)
    except ValueError:
        return None
