"""导出台账: exactly what the filter shows to this reader, veiled, no formula among it, and written down."""

import csv
import io
import zipfile
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client

from desk import ledger
from dispatch.actions import handling
from grievance import sheet_stream
from grievance.models import Case, Complainant, DeskRecord
from street.models import Role
from street.scope import stand
from tests.clock import travel
from tests.desk.phone import a_phone, an_order
from tests.dispatch.scene import TUESDAY, a_case, person

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NUMBER = "13912345678"


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def desk(scene):
    return a_phone(scene.who("leader"))


def taken(browser, query="", kind="csv", **more):
    return browser.post("/desk/cases/export/", {"query": query, "kind": kind, **more})


def sheet(answer):
    """[{heading: cell}] of an export."""
    assert answer.status_code == 200, answer.content.decode()
    content = b"".join(answer.streaming_content)
    if content.startswith(b"PK"):
        return content
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def numbers(answer):
    return {row["事项编号"] for row in sheet(answer)}


def test_export_holds_exactly_what_the_reader_finds_and_no_strangers_row(scene, desk):
    ours, waiting = an_order(scene).case, a_case(scene)
    assert numbers(taken(desk)) == {ours.number, waiting.number}
    assert numbers(taken(desk, "status=submitted")) == {waiting.number}
    assert numbers(taken(a_phone(scene.who("luxi")))) == {ours.number}
    assert numbers(taken(a_phone(scene.who("luxi")), f"q={ours.number}")) == {ours.number}
    refused = taken(a_phone(scene.who("xisheng")))
    assert refused.status_code == 400 and ours.number not in refused.content.decode()
    assert taken(Client()).status_code == 302


def test_names_and_numbers_never_leave_in_clear_and_not_at_all_where_confidence_was_asked_or_to_a_firm(scene, desk):
    order = an_order(scene, description=f"车窗砸了，请打{NUMBER}")
    scene.people["company"] = person("firm", Role.HANDLER, scene.company)
    spoke = Complainant.objects.get(grievance__case=order.case)
    name, phone = spoke.name, spoke.phone
    of_desk = sheet(taken(desk))[0]
    assert of_desk["诉求人（部分隐去）"] == f"{spoke.masked_name} {spoke.masked_phone}"
    for who in ("leader", "luxi", "company"):
        text = str(sheet(taken(a_phone(scene.who(who)))))
        assert NUMBER not in text and name not in text and phone not in text, who
    firm = str(sheet(taken(a_phone(scene.who("company")))))
    assert spoke.masked_name not in firm and spoke.masked_phone not in firm
    spoke.confidential = True
    spoke.save(update_fields=["confidential"])
    for who in ("leader", "luxi"):
        assert spoke.masked_phone not in str(sheet(taken(a_phone(scene.who(who))))), who


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1+1"])
def test_words_that_look_like_a_formula_stay_words(words):
    line = b"".join(sheet_stream.csv_lines(["甲"], [[words]])).decode("utf-8-sig").splitlines()[1]
    assert line.startswith("\"'")
    with zipfile.ZipFile(io.BytesIO(b"".join(sheet_stream.xlsx("表", ["甲"], [[words, 3]])))) as archive:
        assert archive.testzip() is None
        rows = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    cell, number = list(rows.iter(f"{MAIN}row"))[1]
    assert not list(rows.iter(f"{MAIN}f"))
    assert (cell.get("t"), cell.get("s"), number.get("t")) == ("inlineStr", "2", None)
    assert "".join(cell.itertext()) == words
    assert rows.find(f"{MAIN}sheetViews/{MAIN}sheetView/{MAIN}pane").get("state") == "frozen"


def test_what_no_cell_can_hold_does_not_spoil_the_file():
    content = b"".join(sheet_stream.xlsx("<表>", ["甲"], [["\x00\x0b\ud800坏字<&>" + "长" * 40_000]]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = "".join(ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml")).itertext())
    assert text.startswith("甲坏字<&>长") and len(text) < 32_100


def test_export_is_written_down_before_it_leaves_and_its_overseer_sees_it(scene, desk, settings):
    for _ in range(3):
        an_order(scene)
    unit = a_phone(scene.who("luxi"))
    settings.EXPORT_REASON_FROM = 2
    assert taken(unit).status_code == 400, "much without a reason"
    assert not DeskRecord.objects.exists()
    answer = taken(unit, f"q={NUMBER}&status=open", reason="报月度台账")
    assert answer.status_code == 400, "nothing found"
    answer = taken(unit, "status=open", kind="xlsx", reason=f"报月度台账 {NUMBER}")
    record = DeskRecord.objects.get()
    assert record.rows is None, "not all of it has left"
    sheet(answer)
    record.refresh_from_db()
    assert (record.rows, record.about, record.by.username) == (3, "状态：全部未了", "luxi")
    page = desk.get("/desk/records/").content.decode()
    assert "报月度台账 139****5678" in page and "状态：全部未了" in page and NUMBER not in page
    assert "报月度台账" not in a_phone(scene.who("xisheng")).get("/desk/records/").content.decode()


def test_condition_that_was_not_understood_exports_nothing_rather_than_everything(scene, desk, settings):
    case = a_case(scene)
    for query in ("from=2026-12-01&to=2026-01-01", "light=pink", "place=没有这个地方"):
        answer = taken(desk, query)
        assert answer.status_code == 400 and case.number not in answer.content.decode(), query
    settings.EXPORT_MOST = 0
    assert taken(desk).status_code == 400
    assert not DeskRecord.objects.exists()


def test_reading_in_small_parts_meets_every_row_once_in_order(scene, monkeypatch):
    cases = [an_order(scene).case for _ in range(5)]
    Case.objects.filter(pk__in=[case.pk for case in cases[:3]]).update(submitted_at=TUESDAY)
    user, rows = scene.who("leader"), Case.objects.all()
    stand(user, NOW)
    order = list(Case.objects.order_by("-submitted_at", "-pk").values_list("number", flat=True))
    monkeypatch.setattr(ledger, "AT_ONCE", 2)
    assert [line.case.number for line in ledger.lines(rows, user, NOW)] == order
    assert [line.case.number for line in ledger.lines(rows, user, NOW, most=3)] == order[:3]


def test_print_shows_what_the_list_shows_and_is_written_down(scene, desk):
    order = an_order(scene, description=f"路灯坏了，打{NUMBER}")
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    page = desk.get("/desk/cases/print/", {"status": "in_handling"}).content.decode()
    assert order.case.number in page and "状态：办理中" in page and NUMBER not in page
    assert DeskRecord.objects.get().rows == 1
    assert order.case.number not in a_phone(scene.who("xisheng")).get("/desk/cases/print/").content.decode()
