"""办结与结案: a case is resolved when its work is done, and closed when everyone in it has been asked."""

from django.db import transaction

from grievance.casework import beijing, lock, record
from grievance.models import Case
from grievance.workflow import CASE


@transaction.atomic
def resolve(case, *, by, at, answer=""):
    """办结: the work is done; callbacks follow, and they tell each person. Waits, and says so, while linked matters are open."""
    case = lock(case)
    if waiting := open_linked(case):
        numbers = "、".join(row.number for row in waiting)
        record(case, "case.wait", at=at, by=None, sentence=f"本件工单已办结，等待关联事项 {numbers} 办结后一并办结。")
        return case
    CASE.apply(
        "resolve", case, by=by, at=at, resolved_at=at, sentence="各工单均已办结，转入回访。",
        public=f"事项已办结。{answer}".strip() + "我们将进行回访，请您评价是否真正解决。",
    )  # fmt: skip
    return case


def open_linked(case):
    """未办结的关联事项: those this case was told to wait for, not yet resolved."""
    if not case.waits_for_linked:
        return []
    return list(case.linked.exclude(status__in=[Case.Status.RESOLVED, *Case.ENDED]))


@transaction.atomic
def close(case, *, at, reopen_until=None):
    """结案: everyone was asked, and nobody said it is not solved; until `reopen_until` each of them still may."""
    case = lock(case)
    public = f"回访已完成，事项结案。{beijing(reopen_until)}（北京时间）前，没有解决的可以要求重新办理。" if reopen_until else ""
    CASE.apply(
        "close", case, by=None, at=at, ended_at=at, reopen_until=reopen_until, sentence="全部诉求人回访完毕，结案。",
        public=public or "回访已完成，事项结案。",
    )  # fmt: skip
    return case


def reopenable(grievance, *, at):
    """可要求重办: closed, not taken back by this person, and within the days that the policy gave it when it ended."""
    case = grievance.case
    if grievance.withdrawn_at is not None or case.status != Case.Status.CLOSED or case.reopen_until is None:
        return False
    return at <= case.reopen_until
