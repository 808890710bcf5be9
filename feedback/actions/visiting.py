"""另一单位上门回访: the desk asks an officer of a unit that had no part in the matter to go there and ask."""

from django.db import transaction
from django.db.models import Q

from dispatch.models import WorkOrder
from feedback.models import Callback
from feedback.workflow import CALLBACK
from grievance.casework import Refused, lock, notice_for, notify
from street.models import Organisation

KINDS = (Organisation.Kind.COMMUNITY, Organisation.Kind.DEPARTMENT, Organisation.Kind.STATION)
"""Officers of the state and of communities go to people's doors, no firm does."""


def had_a_part(callback):
    """办过这件事的单位, in whatever case the grievance lay: keys."""
    joined = Q(case=callback.case_id) | Q(case__merged_into=callback.case_id) | Q(case=callback.grievance.first_case_id)
    return set(WorkOrder.objects.filter(joined).values_list("handler", flat=True))


def offered(callback):
    """可请上门的单位 of the street: those without a part in it."""
    street = callback.case.street
    rows = Organisation.objects.filter(path__startswith=street.path, active=True, kind__in=KINDS)
    return rows.exclude(pk__in=had_a_part(callback)).order_by("path")


@transaction.atomic
def send(callback, *, unit, by, at):
    """请上门: from now on nobody else rings this person; None takes it back. Refused `handled_it`, `unit_unknown`."""
    callback = lock(callback)
    if unit is not None and unit.pk in had_a_part(callback):
        raise Refused("handled_it", f"{unit}办理过这件事，不能去回访。请另选单位。", status=403)
    if unit is not None and not offered(callback).filter(pk=unit.pk).exists():
        raise Refused("unit_unknown", "请选一个本街道的社区、科室或站所。", status=400)
    if not Callback.objects.filter(pk=callback.pk).impartial_to(by).exists():
        raise Refused("handled_it", "您或您任职的单位办理、审核过这件事，不能安排回访。请交由其他回访员。", status=403)
    sentence = f"请{unit}上门回访诉求 {callback.grievance}。" if unit else f"诉求 {callback.grievance} 的上门回访收回。"
    CALLBACK.apply(
        "send_officer", callback, by=by, at=at, visitor=unit, grievance=callback.grievance, sentence=sentence,
    )  # fmt: skip
    if unit is not None:
        text = f"请派人上门回访诉求 {callback.grievance}，手机“我的工单”页可见。"
        notify(notice_for(f"visit:{callback.pk}:{unit.pk}:{at:%s}", "visit", callback.case, text, at=at, organisation=unit))
    return callback
