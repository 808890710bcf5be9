"""表格导入: a table of a register is read whole, shown before it is written, and written whole or not at all."""

import io
import re
from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dispatch.models import Deadline
from grievance import spreadsheet
from grievance.workbook import workbook
from street.loading import columns
from street.loading.books import BOOKS
from street.models import Calendar, HandOver, Organisation, Place, Posting, Role, User
from tests.clock import travel
from tests.desk.phone import a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, organisation, person

pytestmark = pytest.mark.django_db
NOW = TUESDAY + timedelta(hours=1)
POSTS = ["用户名", "单位", "角色", "职务", "起", "止"]


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def keeper(scene):
    return a_phone(person("keeper", Role.SYSTEM_ADMIN, scene.street))


def upload(browser, kind, *rows, **more):
    file = SimpleUploadedFile("表.xlsx", workbook({"表": rows}))
    return browser.post(f"/desk/registers/import/{kind}/", {"step": "look", "table": file, **more})


def sealed(response):
    return re.search(r'name="lines" value="([^"]+)"', text_of(response))[1]


def confirm(browser, kind, looked, step="do", **more):
    return browser.post(f"/desk/registers/import/{kind}/", {"step": step, "lines": sealed(looked), **more})


def test_units_are_previewed_written_whole_and_the_same_table_again_changes_nothing(scene, keeper):
    rows = [
        ["代码", "名称", "类型", "上级", "办公电话", "监督（主管）单位"],
        ["luxi", "路西社区", "", "", "0991-1", "sifasuo"],
        ["new", "兴荣巷社区", "社区", "骑马山街道", "", ""],
    ]
    looked = upload(keeper, "units", *rows)
    page = text_of(looked)
    assert "办公电话：<del>（空）</del> → 0991-1" in page and "新建" in page and "监督（主管）单位" in page
    assert not Organisation.objects.filter(code="new").exists(), "looking writes nothing"
    assert "已写入" in text_of(confirm(keeper, "units", looked))
    scene.luxi.refresh_from_db()
    assert (scene.luxi.name, scene.luxi.phone, scene.luxi.supervisor) == ("路西社区", "0991-1", scene.sifasuo)
    assert Organisation.objects.get(code="new").path == f"{scene.street.path}new/"
    said = [row.change_message for row in LogEntry.objects.order_by("pk")]
    assert len(said) == 2 and "第 2 行" in said[0] and "0991-1" not in said[0]
    assert "没有要改的" in text_of(upload(keeper, "units", *rows))


def test_every_wrong_line_is_told_with_its_column_and_given_back_and_nothing_is_written(scene, keeper):
    other = organisation("c2", "community", organisation("street2", "street", scene.street.parent, name="别的街道"))
    looked = upload(
        keeper, "units", ["代码", "名称", "类型", "上级", "人口", "在用"],
        ["good", "好社区", "社区", "street", "", ""],
        ["bad", "坏社区", "村子", "street", "十", ""],
        ["far", "远社区", "社区", "street2", "", ""],
        ["c2", "抢来的", "社区", "", "", ""],
        ["good", "又一个", "社区", "street", "", ""],
        ["luxi", "", "", "", "", "否"],
        ["under", "下级", "科室/部门", "bad", "", ""],
    )  # fmt: skip
    page = text_of(looked)
    for said in (
        "没有“村子”这一种",
        "“十”不是整数",
        "没有单位“street2”",
        "已被别处使用",
        "与第 2 行重复",
        "还有人在任",
        "有 6 行要改",
    ):
        assert said in page, said
    assert "确认写入" not in page and "别的街道" not in page
    back = confirm(keeper, "units", looked, step="errors")
    rows = spreadsheet.read(SimpleUploadedFile("x.xlsx", back.content)).rows
    assert rows[0][1][-1] == "错误" and len(rows) == 7 and "人口：“十”不是整数" in rows[1][1][-1]
    assert confirm(keeper, "units", looked).status_code == 409
    other.refresh_from_db()
    assert other.name == "c2" and not Organisation.objects.filter(code="good").exists()


def test_people_get_a_first_password_shown_once_that_must_be_changed(scene, keeper, settings):
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    looked = upload(keeper, "people", ["用户名", "姓名"], ["ayguli", "阿依古丽·买买提"], ["luxi", "老路"])
    written = confirm(keeper, "people", looked)
    page = text_of(written)
    (password,) = re.findall(r'r-secret">(\w+)<', page)
    assert "no-store" in written["Cache-Control"] and page.count("用户名 <b") == 1
    assert not any(password in str(vars(row)) for row in [*User.objects.all(), *LogEntry.objects.all()])
    upload(keeper, "postings", POSTS, ["阿依古丽·买买提", "luxi", "承办人", "", "2023-03-01", ""])
    browser = Client()
    browser.post("/admin/login/", {"username": "ayguli", "password": password})
    assert browser.get("/desk/cases/")["Location"] == "/admin/password_change/"
    own = {"old_password": password, "new_password1": "a long own word 7", "new_password2": "a long own word 7"}
    browser.post("/admin/password_change/", own)
    assert browser.get("/desk/cases/").status_code == 403 and not User.objects.get(username="ayguli").must_change


def test_no_table_ends_a_post_mixes_powers_or_reaches_a_neighbour(scene, keeper):
    other = organisation("street2", "street", scene.street.parent)
    person("theirs", Role.HANDLER, organisation("c2", "community", other))
    handed = person("handed", Role.HANDLER, scene.luxi).postings.get()
    HandOver.objects.create(posting=handed, by=scene.who("leader"), at=NOW)
    page = text_of(
        upload(
            keeper, "postings", POSTS,
            ["luxi", "luxi", "承办人", "", "2022-01-01", "2023-03-14"],
            ["xisheng", "street", "审计员", "", "2023-03-01", ""],
            ["theirs", "luxi", "承办人", "", "2023-03-01", ""],
            ["sifasuo", "c2", "承办人", "", "2023-03-01", ""],
            ["sifasuo", "luxi", "社区书记", "", "2023-02-30", ""],
            ["handed", "luxi", "承办人", "副主任", "2022-01-01", ""],
            ["supervisor", "luxi", "督办员", "", "44986", ""],
        )
    )  # fmt: skip
    for said in (
        "办“交接”",
        "三权分立",
        "没有人员“theirs”",
        "没有单位“c2”",
        "不是日期",
        "已经交接",
        "督办员应任职于街道",
        "有 7 行要改",
    ):
        assert said in page, said
    assert Posting.objects.filter(starts_on__gte=date(2023, 1, 1)).count() == 0


def test_postings_and_places_come_from_a_table(scene, keeper):
    looked = upload(
        keeper,
        "postings",
        POSTS,
        ["xisheng", "luxi", "承办人", "副主任", "2023/3/1", ""],
        ["luxi", "luxi", "承办人", "主任", "2022-01-01", ""],
    )
    confirm(keeper, "postings", looked)
    assert Posting.objects.get(user__username="xisheng", organisation=scene.luxi).starts_on == date(2023, 3, 1)
    assert Posting.objects.get(user__username="luxi").title == "主任"
    heads = ["社区", "代码", "类型", "名称", "所在", "纬度", "经度", "坐标系"]
    looked = upload(
        keeper,
        "places",
        heads,
        ["luxi", "e1", "", "", "", "43.79", "87.55", "CGCS2000"],
        ["luxi", "b9", "楼栋", "9号楼", "e1", "", "", ""],
    )
    assert "纬度：<del>（空）</del> → 43.790000" in text_of(looked)
    confirm(keeper, "places", looked)
    assert str(Place.objects.get(code="e1").latitude) == "43.790000" and Place.objects.get(code="b9").parent.code == "e1"
    assert Place.objects.get(code="e1").name == "小区", "an empty cell leaves what is known"


def test_a_calendar_says_what_it_would_move_and_moves_nothing(scene, keeper):
    an_order(scene)
    due = set(Deadline.objects.values_list("due_at", flat=True))
    version = Calendar.objects.get(code="xinjiang").version
    heads = ["日期", "安排", "节日"]
    looked = upload(keeper, "calendar", heads, ["2023-03-16", "放假", "地方假"], calendar="xinjiang")
    page = text_of(looked)
    assert re.search(r"\d 张在办工单的 \d+ 个时限会变动", page)
    assert Calendar.objects.get(code="xinjiang").version == version
    confirm(keeper, "calendar", looked, calendar="xinjiang")
    calendar = Calendar.objects.get(code="xinjiang")
    assert calendar.version != version and calendar.days.get(date=date(2023, 3, 16)).name == "地方假"
    assert set(Deadline.objects.values_list("due_at", flat=True)) == due
    again = upload(keeper, "calendar", heads, ["2023-03-16", "照常", ""], ["2023-03-15", "调休上班", "补班"], calendar="xinjiang")
    assert "星期三，本来就上班" in text_of(again)


def test_a_preview_is_ones_own_and_stale_once_the_data_changed(scene, keeper):
    looked = upload(keeper, "units", ["代码", "名称", "类型"], ["luxi", "路西社区", "社区"])
    assert confirm(a_phone(person("second", Role.SYSTEM_ADMIN, scene.street)), "units", looked).status_code == 400
    Organisation.objects.filter(code="luxi").update(name="别人刚改的")
    stale = confirm(keeper, "units", looked)
    assert stale.status_code == 409 and "资料变了" in text_of(stale)
    assert Organisation.objects.get(code="luxi").name == "别人刚改的"
    assert a_phone(scene.who("leader")).get("/desk/registers/import/units/").status_code == 403
    assert keeper.get("/desk/registers/import/passwords/").status_code == 404


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (columns.number, "十"),
        (columns.number, "99999999999"),
        (columns.degrees, "NaN"),
        (columns.degrees, "Infinity"),
        (columns.degrees, "1e999999"),
        (columns.day, "2023-02-30"),
        (columns.day, "99999999"),
        (columns.truth, "也许"),
    ],
)
def test_what_no_column_can_hold_is_told_and_never_an_error_of_the_database(read, text):
    with pytest.raises(columns.Unreadable, match=text[:3]):
        read(text)


@pytest.mark.parametrize("kind", BOOKS)
def test_sample_has_the_headings_that_are_read(keeper, kind):
    content = keeper.get(f"/desk/registers/import/{kind}/sample.xlsx").content
    rows = spreadsheet.read(SimpleUploadedFile("x.xlsx", io.BytesIO(content).read())).rows
    assert [column.label for column in BOOKS[kind].columns] == rows[0][1]
