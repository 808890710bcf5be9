"""说事码: made for a place, taken out of use."""

import secrets

from django.db import transaction

from grievance.casework import Refused
from grievance.models import QRCode
from street.models import Place, Role
from street.scope import stand

KEEPERS = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER, Role.SYSTEM_ADMIN})
TOKEN_BYTES = 16


@transaction.atomic
def issue(place, *, at, by=None):
    """制作说事码: the live code of a place, made if there is none; 128 random bits. `by=None` is the system (loading a street).

    Refused `role_missing` for people without the desk's or the administrator's role at the place's street."""
    _permit(place, by, at)
    Place.objects.select_for_update(no_key=True).get(pk=place.pk)
    live = QRCode.objects.live().filter(place=place).first()
    return live or QRCode.objects.create(token=secrets.token_urlsafe(TOKEN_BYTES), place=place, created_at=at)


@transaction.atomic
def revoke(code, *, at, by=None):
    """停用说事码: whoever scans it is told so and what to do instead. Refused `already_revoked`, `role_missing`."""
    _permit(code.place, by, at)
    if not QRCode.objects.live().filter(pk=code.pk).update(revoked_at=at):
        raise Refused("already_revoked", "这个说事码已经停用，请刷新页面。需要的话，可以为该点位制作新码。")
    code.revoked_at = at
    return code


def _permit(place, by, at):
    if by is None:
        return
    if stand(by, at).posting_for(KEEPERS, place.street_id) is None:
        raise Refused("role_missing", "说事码由本街道的研判派单员、值班长或系统管理员制作和停用，您没有这项权限。", status=403)
