"""同意告知: the resident lets the firms that take part in the work know name and number, and takes that back at any time.

个人信息保护法 art. 23: giving them to another asks for consent of its own, with the receiver named; art. 15: its withdrawal."""

from django.db import transaction

from grievance.casework import RESIDENT, Refused, lock, record
from grievance.models import Complainant
from street.models import Organisation
from street.models.organisation import OUTSIDE_KINDS


def firms(case):
    """参与办理的社会单位: those the consent is about, by name. A public utility that leads rings as any unit in charge does."""
    outside = Organisation.objects.filter(kind__in=OUTSIDE_KINDS, pk__in=case.units.values("organisation"))
    return list(outside.order_by("path"))


def askable(grievance):
    """可否征求: somebody left a number, asked for no confidence, and still waits for something."""
    one = getattr(grievance, "complainant", None)
    reachable = one is not None and bool(one.phone) and not one.confidential
    return reachable and grievance.withdrawn_at is None and not grievance.case.ended


@transaction.atomic
def share(grievance, *, at):
    """同意: the firms now taking part may read name and number. Refused `nothing_to_share`, `confidential`, `no_firm`."""
    grievance = lock(grievance)
    one = Complainant.objects.filter(grievance=grievance).first()
    if one is not None and one.confidential:
        raise Refused(
            "confidential", "您要求过不透露姓名，所以没有告诉社会单位。需要他们联系您时，请打街道电话，由街道专班转达。"
        )
    grievance.complainant = one
    if not askable(grievance):
        raise Refused("nothing_to_share", "这件诉求没有留电话，或者已经了结，没有可以告知的联系方式。")
    named = firms(grievance.case)
    if not named:
        raise Refused("no_firm", "现在没有社会单位参与办理，不需要告知。")
    one.shared_at = at
    one.save(update_fields=["shared_at"])
    who = "、".join(firm.name for firm in named)
    _note(grievance, "consent.share", f"诉求人同意把联系方式告诉{who}。", f"您同意把姓名和电话告诉{who}，用于办理这件事。", at=at)
    return one


@transaction.atomic
def unshare(grievance, *, at):
    """收回同意: open at any time, also after the end; nothing happens where there is none."""
    grievance = lock(grievance)
    one = Complainant.objects.filter(grievance=grievance).first()
    if one is None or one.shared_at is None:
        return one
    one.shared_at = None
    one.save(update_fields=["shared_at"])
    public = "您收回了同意，社会单位不能再查看您的姓名和电话。"
    _note(grievance, "consent.unshare", "诉求人收回同意，联系方式不再提供给社会单位。", public, at=at)
    return one


def _note(grievance, kind, sentence, public, *, at):
    record(
        grievance.case, kind, at=at, by=RESIDENT, subject=grievance, grievance=grievance, sentence=sentence, public=public
    )  # fmt: skip
