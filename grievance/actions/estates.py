"""整片制码: the places of a table are made and each gets its 说事码, all or none."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from grievance import estate
from grievance.actions.codes import KEEPERS, TOKEN_BYTES
from grievance.casework import Refused
from grievance.models import QRCode
from street.models import Organisation, Place
from street.scope import stand


@dataclass(frozen=True)
class Made:
    """制码结果: how many places and codes are new, and how many codes stayed what they were."""

    places: int
    codes: int
    kept: int


def preview(lines, *, by, at):
    """预览: the Plan of these lines for whoever may make codes. Writes nothing. Refused `role_missing`."""
    streets = stand(by, at).where(KEEPERS)
    if not streets:
        raise Refused("role_missing", "说事码由本街道的研判派单员、值班长或系统管理员制作，您没有这项权限。", status=403)
    return estate.Plan(lines, streets)


@transaction.atomic
def make(lines, *, by, at):
    """制作: places and codes of lines that were previewed. The same lines again make nothing: a code that hangs stays.

    Refused `role_missing`; `plan_changed` where something was altered since, so that a line no longer fits."""
    _lock_streets(stand(by, at).where(KEEPERS))
    plan = preview(lines, by=by, at=at)
    if not plan.sound:
        wrong = next(line for line in plan.lines if line.errors)
        why = f"第 {wrong.number} 行：{wrong.errors[0]}"
        raise Refused("plan_changed", f"预览之后资料变了，什么都没有写入。{why}。请重新上传核对。")
    _create(plan.new)
    Place.objects.bulk_update(plan.filled, ["grid", "latitude", "longitude", "coordinate_system"])
    rows = [QRCode(token=secrets.token_urlsafe(TOKEN_BYTES), place=place, created_at=at) for place in plan.to_code]
    QRCode.objects.bulk_create(rows)
    return Made(places=len(plan.new), codes=len(rows), kept=len(lines) - len(rows))


def _lock_streets(streets):
    # Two who confirm the same table at once would each find the places missing
    list(Organisation.objects.select_for_update(no_key=True).filter(pk__in=streets).order_by("pk"))


def _create(places):
    """Estates before buildings before doors: a row needs the key of what it lies in."""
    while places:
        ready = [place for place in places if place.parent is None or place.parent.pk]
        Place.objects.bulk_create(ready)
        places = [place for place in places if not place.pk]
