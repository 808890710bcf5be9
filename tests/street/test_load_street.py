"""载入街道: the sample street loads, twice changes nothing, and a file with a mistake is told where it is."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from grievance.models import QRCode
from street.datafile import DataFileError
from street.loading import load
from street.models import Calendar, Grid, Organisation, Place, Posting, Role, User
from street.scope import stand
from tests.clock import MONDAY_10AM, instant, travel

pytestmark = pytest.mark.django_db
SAMPLE = Path(settings.BASE_DIR) / "street" / "data" / "qimashan.toml"
SMALL = """\
[[organisation]]
code = "city"
name = "某市"
kind = "city"

[[organisation]]
code = "qu"
name = "某区"
kind = "district"
parent = "city"

[[organisation]]
code = "jie"
name = "某街道"
kind = "street"
parent = "qu"
supervisor = "qu"
calendar = "xinjiang"

[[organisation]]
code = "wuye"
name = "某物业公司"
kind = "company"
parent = "jie"
relation = "outside"

[[organisation]]
code = "shequ"
name = "某社区"
kind = "community"
parent = "jie"
population = 900
grids = [
  { code = "g1", name = "第一网格" },
  { code = "g1-1", name = "一号楼微网格", parent = "g1" },
]
places = [
  { code = "yuan", kind = "estate", name = "某小区", grid = "g1", company = "wuye", qr = true },
  { code = "yuan-3", kind = "building", name = "3号楼", aliases = ["三号楼", "3栋"], parent = "yuan", grid = "g1" },
]

[[person]]
username = "wangge"
name = "吐尔逊江·艾合买提"
postings = [{ organisation = "shequ", role = "grid_worker", from = 2022-12-01, grid = "g1" }]

[[person]]
username = "banli"
name = "李春梅"
postings = [
  { organisation = "shequ", role = "handler", title = "承办人", from = 2022-12-01, to = 2023-06-30 },
  { organisation = "shequ", role = "handler", title = "代承办人", from = 2023-08-01, acting_for = "other" },
]

[[person]]
username = "other"
name = "王小军"
postings = [{ organisation = "shequ", role = "handler", from = 2022-12-01 }]
"""


def written(folder, text):
    """A street file with that text."""
    path = folder / "street.toml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(old, new, text=SMALL):
    """The small file with one thing changed; the line on which it stands."""
    assert text.count(old) == 1, old
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


def rows():
    """Every row that loading writes, as it stands."""
    models = (Organisation, Grid, Place, User, Posting, QRCode, Calendar)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def test_sample_street_loads_and_loading_it_again_changes_nothing():
    call_command("load_street", str(SAMPLE), stdout=StringIO())
    before, said = rows(), StringIO()
    call_command("load_street", str(SAMPLE), stdout=said)
    assert rows() == before
    assert all("新建 0" in line for line in said.getvalue().splitlines())
    assert load(SAMPLE).tally.quiet


def test_sample_street_has_what_the_stories_need():
    call_command("load_street", str(SAMPLE), stdout=StringIO())
    street = Organisation.objects.streets().get()
    communities = street.children.filter(kind="community")
    assert communities.count() == 6
    assert sum(community.population for community in communities) == street.population
    for community in communities:
        assert 5 <= community.grids.filter(parent=None).count() <= 8
        assert 4 <= community.places.filter(kind="estate").count() <= 6
        assert QRCode.objects.live().filter(place__community=community).count() >= 4
    assert Place.objects.get(code="luxi-jiayuan-3").full_name == "路西佳苑3号楼"
    assert not Organisation.objects.get(code="pm-anjia").may_lead
    assert Organisation.objects.get(code="heat").may_lead


def test_every_role_is_held_by_somebody_who_stands_where_it_counts():
    call_command("load_street", str(SAMPLE), stdout=StringIO())
    held = set(Posting.objects.current(date(2023, 3, 13)).values_list("role", flat=True))
    assert held == set(Role.values)
    secretary = User.objects.get(username="shuji")
    assert stand(secretary, MONDAY_10AM).streets == {Organisation.objects.get(code="qms").pk}


def test_nobody_can_sign_in_before_a_password_is_given(tmp_path):
    load(written(tmp_path, SMALL))
    assert not User.objects.get(username="banli").has_usable_password()


def test_a_deputy_acts_for_the_posting_of_another(tmp_path):
    load(written(tmp_path, SMALL))
    acting = Posting.objects.get(acting_for__isnull=False)
    assert (acting.user.username, acting.acting_for.user.username) == ("banli", "other")


def test_a_name_with_a_middle_dot_is_kept_as_written(tmp_path):
    load(written(tmp_path, SMALL))
    assert User.objects.get(username="wangge").name == "吐尔逊江·艾合买提"


def test_one_changed_row_changes_one_row(tmp_path):
    load(written(tmp_path, SMALL))
    before = User.objects.get(username="banli").password
    tally = load(written(tmp_path, changed("李春梅", "李冬梅")[0])).tally
    assert {noun: counts["变更"] for noun, counts in tally.items()} == {"组织": 0, "网格": 0, "点位": 0, "人员": 1, "任职": 0}
    assert (User.objects.get(username="banli").name, User.objects.get(username="banli").password) == ("李冬梅", before)


def test_what_the_file_no_longer_names_stays(tmp_path):
    load(written(tmp_path, SMALL))
    load(written(tmp_path, SMALL[: SMALL.index("[[person]]")]))
    assert User.objects.filter(username="banli").exists()


def test_a_second_street_may_lean_on_what_is_loaded(tmp_path):
    load(written(tmp_path, SMALL))
    other = '[[organisation]]\ncode = "jie2"\nname = "另一街道"\nkind = "street"\nparent = "qu"\n'
    load(written(tmp_path, other))
    assert Organisation.objects.get(code="jie2").path == "city/qu/jie2/"


def test_the_calendar_named_is_loaded_with_the_one_below_it(tmp_path):
    load(written(tmp_path, SMALL))
    assert Organisation.objects.get(code="jie").calendar.base.code == "national"


def test_a_code_taken_off_a_wall_is_not_made_anew_by_loading(tmp_path):
    path = written(tmp_path, SMALL)
    call_command("load_street", str(path), stdout=StringIO())
    QRCode.objects.update(revoked_at=instant("2023-03-13 12:00"))
    with travel(instant("2023-03-14 10:00")):
        call_command("load_street", str(path), stdout=StringIO())
    assert not QRCode.objects.live().exists()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('kind = "company"', 'kind = "firm"', "没有“firm”这一种"),
        ('relation = "outside"', 'relation = "friend"', "没有“friend”这一种"),
        ('code = "wuye"', 'code = "jie"', "重复"),
        ('code = "wuye"', 'code = "物业"', "只能用英文字母"),
        ('name = "某物业公司"', 'nome = "某物业公司"', "不认识的项目“nome”"),
        ('name = "某物业公司"', 'name = " "', "不能为空"),
        ('population = 900', 'population = "九百"', "应写整数"),
        ('population = 900', 'population = 0', "不能小于 1"),
        ('parent = "city"', 'parent = "town"', "“town”不存在"),
        ('parent = "qu"', 'parent = "shequ"', "写在后面"),
        ('supervisor = "qu"', 'supervisor = "jie"', "不能是自己"),
        ('calendar = "xinjiang"', 'calendar = "moon"', "没有代码为“moon”的工作日历"),
        ('name = "一号楼微网格", parent = "g1"', 'name = "一号楼微网格", parent = "g1-1"', "“g1-1”不存在"),
        ('grid = "g1", company = "wuye", qr', 'grid = "g1", company = "qu", qr', "只能写物业"),
        ('parent = "yuan", grid', 'parent = "nowhere", grid', "“nowhere”不存在"),
        ('aliases = ["三号楼", "3栋"]', 'aliases = ["三号楼", "三号楼"]', "写了两次"),
        ('company = "wuye", qr = true', 'company = "wuye", latitude = 43.8', "坐标要写全"),
        (
            'company = "wuye", qr = true',
            'company = "wuye", latitude = 143.8, longitude = 43.8, coordinate_system = "wgs84"',
            "超出范围",
        ),
        ('role = "grid_worker"', 'role = "mayor"', "没有“mayor”这一种"),
        ('organisation = "shequ", role = "grid_worker"', 'organisation = "jie", role = "grid_worker"', "应任职于社区"),
        ('from = 2022-12-01, grid', 'from = "去年", grid', "应写日期"),
        ('to = 2023-06-30', 'to = 2021-06-30', "早于起始"),
        ('acting_for = "other"', 'acting_for = "wangge"', "不能由人代行"),
        ('acting_for = "other"', 'acting_for = "nobody"', "“nobody”不存在"),
        ('username = "banli"', 'username = "wangge"', "重复"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_reason_and_changes_nothing(tmp_path, old, new, reason):
    text, line = changed(old, new)
    path = written(tmp_path, text)
    with pytest.raises(DataFileError) as refused:
        load(path)
    assert reason in refused.value.reason
    assert (refused.value.path, refused.value.line) == (str(path), line)
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[[organisation]]\ncode = \n", 2, "不是合法的 TOML"),
        ("[[person]]\nusername = \"a\"\nname = \"甲\"\n", 1, "至少写一项任职"),
        ("\n[[shop]]\nname = \"甲\"\n", 2, "不认识的表“shop”"),
        ("[organisation]\ncode = \"a\"\n", 1, "须写成 [[organisation]]"),
    ],
)  # fmt: skip
def test_a_file_of_another_shape_is_told_so(tmp_path, text, line, reason):
    with pytest.raises(DataFileError) as refused:
        load(written(tmp_path, text))
    assert (refused.value.line, reason in refused.value.reason) == (line, True), str(refused.value)


def test_three_kinds_of_administrators_are_three_persons(tmp_path):
    postings = '{ organisation = "jie", role = "system_admin", from = 2022-12-01 }'
    both = f"{postings}, {postings.replace('system_admin', 'auditor')}"
    text = f'{SMALL}\n[[person]]\nusername = "admin"\nname = "管理员"\npostings = [{both}]\n'
    with pytest.raises(DataFileError, match="三权分立"):
        load(written(tmp_path, text))


def test_two_places_of_one_name_at_one_spot_are_refused(tmp_path):
    text, _ = changed('aliases = ["三号楼", "3栋"], ', "")
    twin = '  { code = "yuan-03", kind = "building", name = "3号楼", parent = "yuan" },\n]\n\n[[person]]\nusername = "wangge"'
    text = text.replace(']\n\n[[person]]\nusername = "wangge"', twin)
    with pytest.raises(DataFileError, match="重复"):
        load(written(tmp_path, text))


def test_the_command_answers_a_mistake_in_one_line(tmp_path):
    path = written(tmp_path, changed('kind = "company"', 'kind = "firm"')[0])
    with pytest.raises(CommandError, match=rf"{path} 第 23 行：“kind”没有“firm”这一种"):
        call_command("load_street", str(path))


def test_a_file_that_is_not_there_is_told_so(tmp_path):
    with pytest.raises(CommandError, match="读不了这个文件"):
        call_command("load_street", str(tmp_path / "missing.toml"))
