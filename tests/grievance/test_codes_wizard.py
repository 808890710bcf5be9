"""整片制码: a table of places is previewed line by line, confirmed, and made once; what is hostile is refused with a sentence."""

import html
import io
import os
import subprocess
import sys
import zipfile
from decimal import Decimal

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from grievance import estate, spreadsheet
from grievance.actions import codes, estates
from grievance.casework import Refused
from grievance.models import QRCode
from street.models import Grid, Place, Role
from tests.builders import a_community, a_person, a_place, a_street, an_organisation
from tests.clock import MONDAY_10AM, MONDAY_NOON
from tests.grievance.tables import HEADINGS, HOSTILE, LUXI, a_csv, a_table, repacked, with_cells

pytestmark = pytest.mark.django_db


@pytest.fixture
def luxi():
    return a_community(a_street())


@pytest.fixture
def desk(luxi):
    return a_person(Role.DISPATCHER, luxi.parent)


@pytest.fixture
def browser(client, desk):
    client.force_login(desk)
    return client


def shown(response):
    return html.unescape(response.content.decode())


def previewed(browser, table):
    return browser.post("/codes/wizard/", {"table": table})


def confirmed(browser, preview):
    return browser.post("/codes/wizard/confirm/", {"lines": preview.context["sealed"]})


def written():
    return Place.objects.count(), QRCode.objects.count()


def errors(table, by):
    plan = estates.preview(estate.lines_of(spreadsheet.read(table)), by=by, at=MONDAY_10AM)
    return {line.number: line.errors for line in plan.lines if line.errors}


ESTATE = [
    [LUXI, "幸福小区", "3号楼", "1单元"],
    [LUXI, "幸福小区", "3号楼", "2单元"],
    [LUXI, "幸福小区"],
    [LUXI, "骑马山路", "", "便民超市", "商户"],
]


def test_nothing_is_written_before_it_is_confirmed(browser):
    preview = previewed(browser, a_table(*ESTATE))
    assert preview.status_code == 200 and written() == (0, 0)
    assert "都没有问题" in shown(preview) and "第 3 行" in shown(preview)
    confirmed(browser, preview)
    # The four lines, and the building and the road that they lie in
    assert written() == (6, 4)


def test_place_lies_where_its_line_says(browser):
    confirmed(browser, previewed(browser, a_table(*ESTATE)))
    door = Place.objects.get(name="2单元")
    assert door.full_name == "幸福小区3号楼2单元" and door.community.name == LUXI and door.street == door.community.parent
    kinds = {place.name: place.kind for place in Place.objects.all()}
    assert kinds == {
        "幸福小区": "estate", "3号楼": "building", "1单元": "entrance", "2单元": "entrance", "骑马山路": "road",
        "便民超市": "shop",
    }  # fmt: skip
    assert {code.place.name for code in QRCode.objects.live()} == {"幸福小区", "1单元", "2单元", "便民超市"}


def test_what_is_not_asked_for_gets_no_code_and_the_preview_says_so(browser):
    page = shown(previewed(browser, a_table([LUXI, "幸福小区", "3号楼"])))
    assert "同时新建小区“幸福小区”（不制码）" in page


def test_uploading_twice_keeps_every_code(browser):
    confirmed(browser, previewed(browser, a_table(*ESTATE)))
    before = set(QRCode.objects.values_list("token", "place"))
    again = previewed(browser, a_csv(*([cell or "" for cell in row] for row in ESTATE)))
    assert "4 个点位已有码，保持不变" in shown(again)
    confirmed(browser, again)
    confirmed(browser, again)
    assert set(QRCode.objects.values_list("token", "place")) == before and written() == (6, 4)


@pytest.mark.parametrize("name", ["3 号楼", "３号楼", "3栋", " 3号楼　"])
def test_same_place_in_another_spelling_is_the_same_place(browser, luxi, name):
    yard = a_place(luxi.parent, luxi, name="幸福小区", kind="estate")
    code = codes.issue(a_place(luxi.parent, luxi, name="3号楼", kind="building", parent=yard, aliases=["3栋"]), at=MONDAY_10AM)
    confirmed(browser, previewed(browser, a_table([LUXI, "幸福小区", name])))
    assert QRCode.objects.get() == code and Place.objects.count() == 2


def test_alias_does_not_hide_the_place_that_bears_the_name(desk, luxi):
    yard = a_place(luxi.parent, luxi, name="幸福小区", kind="estate")
    named = a_place(luxi.parent, luxi, name="1号楼", kind="building", parent=yard)
    a_place(luxi.parent, luxi, name="甲楼", kind="building", parent=yard, aliases=["1号楼"])
    lines = [estate.Line(2, {"community": LUXI, "estate": "幸福小区", "building": "1号楼"})]
    assert estates.preview(lines, by=desk, at=MONDAY_10AM).lines[0].place == named


def test_same_name_in_another_estate_is_another_place(browser):
    confirmed(browser, previewed(browser, a_table([LUXI, "甲小区", "1号楼"], [LUXI, "乙小区", "1号楼"])))
    assert written() == (4, 2)


def test_place_whose_code_was_revoked_gets_a_new_one_and_the_old_one_stays_out_of_use(browser, luxi):
    old = codes.issue(a_place(luxi.parent, luxi, name="幸福小区", kind="estate"), at=MONDAY_10AM)
    codes.revoke(old, at=MONDAY_NOON)
    confirmed(browser, previewed(browser, a_table([LUXI, "幸福小区"])))
    assert QRCode.objects.live().get().place == old.place and browser.get(f"/q/{old.token}/").status_code == 410


def test_new_place_takes_grid_and_company_from_what_it_lies_in(browser, luxi):
    company = an_organisation("pm", "物业", "company", luxi.parent)
    grid = Grid.objects.create(code="g1", name="第一网格", community=luxi)
    a_place(luxi.parent, luxi, name="幸福小区", kind="estate", grid=grid, company=company)
    confirmed(browser, previewed(browser, a_table([LUXI, "幸福小区", "3号楼", "1单元"])))
    door = Place.objects.get(name="1单元")
    assert (door.grid, door.company) == (grid, company)


def test_table_fills_what_is_empty_and_overwrites_nothing(browser, luxi):
    grid, other = (Grid.objects.create(code=code, name=code, community=luxi) for code in ("g1", "g2"))
    bare = a_place(luxi.parent, luxi, name="甲小区", kind="estate")
    known = a_place(
        luxi.parent, luxi, name="乙小区", kind="estate", grid=grid, latitude=Decimal("43.7"), longitude=Decimal("87.5"),
        coordinate_system="cgcs2000",
    )  # fmt: skip
    measured = ["g2", "43.795620000000001", "87.55231", "WGS-84"]
    preview = previewed(browser, a_table([LUXI, "甲小区", "", "", "", *measured], [LUXI, "乙小区", "", "", "", *measured]))
    assert "系统里已有坐标" in shown(preview) and "系统里的网格是“g1”" in shown(preview)
    confirmed(browser, preview)
    bare.refresh_from_db()
    assert (bare.grid, bare.latitude, bare.coordinate_system) == (other, Decimal("43.795620"), "wgs84")
    known.refresh_from_db()
    assert (known.grid, known.latitude, known.coordinate_system) == (grid, Decimal("43.7"), "cgcs2000")


WRONG = {
    # what is wrong with a line: (the line, words of the sentence)
    "no community": (["", "幸福小区"], "没有写社区"),
    "a community that is not there": (["月球社区", "幸福小区"], "没有社区“月球社区”；有的是：骑马山路西社区"),
    "no estate": ([LUXI, "", "3号楼"], "没有写小区"),
    "no such kind": ([LUXI, "幸福小区", "", "", "宫殿"], "没有类型“宫殿”"),
    "a door for an estate": ([LUXI, "幸福小区", "", "", "单元"], "单元不能只写到“小区”这一列"),
    "an estate for a door": ([LUXI, "幸福小区", "", "1单元", "小区"], "小区不能只写到“单元/门牌”这一列"),
    "no such grid": ([LUXI, "幸福小区", "", "", "", "第九网格"], "没有网格“第九网格”"),
    "latitude alone": ([LUXI, "幸福小区", "", "", "", "", "43.8"], "坐标要写全"),
    "no system": ([LUXI, "幸福小区", "", "", "", "", "43.8", "87.6"], "坐标要写全"),
    "a system nobody knows": ([LUXI, "幸福小区", "", "", "", "", "43.8", "87.6", "北京54"], "不认识坐标系"),
    "coordinates the wrong way round": ([LUXI, "幸福小区", "", "", "", "", "87.6", "43.8", "WGS84"], "经纬度可能写反了"),
    "words for a number": ([LUXI, "幸福小区", "", "", "", "", "北", "87.6", "WGS84"], "纬度“北”不是数字"),
    "no number at all": ([LUXI, "幸福小区", "", "", "", "", "NaN", "87.6", "WGS84"], "纬度“NaN”不是数字"),
    "a formula in disguise": ([LUXI, '=cmd|"/c calc"!A1'], "不能以 = 开头"),
    "letters nobody sees": ([LUXI, "幸福\u202e小区"], "看不见的字符"),
    "a number for a building": ([LUXI, "幸福小区", "3"], "只写了 3，请写全，如“3号楼”"),
    "a number for a door": ([LUXI, "幸福小区", "3号楼", "２"], "只写了 2，请写全，如“2单元”"),
    "a name too long for a wall": ([LUXI, "长" * 81], "名称超过 80 个字"),
}


@pytest.mark.parametrize("what", WRONG)
def test_line_that_is_wrong_is_named_with_its_number_and_nothing_can_be_confirmed(browser, what):
    line, words = WRONG[what]
    preview = previewed(browser, a_table([LUXI, "好小区"], line))
    page = shown(preview)
    assert words in page and "有 1 行要改" in page and preview.context["plan"].lines[1].number == 3
    assert not preview.context["sealed"] and written() == (0, 0)


def test_every_wrong_line_is_named_at_once(desk):
    table = a_table([LUXI, "好小区"], ["", "甲小区"], [], [LUXI, "", "1号楼"], headings=HEADINGS, above=[["路西社区点位表"]])
    assert {number: len(found) for number, found in errors(table, desk).items()} == {4: 1, 6: 1}


def test_place_twice_in_one_table_is_an_error_that_names_the_other_line(desk):
    assert errors(a_table([LUXI, "幸福小区"], [LUXI, "幸福 小区"]), desk) == {3: ["与第 2 行是同一个点位，请删去一行"]}


def test_place_that_is_something_else_already_is_not_made_over(desk, luxi):
    a_place(luxi.parent, luxi, name="幸福", kind="site")
    assert errors(a_table([LUXI, "幸福", "", "", "小区"]), desk) == {2: ["系统里“幸福”的类型是工地，表里写的是小区，请核对"]}


def test_place_is_named_even_where_the_estate_stands_below_its_buildings(browser):
    confirmed(browser, previewed(browser, a_table([LUXI, "站前", "1号楼"], [LUXI, "站前", "", "", "工地"])))
    assert Place.objects.get(name="站前").kind == "site"


def test_community_of_another_street_is_not_there(desk):
    other = a_street("other", "别处街道")
    a_community(other, "other-1", "别处社区")
    assert "没有社区“别处社区”" in errors(a_table(["别处社区", "幸福小区"]), desk)[2][0]


def test_community_that_was_dissolved_gets_no_more_codes(desk, luxi):
    a_community(luxi.parent, "gone", "旧社区")
    luxi.parent.children.filter(code="gone").update(active=False)
    assert "没有社区“旧社区”" in errors(a_table(["旧社区", "幸福小区"]), desk)[2][0]


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_file_is_refused_with_a_sentence_and_nothing_is_written(browser, what):
    name, content, code = HOSTILE[what]
    with pytest.raises(Refused) as refused:
        estate.lines_of(spreadsheet.read(SimpleUploadedFile(name, content)))
    assert refused.value.code == code and refused.value.message.endswith("。")
    response = previewed(browser, SimpleUploadedFile(name, content))
    assert response.status_code == 400 and refused.value.message in shown(response) and written() == (0, 0)


def test_a_hundred_megabytes_are_not_even_read():
    class Endless(io.BytesIO):
        size = 100 * 1024 * 1024

        def read(self, *_):
            raise AssertionError("read")

    with pytest.raises(Refused) as refused:
        spreadsheet.read(Endless())
    assert refused.value.code == "file_too_large"


def test_bomb_takes_no_more_memory_than_a_part_may_have():
    name, content, _ = HOSTILE["a zip that unpacks to 200 MB"]
    script = (
        "import resource, sys; from django.core.files.uploadedfile import SimpleUploadedFile as File\n"
        "import django; django.setup(); from grievance import spreadsheet\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: spreadsheet.read(File('x.xlsx', sys.stdin.buffer.read()))\n"
        "except Exception as refused: print(refused.code)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, "-c", script], input=content, capture_output=True, env=settings, check=True)
    code, megabytes = done.stdout.decode().split()
    assert code == "not_safe" and int(megabytes) < 32


def test_upload_without_a_file_is_told_so(browser):
    response = browser.post("/codes/wizard/")
    assert response.status_code == 400 and "没有选文件" in shown(response)


def test_what_is_confirmed_is_what_was_shown(browser, desk, client):
    preview = previewed(browser, a_table([LUXI, "幸福小区"]))
    forged = preview.context["sealed"][:-2] + "xx"
    assert browser.post("/codes/wizard/confirm/", {"lines": forged}).status_code == 409
    assert browser.post("/codes/wizard/confirm/", {}).status_code == 409
    client.force_login(a_person(Role.SHIFT_LEADER, desk.postings.get().organisation))
    assert "预览已经过期" in shown(confirmed(client, preview)) and written() == (0, 0)


def test_preview_can_be_confirmed_for_an_hour(browser, monkeypatch):
    preview = previewed(browser, a_table([LUXI, "幸福小区"]))
    monkeypatch.setattr(signing.time, "time", lambda real=signing.time.time: real() + 3601)
    assert confirmed(browser, preview).status_code == 409 and written() == (0, 0)


def test_what_changed_since_the_preview_is_told_and_nothing_is_written(browser, luxi):
    preview = previewed(browser, a_table([LUXI, "甲小区"], [LUXI, "乙小区", "", "", "小区"]))
    a_place(luxi.parent, luxi, name="乙小区", kind="road")
    response = confirmed(browser, preview)
    assert response.status_code == 409 and "第 3 行" in shown(response) and written() == (1, 0)


def test_codes_are_made_all_or_none(desk, monkeypatch):
    lines = [estate.Line(2, {"community": LUXI, "estate": "幸福小区", "building": "1号楼"})]
    monkeypatch.setattr(QRCode.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        estates.make(lines, by=desk, at=MONDAY_10AM)
    assert written() == (0, 0)


def test_twenty_buildings_cost_no_statement_more_than_two(desk, django_assert_num_queries):
    for count in (2, 20):
        lines = [
            estate.Line(n, {"community": LUXI, "estate": f"小区{count}", "building": f"{n}号楼", "door": "1单元"})
            for n in range(2, 2 + count)
        ]
        # Postings; streets locked; postings; communities, places, codes, grids; estate, buildings, doors; codes; a savepoint
        with django_assert_num_queries(11 + 2):
            made = estates.make(lines, by=desk, at=MONDAY_10AM)
        assert (made.places, made.codes, made.kept) == (2 * count + 1, count, 0)


def test_preview_asks_as_often_for_one_line_as_for_fifty(browser, django_assert_num_queries):
    for count in (1, 50):
        table = a_table(*([LUXI, "幸福小区", f"{n}号楼"] for n in range(count)))
        # Session, person, postings twice; communities, places, codes, grids; the street; the session is prolonged
        with django_assert_num_queries(9):
            previewed(browser, table)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.DISPATCHER, 200), (Role.SHIFT_LEADER, 200), (Role.SYSTEM_ADMIN, 200), (Role.CALLER, 403),
        (Role.STREET_SECRETARY, 403),
    ],
)  # fmt: skip
def test_wizard_is_for_the_desk_and_the_administrator(client, luxi, role, status):
    client.force_login(a_person(role, luxi.parent))
    assert client.get("/codes/wizard/").status_code == status
    assert client.get("/codes/wizard/template/").status_code == status
    assert previewed(client, a_table([LUXI, "幸福小区"])).status_code == status


def test_stranger_signs_in_first(client):
    for address in ("/codes/wizard/", "/codes/wizard/confirm/", "/codes/wizard/template/"):
        assert client.post(address).headers["Location"].startswith("/admin/login/")


def test_template_can_be_filled_in_and_uploaded(browser):
    response = browser.get("/codes/wizard/template/")
    assert "filename*=utf-8''%E8%AF%B4" in response.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
    sheet = spreadsheet.read(SimpleUploadedFile("样表.xlsx", response.content))
    assert sheet.rows == [(1, HEADINGS)]


def test_words_of_a_table_are_shown_as_words(browser):
    page = previewed(browser, a_table([LUXI, "<script>alert(1)</script>"])).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_table_as_offices_write_it_is_understood(desk):
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>骑马山路西社区</t></si>'
        "<si><r><t>幸福</t></r><r><t>小区</t></r><rPh><t>xingfu</t></rPh></si></sst>"
    )
    row = '<row r="5"><c r="A5" t="s"><v>0</v></c><c r="B5" t="s"><v>1</v></c><c r="C5" t="str"><v>3号楼</v></c></row>'
    with zipfile.ZipFile(io.BytesIO(with_cells(row))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    content = repacked({"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": shared.encode()})
    lines = estate.lines_of(spreadsheet.read(SimpleUploadedFile("a.xlsx", content)))
    assert [(line.number, line.called) for line in lines] == [(5, "幸福小区3号楼")]
