"""说事码 on walls: printed in four sizes, replaced when lost or defaced, and checked by whoever walks past."""

import html
import io

import pytest
from django.core.management import CommandError, call_command

from grievance.actions import codes
from grievance.casework import Refused
from grievance.models import QRCode, SheetText
from grievance.views import code_sheets
from street.models import Role
from tests.builders import a_code, a_community, a_person, a_place, a_street
from tests.clock import MONDAY_10AM, MONDAY_NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def street():
    return a_street()


@pytest.fixture
def luxi(street):
    return a_community(street)


@pytest.fixture
def browser(client, street):
    client.force_login(a_person(Role.DISPATCHER, street))
    return client


def shown(response):
    return html.unescape(response.content.decode())


def printed(browser, query=""):
    return [row["place"].name for row in browser.get(f"/codes/{query}").context["codes"]]


def an_estate(street, community, name):
    """An estate with a building with a door, and a shop, each with its code."""
    yard = a_place(street, community, name=name, kind="estate", code=f"{name}-0")
    building = a_place(street, community, name=f"{name}楼", kind="building", parent=yard, code=f"{name}-1")
    door = a_place(street, community, name=f"{name}门", kind="entrance", parent=building, code=f"{name}-2")
    shop = a_place(street, community, name=f"{name}店", kind="shop", code=f"{name}-3")
    for place in (yard, building, door, shop):
        a_code(place)


@pytest.mark.parametrize(("layout", "papers"), [("poster", 7), ("a5", 7), ("sheet", 2), ("sticker", 2), ("nonsense", 7)])
def test_sheet_of_each_size_holds_its_number_of_codes(browser, street, luxi, layout, papers):
    for number in range(7):
        a_code(a_place(street, luxi, name=f"{number}号楼"))
    response = browser.get(f"/codes/?layout={layout}")
    assert response.content.decode().count('class="paper"') == papers == len(response.context["papers"])
    assert response.content.decode().count('class="code"') == 7


def test_sheet_has_place_phone_helper_and_emergency_numbers(browser, luxi):
    a_code(a_place(name="3号楼", parent=a_place(name="幸福小区")))
    page = shown(browser.get("/codes/?layout=sticker"))
    for words in ("幸福小区3号楼", "0991-5551234", SheetText.USUAL, "遇险先打 119、120、110"):
        assert words in page


def test_sheets_are_printed_again_by_community_estate_or_kind(browser, street, luxi):
    other = a_community(street, "xiyuan", "西源社区")
    an_estate(street, luxi, "a")
    an_estate(street, other, "b")
    assert printed(browser) == ["a", "a楼", "a门", "a店", "b", "b楼", "b门", "b店"]
    assert printed(browser, "?community=xiyuan") == ["b", "b楼", "b门", "b店"]
    assert printed(browser, "?estate=a-0") == ["a", "a楼", "a门"]
    assert printed(browser, "?kind=shop") == ["a店", "b店"]
    assert printed(browser, "?estate=a-0&kind=entrance") == ["a门"]
    assert printed(browser, "?estate=b-0&community=qms-luxi") == []


def test_long_lists_are_printed_in_parts(browser, street, luxi, monkeypatch):
    monkeypatch.setattr(code_sheets, "PER_PRINT", 2)
    for number in range(3):
        a_code(a_place(street, luxi, name=f"{number}号楼"))
    assert printed(browser) == ["0号楼", "1号楼"] and printed(browser, "?part=2") == ["2号楼"]
    assert "分 2 份打印" in shown(browser.get("/codes/"))


def test_sheet_of_each_street_has_its_own_words_and_phone(client, street, luxi):
    other = a_street("other", "别处街道", phone="0991-9999999")
    person = a_person(Role.DISPATCHER, street)
    person.postings.create(organisation=other, role=Role.DISPATCHER, starts_on="2020-01-01")
    a_code(a_place(street, luxi, name="甲"))
    a_code(a_place(other, a_community(other, "other-1", "别处社区"), name="乙"))
    SheetText.objects.create(street=other, helper="扫码就能说")
    client.force_login(person)
    rows = {row["place"].name: (row["phone"], row["text"].helper) for row in client.get("/codes/").context["codes"]}
    assert rows == {"甲": ("0991-5551234", SheetText.USUAL), "乙": ("0991-9999999", "扫码就能说")}


UYGHUR = "سىكاننېرلاڭ، دەڭ"


def test_line_in_another_language_is_printed_once_it_is_approved(client, street, luxi):
    a_code(a_place(street, luxi))
    client.force_login(a_person(Role.DISPATCHER, street))
    client.post("/codes/wording/qms/", {"helper": "扫码说事", "other": UYGHUR, "other_approved": "on"})
    page = shown(client.get("/codes/"))
    assert "扫码说事" in page and UYGHUR not in page
    client.force_login(a_person(Role.SYSTEM_ADMIN, street))
    client.post("/codes/wording/qms/", {"helper": "扫码说事", "other": UYGHUR, "other_approved": "on"})
    assert f'dir="auto">{UYGHUR}' in shown(client.get("/codes/"))


def test_line_that_was_changed_must_be_approved_again(street):
    words = {"helper": "", "other": UYGHUR, "other_approved": True, "at": MONDAY_10AM}
    desk = a_person(Role.DISPATCHER, street)
    assert codes.word(street, **words, by=a_person(Role.SYSTEM_ADMIN, street)).other_printed == UYGHUR
    assert codes.word(street, **words, by=desk).other_printed == UYGHUR
    assert codes.word(street, **{**words, "other": UYGHUR + "!"}, by=desk).other_printed == ""
    assert SheetText.objects.get().helper == SheetText.USUAL


def test_words_are_a_matter_of_the_desk_of_that_street(client, street, luxi):
    other = a_street("other", "别处街道")
    with pytest.raises(Refused) as refused:
        codes.word(street, helper="x", other="", other_approved=False, by=a_person(Role.DISPATCHER, other), at=MONDAY_10AM)
    assert refused.value.code == "role_missing"
    client.force_login(a_person(Role.DISPATCHER, other))
    assert client.get("/codes/wording/qms/").status_code == 404
    client.force_login(a_person(Role.COMMUNITY_SECRETARY, luxi))
    assert client.get("/codes/wording/qms/").status_code == 403
    assert not SheetText.objects.exists()


def test_helper_that_is_too_long_for_a_sticker_is_refused(browser, street):
    response = browser.post("/codes/wording/qms/", {"helper": "长" * 41})
    assert response.status_code == 400 and "40" in shown(response) and not SheetText.objects.exists()


def test_replacing_prints_the_new_code_and_ends_the_old_one(browser, street, luxi):
    old = a_code(a_place(street, luxi, name="甲楼"))
    response = browser.post(f"/codes/{old.pk}/replace/", follow=True)
    fresh = QRCode.objects.live().get()
    assert fresh.place == old.place and fresh.token != old.token
    assert fresh.token not in shown(response) and [row["place"] for row in response.context["codes"]] == [old.place]
    gone = browser.get(f"/q/{old.token}/")
    assert gone.status_code == 410 and "新贴的说事码" in shown(gone)
    assert browser.get(f"/q/{fresh.token}/").status_code == 200


def test_code_is_replaced_once(street, luxi):
    old = a_code(a_place(street, luxi))
    fresh = codes.replace(old, at=MONDAY_10AM)
    with pytest.raises(Refused) as refused:
        codes.replace(old, at=MONDAY_NOON)
    assert refused.value.code == "already_revoked" and QRCode.objects.live().get() == fresh


def test_neither_a_secretary_nor_a_neighbour_replaces_a_code(client, street, luxi):
    code = a_code(a_place(street, luxi))
    client.force_login(a_person(Role.COMMUNITY_SECRETARY, luxi))
    assert client.post(f"/codes/{code.pk}/replace/").status_code == 403
    client.force_login(a_person(Role.DISPATCHER, a_street("other", "别处街道")))
    assert client.post(f"/codes/{code.pk}/replace/").status_code == 404
    assert QRCode.objects.live().get() == code


def checked(browser, link):
    response = browser.get("/codes/check/", {"link": link})
    return response.context["verdict"].heading, shown(response)


@pytest.mark.parametrize(
    "written", ["{site}/q/{token}/", "{site}/q/{token}", "{token}", " {token} ", "{site}/q/{token}/?from=wechat", "/q/{token}/"]
)
def test_printed_link_in_any_form_names_its_place(browser, street, luxi, settings, written):
    code = a_code(a_place(street, luxi, name="甲楼"))
    heading, page = checked(browser, written.format(site=settings.SITE_URL, token=code.token))
    assert heading == "有效" and "甲楼" in page


def test_link_without_its_scheme_is_read_too(browser, street, luxi, settings):
    settings.SITE_URL = "https://shuoshi.example.cn"
    code = a_code(a_place(street, luxi))
    assert checked(browser, f"shuoshi.example.cn/q/{code.token}/")[0] == "有效"
    assert checked(browser, f"SHUOSHI.example.cn/q/{code.token}/")[0] == "有效"


def test_revoked_code_is_told_with_whether_there_is_a_new_one(browser, street, luxi):
    code = a_code(a_place(street, luxi))
    codes.revoke(code, at=MONDAY_NOON)
    heading, page = checked(browser, code.token)
    assert heading == "已停用" and "请先制作" in page
    codes.issue(code.place, at=MONDAY_NOON)
    assert "打印新码" in checked(browser, code.token)[1]


def test_our_code_under_a_foreign_address_is_not_called_good(browser, street, luxi):
    code = a_code(a_place(street, luxi))
    heading, page = checked(browser, f"https://shuoshi.example.com.evil.cn/q/{code.token}/")
    assert heading == "网址不对" and "shuoshi.example.com.evil.cn" in page


@pytest.mark.parametrize(
    ("link", "heading"),
    [
        ("https://elsewhere.cn/q/AAAAAAAAAAAAAAAAAAAAAA/", "不是本系统的码"), ("AAAAAAAAAAAAAAAAAAAAAA", "没有这个码"),
        ("https://elsewhere.cn/", "看不出是说事码"), ("<script>alert(1)</script>", "看不出是说事码"),
        ("http://[::1/q/AAAAAAAAAAAAAAAAAAAAAA", "看不出是说事码"), ("x" * 5000, "看不出是说事码"),
    ],
)  # fmt: skip
def test_what_is_no_code_of_ours_is_said_to_be_none(browser, link, heading):
    found, page = checked(browser, link)
    assert found == heading and "<script>alert" not in browser.get("/codes/check/", {"link": link}).content.decode()


def test_code_of_another_street_is_said_to_be_theirs_without_its_place(browser):
    other = a_street("other", "别处街道")
    code = a_code(a_place(other, a_community(other, "other-1", "别处社区"), name="别人家的楼"))
    heading, page = checked(browser, code.token)
    assert heading == "不在您的范围" and "别人家的楼" not in page


def test_checking_a_code_is_no_scan_and_asks_little(browser, street, luxi, django_assert_num_queries):
    code = a_code(a_place(street, luxi, name="甲楼"))
    # Session, person, postings, the code
    with django_assert_num_queries(4):
        browser.get("/codes/check/", {"link": code.token}, headers={"User-Agent": "Mozilla/5.0 Chrome/120"})
    assert not code.scan_counts.exists()


def test_grid_worker_checks_and_a_caller_does_not(client, street, luxi):
    code = a_code(a_place(street, luxi))
    client.force_login(a_person(Role.GRID_WORKER, luxi))
    assert checked(client, code.token)[0] == "有效"
    client.force_login(a_person(Role.CALLER, street))
    assert client.get("/codes/check/").status_code == 403


def check_codes(**options):
    out = io.StringIO()
    try:
        call_command("check_codes", stdout=out, **options)
    except CommandError as error:
        return out.getvalue(), error
    return out.getvalue(), None


def test_command_names_places_without_code(street, luxi):
    a_code(a_place(street, luxi, name="好楼"))
    a_place(street, luxi, name="新楼")
    codes.revoke(a_code(a_place(street, luxi, name="旧楼")), at=MONDAY_NOON)
    said, error = check_codes()
    assert error is None and "从未制码" in said and "新楼" in said and "没有换新" in said and "旧楼" in said
    assert "好楼" not in said and "没有在用码的点位 2 个" in said


def test_command_fails_where_a_live_code_leads_to_a_place_out_of_use(street, luxi):
    a_code(a_place(street, luxi, name="好楼"))
    gone = a_community(street, "gone", "旧社区")
    a_code(a_place(street, gone, name="旧楼"))
    street.children.filter(code="gone").update(active=False)
    said, error = check_codes(street="qms")
    assert error.returncode == 1 and "点位已停用" in said and "旧楼" in said and "好楼" not in said


def test_command_knows_a_community_that_moved_to_another_street(street, luxi):
    other = a_street("other", "别处街道")
    a_code(a_place(street, a_community(other, "other-1", "别处社区"), name="边界楼"))
    assert "边界楼" in check_codes()[0]


def test_command_refuses_an_unknown_street():
    assert "没有代码" in str(check_codes(street="moon")[1])
