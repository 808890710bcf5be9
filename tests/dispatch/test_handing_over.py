"""晚识别: what turns out late to be a report on officials leaves the ordinary track whole, and one officer alone can read it."""

from base64 import b64decode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from dispatch.actions import handing_over, handling, issuing, supervision
from dispatch.models import IssuedPaper, Letter, WorkOrder
from grievance.actions import intake, triage
from grievance.casefile import CaseFile
from grievance.casework import Refused
from grievance.models import (
    Case,
    CaseUnit,
    ConfidentialReport,
    Event,
    Grievance,
    InboxKey,
    Notice,
    Remark,
)
from grievance.models.event import TakenOut
from tests.builders import a_code, a_photo, a_voice
from tests.dispatch.inbox import opened, with_inbox
from tests.dispatch.paperwork import NOW, a_letter, an_agreement, signed
from tests.dispatch.scene import TUESDAY, a_street
from tests.dispatch.scene import a_case as a_plain_case
from tests.traces import everything_kept, left_of

pytestmark = pytest.mark.django_db
SAID = "三号楼评低保那天副主任叫我先到他家坐坐，不去就评不上"
SAY = {"ground": "conduct"}


@pytest.fixture
def scene():
    return with_inbox(a_street())


PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF"
"""How every kept picture begins; fewer of these bytes turn up in sealed ones by chance."""


def said(scene, **more):
    """A grievance through the real intake, and its case."""
    facts = {"description": SAID, "address": "低保窗口旁", "name": "王某某", "phone": "13812345678", **more}
    return intake.submit(a_code(scene.building, at=TUESDAY), key="k1", at=TUESDAY, **facts)


def led(scene, grievance):
    """The unit has it, has worked on it, and a paper has gone out."""
    case = triage.admit(grievance.case, category=scene.damages, by=scene.who("dispatcher"), at=TUESDAY)
    order = handling.dispatch(
        case, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=TUESDAY, demand="请先找王家谈"
    )
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    handling.add_progress(order, text="王家说是评议的事，公开答复已写", public=True, by=scene.who("luxi"), at=NOW)
    intake.add_remark(grievance, text="昨天又打电话叫我别说", photos=[a_photo(colour="blue")], at=NOW)
    triage.link(case, title="王家另要办残疾证", description="王家残疾证过期", by=scene.who("dispatcher"), at=NOW)
    supervision.propose_listing(case, reason="王家反映多次没人管", by=scene.who("leader"), at=NOW)
    an_agreement(scene, order)
    signed(scene, a_letter(order, subject="关于王家低保的督办单", body="请抓紧"))
    a_letter(order, subject="关于王家低保的提醒函（拟稿）")
    return Case.objects.get(pk=case.pk)


def over(scene, case, by="dispatcher", at=NOW, **more):
    return handing_over.hand_over(case, **{**SAY, "confirm": case.number[-5:], **more}, by=scene.who(by), at=at)


def test_nothing_of_it_is_left_in_any_table_or_file(scene, own_files, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        grievance = said(scene, photos=[a_photo()], voice=a_voice())
        case = led(scene, grievance)
    number, register = grievance.number, Letter.objects.get(status="issued").number
    traces = ["评低保", "副主任", "低保窗口", "王某某", "王家", "13812345678", "叫我别说", grievance.receipt]
    kept = everything_kept(own_files)
    assert {"评低保", "王家", "叫我别说"} <= set(left_of(traces, kept)) and PICTURE in kept
    with django_capture_on_commit_callbacks(execute=True):
        over(scene, case)
    kept = everything_kept(own_files)
    # The other matter that staff opened for the family is a matter of its own, and says so in the first step
    Remark.objects.filter(case__source="staff").delete()
    assert left_of([word for word in traces if word != "王家"], kept) == []
    assert PICTURE not in kept and b"docx" not in kept
    assert kept.count(number.encode()) == 1, "the number stands in the sealed report alone"
    assert register.encode() in kept
    connection.check_constraints()


@pytest.mark.on_sqlite
def test_not_even_the_free_pages_of_the_database_file_hold_it(scene):
    case = led(scene, said(scene))
    over(scene, case)
    Remark.objects.filter(case__source="staff").delete()
    file = connection.connection.serialize()
    assert case.number.encode() in file
    assert left_of(["评低保", "低保窗口", "叫我别说", "13812345678", "评议的事"], file) == []


def test_what_is_left_says_nothing_and_is_nobodys(scene):
    case = led(scene, said(scene))
    over(scene, case)
    case.refresh_from_db()
    assert (case.status, case.title, case.place, case.category, case.promised_by) == (
        "transferred", "已依法转有权机关办理", None, None, None,
    )  # fmt: skip
    assert (case.suggestion, case.urgency, case.round, case.kept_since) == ({}, "normal", 1, None)
    hanging = CaseFile.of(case)
    assert {model.__name__ for model, keys in hanging.rows.items() if keys} == {"Event", "Letter"}
    assert [event.sentence for event in case.events.all()] == ["已依法转有权机关办理。"]
    letter = Letter.objects.get()
    assert letter.number and (letter.subject, letter.body, letter.to) == ("已依法转有权机关办理", "", letter.issuer)
    assert not WorkOrder.objects.exists() and not CaseUnit.objects.exists()
    assert Case.objects.get(source="staff").parent is None
    told = Notice.objects.get(organisation=scene.luxi)
    assert told.case is None and "已收回" in told.text and case.number not in told.text


def test_officer_reads_all_that_was_said_and_done_under_the_same_number_and_receipt(scene, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        grievance = said(scene, photos=[a_photo()])
        case = led(scene, grievance)
    over(scene, case)
    report = ConfidentialReport.objects.get()
    assert (report.number, report.receipt) == (grievance.number, grievance.receipt)
    words, files = opened(report)
    assert (words["description"], words["name"], words["phone"]) == (SAID, "王某某", "13812345678")
    for part in ("叫我别说", "评议的事", "请先找王家谈", "赔偿甲方500元", "关于王家低保的督办单", "反映公职人员", "签收工单"):
        assert part in words["record"], part
    assert sorted(file["type"] for file in files) == ["application/octet-stream", "image/jpeg", "image/jpeg"]
    assert [event.kind for event in report.events.all()] == ["found_late", "opened"]
    back = [(row["type"], SimpleUploadedFile(row["name"], b64decode(row["body"]), row["type"])) for row in files]
    again = intake.release(report, said_there=words, files=back, by=None, at=NOW)
    assert (again.description, again.receipt, again.attachments.count()) == (SAID, report.receipt, 2)


def test_first_try_only_says_what_would_happen(scene):
    case = led(scene, said(scene))
    before = Event.objects.count()
    for confirm in ("", "XXXXX"):
        with pytest.raises(Refused, match="不能撤销.*拆分") as refused:
            over(scene, case, confirm=confirm)
        assert refused.value.code == "confirm_first" and case.number[-5:] in refused.value.message
    assert (Event.objects.count(), ConfidentialReport.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("by", "more", "code"),
    [
        ("luxi", {}, "role_missing"),
        ("caller", {}, "role_missing"),
        ("secretary", {}, "role_missing"),
        ("dispatcher", {"ground": "他就是个坏人"}, "ground_missing"),
    ],
)
def test_units_leaders_and_free_words_are_refused(scene, by, more, code):
    grievance = said(scene)
    with pytest.raises(Refused) as refused:
        over(scene, grievance.case, by=by, **more)
    assert refused.value.code == code and Grievance.objects.exists()


def test_without_a_key_everything_stays_as_it_was(scene):
    grievance = said(scene)
    InboxKey.objects.all().delete()
    with pytest.raises(Refused, match="12388"):
        over(scene, grievance.case)
    assert Grievance.objects.filter(pk=grievance.pk, description=SAID).exists()


@pytest.mark.parametrize("how", ["ground", "words"])
def test_what_is_about_the_office_itself_goes_above_it(scene, how):
    grievance = said(scene, description=SAID if how == "ground" else f"{SAID}，纪工委也不管")
    over(scene, grievance.case, ground="above" if how == "ground" else "conduct")
    report = ConfidentialReport.objects.get()
    assert report.office.code == "qujiwei"
    assert opened(report, "qujiwei")[0]["description"].startswith(SAID)


def test_one_who_was_split_off_leaves_no_word_in_the_case_that_goes_on(scene, own_files):
    case = said(scene).case
    other = intake.submit(a_code(scene.building, at=TUESDAY), description="楼道灯不亮好几天了", key="k2", at=NOW)
    case = triage.merge(other.case, into=case, by=scene.who("dispatcher"), at=NOW)
    mine = Grievance.objects.get(description=SAID)
    new = triage.split(mine, by=scene.who("dispatcher"), at=NOW)
    over(scene, new)
    kept = everything_kept(own_files)
    assert left_of(["副主任", "评低保"], kept) == [] and kept.count(mine.number.encode()) == 1
    assert Case.objects.get(pk=case.pk).title == "（事项）"
    connection.check_constraints()
    assert list(case.grievances.values_list("description", flat=True)) == ["楼道灯不亮好几天了"]


def test_a_person_who_went_on_elsewhere_keeps_everything(scene):
    case = said(scene).case
    other = intake.submit(a_code(scene.building, at=TUESDAY), description="楼道灯不亮好几天了", key="k2", at=NOW)
    case = triage.merge(other.case, into=case, by=scene.who("dispatcher"), at=NOW)
    new = triage.split(Grievance.objects.get(pk=other.pk), by=scene.who("dispatcher"), at=NOW)
    over(scene, case)
    other.refresh_from_db()
    assert (other.case, other.first_case, other.description) == (new, new, "楼道灯不亮好几天了")
    assert ConfidentialReport.objects.count() == 1


def test_everyone_of_a_case_keeps_a_receipt_of_ones_own(scene):
    case = said(scene, photos=[a_photo()]).case
    other = intake.submit(
        a_code(scene.building, at=TUESDAY), description="他也收了我家的礼金", photos=[a_photo(colour="green")], key="k2", at=NOW
    )
    case = triage.merge(other.case, into=case, by=scene.who("dispatcher"), at=NOW)
    over(scene, case)
    told = {report.receipt: opened(report) for report in ConfidentialReport.objects.all()}
    assert told[other.receipt][0]["description"] == "他也收了我家的礼金"
    assert [len(files) for _, files in told.values()] == [1, 1]
    assert not Case.objects.filter(status="merged").exists()
    connection.check_constraints()


def test_what_staff_found_themselves_goes_to_the_officer_too(scene):
    case = triage.link(
        a_plain_case(scene), title="评议不公", description="走访时听说评议收礼", by=scene.who("dispatcher"), at=NOW
    )
    over(scene, case)
    assert "走访时听说评议收礼" in opened(ConfidentialReport.objects.get())[0]["record"]


def test_whoever_has_the_page_still_open_is_refused_in_words(scene):
    grievance = said(scene)
    case = led(scene, grievance)
    order = case.orders.get(handler=scene.luxi)
    over(scene, case)
    for late in (
        lambda: handling.add_progress(order, text="继续办", by=scene.who("luxi"), at=NOW),
        lambda: intake.add_remark(grievance, text="还有一件", at=NOW),
    ):
        with pytest.raises(Refused) as refused:
            late()
        assert refused.value.code == "handed_over"


def test_paper_that_was_being_made_meanwhile_leaves_no_file(scene, own_files):
    case = led(scene, said(scene))
    paper = IssuedPaper.objects.select_related("letter").get()
    over(scene, case)
    with pytest.raises(Refused) as refused:
        issuing.make(paper, at=NOW)
    assert refused.value.code == "handed_over" and list((own_files / "media" / "papers").rglob("*.docx")) == []


def test_it_is_done_once(scene):
    case = said(scene).case
    over(scene, case)
    with pytest.raises(Refused, match="已依法转办"):
        over(scene, case)


def test_declining_with_the_discipline_office_as_the_way_is_refused_since_it_would_stand_in_clear(scene):
    case = said(scene).case
    with pytest.raises(Refused, match="转为检举控告"):
        triage.decline(case, reason="找纪委", path="discipline", by=scene.who("dispatcher"), at=NOW)


def test_the_history_lets_a_line_go_only_once_it_is_listed_and_the_list_only_grows(scene):
    said(scene)
    line = Event.objects.first()
    TakenOut.objects.create(event=line.pk + 1, at=NOW)
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        Event.objects.all()._raw_delete("default")
    TakenOut.objects.create(event=line.pk, at=NOW)
    for change in (lambda: Event.objects.update(sentence="无事"), lambda: TakenOut.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            change()
    Event.objects.filter(pk=line.pk)._raw_delete("default")
    assert not Event.objects.filter(pk=line.pk).exists()
