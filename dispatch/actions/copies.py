"""抄送: the department over a public utility reads what the utility leads, and presses it (domain, second reading)."""

from grievance import casework
from grievance.casework import beijing, notice_for, notify, record
from street.models import Organisation

CALLED = "called"
"""Of a whistle that has gone out and of a meeting that is still to be held."""


def send(order, *, at):
    """抄送 of a lead order: the department is told once and may read the case; nothing where no utility leads."""
    department = department_over(order)
    if department is None:
        return
    casework.involve(order.case, department)
    record(order.case, "case.copy", at=at, by=None, subject=order, sentence=f"抄送{order.handler}的主管部门{department}。")
    text = (
        f"【抄送】{order.handler}主办工单 {order.number}（事项 {order.case.number}），办结时限{beijing(order.due_at)}，请督促。"
    )
    notify(notice_for(f"copy:{order.pk}", "copy", order.case, text, at=at, organisation=department))


def excuse(order):
    """不再知情: who handed an order back, or from whom it was taken, reads the case no more; nor does the department copied.

    One that a whistle or a meeting calls reads on."""
    if not _called_otherwise(order.case, order.handler):
        casework.excuse(order.case, order.handler)
    department = department_over(order)
    if department is not None and not order.case.orders.filter(handler=department).exists():
        casework.excuse(order.case, department)


def _called_otherwise(case, unit):
    """Whether a whistle or a meeting still wants the unit there, so that it must be able to read what about."""
    waiting = {"status": CALLED, "units__organisation": unit}
    return case.whistles.filter(**waiting).exists() or case.meetings.filter(**waiting).exists()


def department_over(order):
    """主管部门 to be copied: of a public utility that leads; None for everybody else."""
    return order.handler.supervisor if order.lead and order.handler.kind == Organisation.Kind.UTILITY else None
