"""登记承诺事项: what a unit still will do when it reports its work as done, and by which day."""

from datetime import timedelta

from django.utils import timezone

from dispatch.models import Pledge
from dispatch.workflow import PLEDGE
from grievance.casework import Refused, person_of, record
from street.templatetags.beijing import beijing_date

LATEST = timedelta(days=400)
"""提案: a season of heating and the next one lie within it."""


def checked(*, kind, what, due_on, at):
    """(种类, 承诺什么, 哪天以前), None where nothing is promised. Refused `pledge_incomplete`, `pledge_day`."""
    what = what.strip()
    if not (kind or what or due_on):
        return None
    if kind not in Pledge.Kind or not what or due_on is None:
        raise Refused("pledge_incomplete", "有承诺事项的，种类、承诺什么、哪天以前都要写。没有就都空着。", status=400)
    if not timezone.localdate(at) <= due_on <= timezone.localdate(at) + LATEST:
        raise Refused("pledge_day", f"承诺的日子应在今天以后、{LATEST.days} 天以内。", status=400)
    return kind, what[:120], due_on


def make(case, unit, promised, *, by, at, **of):
    """登记承诺 of a locked case; the people of the matter read that they will be asked again after that day."""
    kind, what, due_on = promised
    pledge = Pledge.objects.create(
        case=case, unit=unit, kind=kind, what=what, due_on=due_on, made_at=at, made_by=person_of(by), **of
    )
    day, what = beijing_date(due_on), pledge.get_kind_display()
    record(
        case, "pledge.make", at=at, by=by, subject=pledge, became=pledge.status,
        sentence=f"{unit}登记{pledge}，{day}以前办到。", public=f"{unit}承诺{day}以前办到（{what}），到期会再问您。",
    )  # fmt: skip
    return pledge


def unmake(order, *, at):
    """不再算数: what was promised with a completion that review sent back."""
    for pledge in order.pledges.filter(status=Pledge.Status.WAITING):
        pledge.case = order.case
        PLEDGE.apply("drop", pledge, by=None, at=at, ended_at=at, sentence=f"办结审核退回，{pledge}不再算数。")
