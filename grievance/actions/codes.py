"""说事码: made for a place, taken out of use, made anew; and the words printed beside it."""

import secrets

from django.db import transaction

from grievance.casework import Refused
from grievance.models import QRCode, SheetText
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


@transaction.atomic
def replace(code, *, at, by=None):
    """换新: a lost or defaced code is taken out of use and its place gets another, to be printed and put up.

    Refused `already_revoked`, `role_missing`; then the place keeps what it had."""
    revoke(code, by=by, at=at)
    return issue(code.place, by=by, at=at)


@transaction.atomic
def word(street, *, helper, other, other_approved, at, by):
    """张贴文字: what the sheets of a street say from now on; empty for the usual words. Refused `role_missing`, `text_too_long`.

    A line that the desk cannot read is printed only once the administrator has noted that the district approved it (proposal)."""
    _permit_street(street.pk, by, at)
    for name, text in (("helper", helper), ("other", other)):
        most = SheetText._meta.get_field(name).max_length
        if len(text) > most:
            raise Refused("text_too_long", f"最多 {most} 个字，现在有 {len(text)} 个，贴在墙上也看不清。请写短些。", status=400)
    before = SheetText.objects.filter(street=street).first()
    if by.scope.posting_for({Role.SYSTEM_ADMIN}, street.pk) is None:
        # Whoever changes the line changes what was approved
        other_approved = before is not None and before.other == other and before.other_approved
    kept = {"helper": helper or SheetText.USUAL, "other": other, "other_approved": bool(other and other_approved)}
    return SheetText.objects.update_or_create(street=street, defaults=kept)[0]


def _permit(place, by, at):
    if by is not None:
        _permit_street(place.street_id, by, at)


def _permit_street(street_id, by, at):
    if stand(by, at).posting_for(KEEPERS, street_id) is None:
        raise Refused("role_missing", "说事码由本街道的研判派单员、值班长或系统管理员制作和停用，您没有这项权限。", status=403)
