"""计什么: the facts of one case, each on the local day on which it falls, under the unit that answers for it. Reads no clock.

A clock counts on the day on which it runs out ('due in period', domain §5). Work that was taken away before its time was up is
owed by nobody; work that was dropped, merged away or sent back after it is late. An extension granted after a limit had run
out does not unmake that (`missed_at`)."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from dispatch.models import WorkOrder
from feedback.models import Callback
from grievance.models import Case

ORDER, S, C = WorkOrder.Status, Case.Status, Callback.Status
DROPPED = {ORDER.RETURNED, ORDER.TRANSFERRED, ORDER.RECALLED, ORDER.MERGED, ORDER.CANCELLED}
FINISHED = {ORDER.COMPLETED, ORDER.DONE}
REPEAT_DAYS = 90
"""重复诉求: linked to an earlier one of the same matter within so many days (domain §5)."""
MOST_HOURS = 9999


@dataclass
class Bundle:
    """一件事项 with all that counts of it, as plain rows."""

    case: dict
    orders: list = field(default_factory=list)
    grievances: list = field(default_factory=list)
    callbacks: list = field(default_factory=list)
    returns: list = field(default_factory=list)
    decided_at: object = None
    excluded: frozenset = frozenset()


def facts_of(bundle, calendar):
    """Counter {(measure, day, unit): number} of one case. `calendar` is that of its street."""
    found = Counter()
    case = bundle.case
    if case["status"] == S.MERGED:
        _add(found, "merged", case["submitted_at"], case["promised_by"])
    else:
        _case(found, case, bundle)
        _voices(found, case, bundle.grievances)
    _taken(found, case, bundle)
    for order in bundle.orders:
        _order(found, order, bundle, calendar)
    for row in bundle.returns:
        _return(found, row)
    for row in bundle.callbacks:
        _callback(found, row, bundle)
    return Counter({key: number for key, number in found.items() if number})


def day_of(at):
    """当地日期 (北京时间) of an instant."""
    return timezone.localtime(at).date()


def _add(found, measure, at, unit, number=1):
    if at is not None:
        found[measure, day_of(at), unit] += number


def _case(found, case, bundle):
    unit, came = case["promised_by"], case["submitted_at"]
    _add(found, "came", came, unit)
    _add(found, f"hour_{timezone.localtime(came):%w_%H}", came, unit)
    _add(found, f"is_{case['status']}", came, unit)
    if case["status"] not in Case.ENDED:
        _add(found, "open", came, unit)
    if case["source"] == Case.Source.STAFF:
        _add(found, "found", came, unit)
    if case["status"] == S.CLOSED:
        _add(found, "closed", case["ended_at"], unit)
        if case["round"] > 1:
            _add(found, "reworked", case["ended_at"], unit)
        _asked(found, case, bundle)


def _taken(found, case, bundle):
    """及时受理: also of a matter that was merged, which is an answer in time or a late one; merging mends no delay."""
    if case["status"] not in (S.WITHDRAWN, S.TRANSFERRED):
        _add(found, "to_take", case["submitted_at"], case["promised_by"])
        if bundle.decided_at is not None and bundle.decided_at <= case["take_by"]:
            _add(found, "taken", case["submitted_at"], case["promised_by"])


def _voices(found, case, grievances):
    """诉求: each that stands; one that joined an earlier one of the same matter is a repetition of it."""
    standing = sorted(
        (row for row in grievances if row["withdrawn_at"] is None), key=lambda row: (row["submitted_at"], row["pk"])
    )
    for number, row in enumerate(standing):
        _add(found, "said", row["submitted_at"], case["promised_by"])
        if number and (row["submitted_at"] - standing[number - 1]["submitted_at"]).days < REPEAT_DAYS:
            _add(found, "repeated", row["submitted_at"], case["promised_by"])


def _order(found, order, bundle, calendar):
    unit = order["handler"]
    _add(found, "sent", order["dispatched_at"], unit)
    out = "limits" in bundle.excluded
    for name, due, done in (
        ("contact", order["contact_due_at"], order["contacted_at"]),
        ("accept", order["accept_due_at"], order["accepted_at"]),
        ("finish", *_finish(order)),
    ):
        if due is None or (order["status"] in DROPPED and order["ended_at"] <= due):
            continue
        if name == "contact" and bundle.case["petition"] is not None:
            # 信访件 go by the statute's own clocks and stand in none of the three rates of the hotline
            _add(found, "contact_petition", due, unit)
            continue
        _add(found, f"{name}_out" if out else f"{name}_due", due, unit)
        if not out and done is not None and done <= due:
            _add(found, f"{name}_ok", due, unit)
    if order["lead"] and order["status"] == ORDER.DONE:
        _add(found, f"hours_{_hours(order, calendar):04d}", order["completed_at"], unit)


def _finish(order):
    """(due, done) of the work itself: a limit that had run out before it was extended stays missed."""
    if order["missed_at"] is not None:
        return order["missed_at"], None
    return order["due_at"], order["completed_at"] if order["status"] in FINISHED else None


def _hours(order, calendar):
    """工作小时 from dispatch to completion, begun hours counted whole and at least one, so that a median adds up exactly."""
    spent = calendar.working_hours_between(order["dispatched_at"], order["completed_at"])
    return min(MOST_HOURS, max(1, -int(-spent.total_seconds() // 3600)))


def _return(found, row):
    if row["agreed"] is None:
        return
    _add(found, "return_decided", row["decided_at"], row["handler"])
    if row["agreed"]:
        _add(found, "returned", row["dispatched_at"], row["handler"])
    else:
        _add(found, "return_refused", row["decided_at"], row["handler"])


def _callback(found, row, bundle):
    """回访 of a person: under the unit that led the round which is asked about, whoever leads now."""
    unit, ended = _led(row["round"], bundle), row["ended_at"]
    if row["pledge"] is not None and _kept(found, row):
        return
    if row["status"] == C.UNREACHABLE:
        _add(found, "unreachable", ended, unit)
    if row["status"] != C.ANSWERED:
        return
    if "verdict" in bundle.excluded:
        _add(found, "heard_out", ended, unit)
        return
    if bundle.case["petition"] is not None:
        _add(found, "heard_petition", ended, unit)
        return
    _add(found, "heard", ended, unit)
    _add(found, f"solved_{row['resolved']}", ended, unit)
    _add(found, f"content_{row['satisfaction']}", ended, unit)


def _kept(found, row):
    """承诺兑现, under the unit that promised; whether that is all that counts of this answer. One that says "not done" counts in
    the rates as every other; one that says "done" does not count a second time as content."""
    unit, ended = row["pledge__unit"], row["ended_at"]
    if row["status"] == C.UNREACHABLE:
        _add(found, "pledge_unheard", ended, unit)
    if row["status"] != C.ANSWERED:
        return True
    content = row["resolved"] != "no" and row["satisfaction"] != "no"
    _add(found, "pledge_heard", ended, unit)
    _add(found, "pledge_kept", ended, unit, int(content))
    return content


def _led(round_number, bundle):
    lead = [row for row in bundle.orders if row["lead"] and row["round"] == round_number and row["status"] in FINISHED]
    return max(lead, key=lambda row: row["completed_at"])["handler"] if lead else bundle.case["promised_by"]


def _asked(found, case, bundle):
    """回访覆盖: each person of a closed matter, and whether they answered or were tried as often as the policy wants."""
    last = {row["grievance"]: row for row in bundle.callbacks if row["round"] == case["round"] and row["pledge"] is None}
    # One number that spoke several times in the matter is asked once
    heard = {row["rung"] for row in last.values() if row["rung"] and _was_asked(row)}
    for grievance in bundle.grievances:
        if grievance["withdrawn_at"] is not None:
            continue
        _add(found, "to_ask", case["ended_at"], case["promised_by"])
        row = last.get(grievance["pk"])
        if row and (_was_asked(row) or row["rung"] in heard):
            _add(found, "asked", case["ended_at"], case["promised_by"])


def _was_asked(row):
    return row["status"] == C.ANSWERED or (row["status"] == C.UNREACHABLE and (row["tried_at"] or not row["rung"]))
