"""盯办的动作: instructions, adoptions, listings with their papers, receptions; and their panels on the page of a case."""

from desk import eye_forms, forms
from desk.act import Act, Chapter, Hung
from dispatch import eye
from dispatch.actions import adoption, instructions, receptions, supervision
from dispatch.models import Adoption, Instruction, ReceptionSlot
from grievance.actions import privacy
from grievance.casework import Workflow, posting_for
from grievance.models import Case

ADOPTION = Workflow("包案")
"""No status of its own: it lasts until it is ended."""


def _type_in(case, *, photo, secretary, by, at, **written):
    return instructions.type_in(case, photo=photo, secretary=secretary, by=by, at=at, **written)


def _gave(row, user, at):
    return instructions.gave(row, user, at)


def _to_record(slot, user, at):
    return slot.starts_at <= at or slot.status == ReceptionSlot.Status.MISSED


def _beside(row, user):
    """批示, 录入手写批示 and 包案 stand on a case; 结束包案 on an adoption."""
    if isinstance(row, Adoption):
        return [eye.END_ADOPTION] if adoption.may_end(row, user) else []
    if not isinstance(row, Case) or row.ended:
        return []
    found = [eye.INSTRUCT] if instructions.may_instruct(row, user) else []
    found += [eye.TYPE_IN] if posting_for(eye.TYPE_IN, row, user) else []
    return found + ([eye.ADOPT] if adoption.may_adopt(row, user) else [])


def _instructions(case, user):
    found = [row for row in case.instructions.all() if row.status != Instruction.Status.DISCARDED or row.typed_by_id == user.pk]
    for row in found:
        row.words = privacy.words_for(row.text, case, user)
    return found


def _adoptions(case, user):
    return list(case.adoptions.all())


def _receptions(case, user):
    """接访: its record is the street's and the community's that received, and no unit's."""
    scope = user.scope
    mine = scope.streets | scope.where(eye.LEADERS)
    slots = case.receptions.all()
    return [slot for slot in slots if case.street_id in scope.streets or slot.reception.organisation_id in mine]


CHAPTER = Chapter(
    acts={
        ("case", "instruct"): Act(instructions.give, eye_forms.Instruct),
        ("case", "type_instruction"): Act(_type_in, eye_forms.TypeIn),
        ("case", "adopt"): Act(adoption.adopt, eye_forms.Adopt),
        ("adoption", "end_adoption"): Act(adoption.end, forms.Outcome),
        ("instruction", "confirm"): Act(instructions.confirm, eye_forms.Confirm, _gave),
        ("instruction", "discard"): Act(instructions.discard, forms.Reason, _gave),
        ("instruction", "report"): Act(instructions.answer, eye_forms.Answer),
        ("instruction", "settle"): Act(instructions.settle, eye_forms.Settle, _gave),
        ("instruction", "send_back"): Act(instructions.send_back, eye_forms.SendBack, _gave),
        ("supervision", "list"): Act(supervision.list_case, eye_forms.ListCase),
        ("supervision", "unlist"): Act(supervision.unlist, eye_forms.Unlist),
        ("receptionslot", "record_visit"): Act(receptions.record_visit, eye_forms.RecordVisit, _to_record),
        ("receptionslot", "miss"): Act(receptions.miss, offered=_to_record),
        ("receptionslot", "cancel"): Act(receptions.cancel),
    },
    tables={Instruction: eye.INSTRUCTION, Adoption: ADOPTION, ReceptionSlot: eye.RECEPTION},
    loose=(eye.INSTRUCT, eye.TYPE_IN, eye.ADOPT, eye.END_ADOPTION),
    beside=_beside,
    hung=(
        Hung("desk/_instruction.html", _instructions),
        Hung("desk/_adoption.html", _adoptions),
        Hung("desk/_reception_slot.html", _receptions),
    ),
)
