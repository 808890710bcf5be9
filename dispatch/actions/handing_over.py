"""转为检举控告: what turns out late to report on officials leaves the ordinary track whole, under the same number and receipt.

信访工作条例 (2022) art. 22, 30, 46: only the discipline office handles it, and nothing of it reaches the one it is about. Why the
rows go and are not merely hidden or locked: docs/decisions/0017-found-out-late.md."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from dispatch.models import Checkpoint, Deadline, IssuedPaper, Letter, Visit, VisitUnit, WorkOrder
from grievance.actions import confidential, versions
from grievance.casefile import CaseFile
from grievance.casework import Refused, human_number, lock, notice_for, notify
from grievance.models import Attachment, Case, Grievance, SearchText, Sketch
from grievance.sealing import new_salt
from grievance.workflow import CASE

GROUNDS = {
    "conduct": "反映公职人员、村社区干部的作风或廉洁问题",
    "harm": "反映利用职务侵害群众利益、打击报复",
    "above": "涉及区管干部或纪检机关自己的人（直送上级纪检机关）",
}
SAID = "已依法转有权机关办理"
LAST = 5
"""So many last signs of the number are typed to confirm: by then one has read which case it is."""
LASTING = {"id", "number", "street", "source", "status", "submitted_at", "ended_at", "merged_into"}
"""What a case keeps: that there was one, when and by which channel it came. Everything else goes back to what a new row has."""
OFFICES = "application/octet-stream"
"""Type of files that are the office's own: should the officer give the words back, these stay sealed."""
UNSAID = (Deadline, Checkpoint, IssuedPaper, SearchText)
"""Clocks, copies of papers whose letter is told anyway, and what was made of the words to find them by."""


@transaction.atomic
def hand_over(case, *, ground, confirm="", by, at):
    """转为检举控告: every word, file, order, paper and line of history is sealed for the discipline office and taken out here.

    What is left is a case that says nothing. It cannot be undone, so the first try only says what would happen. The reports.
    Refused `ground_missing`, `confidential_closed`, `confirm_first`."""
    case = lock(case)
    CASE.check("hand_over", case, by=by, at=at)
    if ground not in GROUNDS:
        raise Refused("ground_missing", "请选择转出的情形，再提交。", status=400)
    file = _whole(case)
    record = "\n\n".join([GROUNDS[ground], _header(case), *file.in_words(UNSAID)])
    public = confidential.key_for(case.street_id, record, above=ground == "above")
    if public is None:
        raise Refused(
            "confidential_closed", "纪检机关还没有登记公钥，不能转。请当面报区纪委监委（12388），登记后再转；在此之前不要派单。"
        )
    if confirm.strip().upper() != case.number[-LAST:]:
        raise _confirm_first(case, file)
    units = list(case.orders.open().select_related("handler"))
    taught = {case.pk, *file.rows[Case], *file.neighbours()}
    _seal(public, file, record, by=by, at=at)
    _unwrite(case, file, at=at)
    versions.forget(taught, street_id=case.street_id, at=at)
    CASE.apply("hand_over", case, by=by, at=at, ended_at=at, sentence=f"{SAID}。", **_blank())
    notify(*(_taken_back(order, at) for order in units))
    return case


def _whole(case):
    """A visit made for this matter alone goes with it; one that other matters share stays with them."""
    file = CaseFile.of(case)
    shared = VisitUnit.objects.exclude(pk__in=file.rows.get(VisitUnit, ())).values("visit")
    alone = Visit.objects.filter(units__in=file.of_model(VisitUnit)).exclude(pk__in=shared)
    file.gather(Visit, set(alone.values_list("pk", flat=True)))
    return file


def _header(case):
    place = f"{case.place.community} {case.place.full_name}" if case.place else "未定"
    facts = {"标题": case.title, "类别": case.category or "未定", "地点": place, "承办": case.promised_by or "未定"}
    return f"【事项】{case.number}；{'；'.join(f'{name}：{value}' for name, value in facts.items())}；{case.get_status_display()}"


def _confirm_first(case, file):
    persons, files = file.of_model(Grievance).count(), len(file.files())
    return Refused(
        "confirm_first",
        f"还没有转。转出后不能撤销：{persons} 位诉求人的原话、{files} 个文件和全部办理记录密封给纪检机关，这里不再保留，"
        f"承办单位和专班都不再看到；诉求人仍用原来的查询码。其中只有一位是检举控告的，请先“拆分”；“关联事项”要另转。"
        f"确定的，请在“确认”里填编号后{LAST}位（{case.number[-LAST:]}），再提交一次。",
    )


def _seal(public, file, record, *, by, at):
    """Each person's words and files in a report of their own, the record of the case in each; other files in the first."""
    spoke = list(file.of_model(Grievance).select_related("complainant", "case__place__community", "qr_code"))
    others = [row for row in file.files() if not _own(row[0])]
    for grievance in spoke or [_nobody(file.case, at)]:
        own = [row for row in file.files() if _own(row[0]) == grievance.pk]
        uploads = [_upload(row, column, row.content_type) for row, column in own] + [_upload(*row) for row in others]
        others = []
        confidential.found_late(public, grievance, said=_said(grievance, record), files=uploads, by=by, at=at)


def _nobody(case, at):
    """A case that staff opened has no grievance; what they wrote goes to the officer all the same, under a number of its own."""
    return Grievance(number=human_number("S", at), case=case, receipt_salt=new_salt())


def _own(row):
    return row.grievance_id if isinstance(row, Attachment) else None


def _upload(row, column, content_type=OFFICES):
    stored = getattr(row, column)
    with stored.open("rb") as content:
        name = f"{row._meta.verbose_name}{row.pk}.{stored.name.rpartition('.')[2]}"
        return SimpleUploadedFile(name, content.read(), content_type)


def _said(grievance, record):
    """As intake seals it at once, so that the officer reads, and may give back, either in the same way."""
    known, place = getattr(grievance, "complainant", None), grievance.case.place
    said = {
        "kind": grievance.kind, "description": grievance.description, "address": grievance.address,
        "name": known.name if known else "", "phone": known.phone if known else "",
        "confidential": "True" if known and known.confidential else "",
        "place": f"{place.community} {place.name}" if place else "", "code": grievance.qr_code.token if grievance.qr_code else "",
        "record": record,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def _unwrite(case, file, *, at):
    """Orders, clocks, callbacks, notices sent and unsent: all goes. Papers that went out leave their number in the register,
    where nobody goes on waiting for receipt or answer."""
    own, spoke = {case.pk, *file.rows[Case]}, file.of_model(Grievance)
    began = Case.objects.filter(pk__in=spoke.exclude(first_case__in=own).values("first_case"))
    for other in began:
        _retitle(other)
    Case.objects.filter(parent__in=own).update(parent=None)
    Grievance.objects.filter(first_case__in=own).exclude(case__in=own).update(first_case=F("case"))
    issued = file.of_model(Letter).filter(status=Letter.Status.ISSUED)
    file.spare(issued)
    issued.update(
        case=case, order=None, supervision=None, checkpoint=None, to=F("issuer"), subject=SAID, body="", answer="",
        answer_due_at=None, answered_at=at, answered_by=None, received_at=Coalesce("received_at", Value(at)), received_by=None,
    )  # fmt: skip
    file.take_out(at=at)


def _retitle(case):
    """A case from which the person was split: its title and what was suggested may be made of these words."""
    name = case.category.name if case.category else "事项"
    Sketch.objects.filter(case=case).delete()
    SearchText.objects.forget(case)
    Case.objects.filter(pk=case.pk).update(title=f"（{name}）"[:80], suggestion={})


def _blank():
    columns = [column for column in Case._meta.concrete_fields if column.name not in LASTING]
    return {**{column.name: column.get_default() for column in columns}, "title": SAID}


def _taken_back(order: WorkOrder, at):
    """As any order that is taken back, and without the case: nobody can see from it which way it went."""
    text = f"工单 {order.number} 已收回，贵单位不用再办理。"
    return notice_for(f"taken-back:{order.pk}", "recall", None, text, at=at, organisation=order.handler)
