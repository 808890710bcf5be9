"""代为上报: what staff note beside a grievance they write down for a person: channel, consent, language, interpreter."""

from grievance import said
from grievance.casework import Move, Refused
from grievance.inserting import insert
from grievance.models import Case, OnBehalf
from street.models import UNIT_ROLES, Role

REGISTER = Move(
    "register_for", "代为上报", set(), None, {Role.DISPATCHER, Role.SHIFT_LEADER, Role.REGISTRAR, *UNIT_ROLES}
)  # fmt: skip
"""The street's desk, window and hotline for the whole street; the people of a community for the places of that community."""


def matter_at(place):
    """未立的事项 at a place, to ask who may register it: there the community stands where later the unit in charge does."""
    return Case(street_id=place.street_id, place=place, promised_by_id=place.community_id)


def checked(body, *, channel=OnBehalf.Channel.WINDOW, consented=None, language="", interpreter="", at):
    """An unsaved OnBehalf. Refused `channel_unknown`, `consent_unasked`, `consent_withheld` where a name or number is given
    against the person's will, `language_too_long`, `name_too_long`."""
    if channel not in OnBehalf.Channel.values:
        raise Refused("channel_unknown", "请选这件事是怎么来的：12345 转来、窗口、网格上门或电话。", status=400)
    if consented is None:
        raise Refused("consent_unasked", "请先把告知的话念给本人听，再记下同意还是不同意。", status=400)
    if not consented and (body.name or body.phone):
        raise Refused(
            "consent_withheld",
            "本人不同意登记姓名和电话：请清空姓名、电话再登记，事情照样办；本人改了主意的，请选“同意”。",
            status=400,
        )
    return OnBehalf(
        channel=channel, consented=bool(consented), asked_at=at, language=said.language(language),
        interpreter=said.name(interpreter),
    )  # fmt: skip


def facts(behalf):
    """What a retry has to repeat."""
    return [behalf.channel, behalf.consented, behalf.language, behalf.interpreter] if behalf else []


def keep(behalf, grievance):
    """Store it beside its grievance, in the transaction that stores that."""
    if behalf is not None:
        behalf.grievance, behalf.pk = grievance, None
        insert(behalf)
