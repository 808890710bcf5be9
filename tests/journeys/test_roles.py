"""Every role from sign-in to done, on a wide screen and on a narrow one.

Each role's matters are made beforehand (`roles_scene`), one for each width; nobody else's are touched."""

import json
import re

import pytest
from playwright.sync_api import expect, sync_playwright

from street.models import Role
from tests.contracts.test_doors import staff_routes
from tests.journeys import staff_pages
from tests.journeys.axe import violations
from tests.journeys.test_chromium import PATIENCE, signs_in

pytestmark = [pytest.mark.needs_chromium, pytest.mark.own_servers]

SIZES = {1440: {"width": 1440, "height": 900}, 390: {"width": 390, "height": 844}}
MAKE = "from tests.journeys.roles_scene import play; play()"
LATER = "2099-12-01T18:00"


class Office:
    """One browser over one desk. A person signs in once and keeps the session for the rest of the file."""

    def __init__(self, browser, running, made, shots):
        self.browser, self.url, self.running, self.made, self.shots = browser, running.url, running, made, shots
        self.contexts = {}

    def context(self, who):
        """The browser profile of that person."""
        if who not in self.contexts:
            options = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "service_workers": "block"}
            self.contexts[who] = self.browser.new_context(viewport=SIZES[1440], **options)
            self.contexts[who].set_default_timeout(PATIENCE)
            page = self.contexts[who].new_page()
            signs_in(page, self.running, who, "/phone/" if who in ON_THE_PHONE else "/admin/")
            expect(page.get_by_role("button", name="退出")).to_be_visible()
            page.close()
        return self.contexts[who]


class Day:
    """One person's work at one width: what is pressed and typed there."""

    def __init__(self, office, page, width):
        self.office, self.page, self.width = office, page, width

    def at(self, path):
        """Open an address of the desk."""
        self.page.goto(self.office.url + path)
        return self.page

    def of(self, name):
        """The number of the matter that was made under this name for this width."""
        return self.office.made[f"{name}-{self.width}"]

    def follows(self, number):
        """Press the link that leads to this number."""
        self.page.locator(f"main a[href*='{number}'], #content a[href*='{number}']").first.click()
        expect(self.page.get_by_text(number).first).to_be_visible()

    def makes(self, label, **typed):
        """Press the move, fill in what it asks for, press it again; the page says that it was done."""
        summary = self.page.locator("summary").filter(has_text=re.compile(rf"^\s*{label}\s*$")).first
        form = self.page.locator("details").filter(has=summary).last.locator("form")
        summary.click()
        for field, value in typed.items():
            put(form, field, value)
        form.get_by_role("button", name=label).first.click()
        self.reads(f"“{label}”已办")

    def presses(self, name, done):
        """A button without a form of its own."""
        self.page.get_by_role("button", name=name).first.click()
        self.reads(done)

    def reads(self, words):
        """The page says so, visibly."""
        expect(self.page.get_by_text(words).filter(visible=True).first).to_be_visible()


def put(form, field, value):
    """Type or choose in the field of that name."""
    one = form.locator(f"[name={field}]")
    if one.first.get_attribute("type") == "radio":
        form.locator(f"[name={field}][value='{value}']").check()
    elif one.evaluate("node => node.tagName") == "SELECT":
        one.select_option(value)
    else:
        one.fill(value)


# --- what each of them does ------------------------------------------------------------------------


def dispatches(day):
    day.at(f"/desk/triage/?case={day.of('unclear')}")
    day.page.locator("summary").filter(has_text="改类别或单位后派单").click()
    form = day.page.locator("form").filter(has=day.page.get_by_label("主办单位"))
    form.get_by_label("类别").select_option("L1")
    form.get_by_role("button", name="受理并派单").click()
    day.reads("已派给党政综合办")


def takes_on_and_finishes(day):
    day.at("/phone/orders/")
    day.follows(day.of("handle-order"))
    day.presses("签收", "“签收”已办理")
    day.makes("首次联系", note="电话联系，约好下午上门。")
    day.makes("办结", public_answer="楼上已修好水管，墙面重新刷过。")


def reports_what_is_seen(day):
    day.at("/phone/grid/")
    day.page.locator("summary").filter(has_text="看到问题，上报").click()
    doors = day.page.locator("[name=place] option").count()
    # The first and the last door: what is seen twice at one is asked about
    day.page.get_by_label("在哪里").select_option(index=1 if day.width == 1440 else doors - 1)
    day.page.get_by_label("看到了什么").fill(f"健身器材的螺丝松了（{day.width}）")
    day.page.get_by_role("button", name="上报", exact=True).click()
    day.reads("“主动上报”已办理")


def community_takes_it_on(day):
    day.at("/phone/secretary/")
    day.follows(day.of("community"))
    day.makes("批示", text="请今天先关总阀，再查漏点。")
    day.makes("督办", demand="三天内修好，每天告诉住户。", due_at=LATER)


def head_reports_on_an_instruction(day):
    day.at(f"/desk/cases/{day.of('instructed')}/")
    day.makes("报告落实", text="已上门，两家同意改道排烟。")


def reviews_and_sits(day):
    day.at(f"/desk/cases/{day.of('review')}/")
    day.makes("审核通过", opinion="情况属实")
    day.at("/desk/shift/")
    if day.width == 1440:
        day.presses("我接班", "接班：马晓东")
    else:
        day.presses("我交班", "交班：马晓东")


def agrees_to_a_return(day):
    day.at(f"/desk/cases/{day.of('return')}/")
    day.makes("同意退单", opinion="不在本街道，退回重派。")


def records_a_call(day):
    day.at("/desk/callbacks/")
    day.page.locator(f"#content a[href$='/desk/callbacks/{day.of('callback-pk')}/']").first.click()
    day.presses("显示完整电话", "139")
    form = day.page.get_by_role("form", name="登记评价")
    for field, value in {"way": "phone", "replied": "yes", "resolved": "yes", "satisfaction": "yes"}.items():
        form.locator(f"[name={field}][value={value}]").check()
    form.get_by_role("button", name="登记评价").click()
    day.reads("已登记")


def registers_for_a_caller(day):
    page = day.at("/desk/behalf/")
    page.locator("#b-description").fill(f"楼道里的扶手松了（{day.width}）")
    page.get_by_role("group", name="从哪里来").get_by_text("电话").first.click()
    page.locator("#b-q").fill("路西 雅居")
    page.get_by_role("button", name="查地点").click()
    page.locator("#found input[type=radio]").first.check()
    page.get_by_role("group", name="本人的回答").get_by_text("不同意", exact=True).click()
    page.get_by_role("button", name="念给来电人听").last.click()
    day.presses("本人说对，登记并出回执", "回执：请交给本人")


def decides_an_extension(day):
    day.at(f"/desk/cases/{day.of('extension')}/")
    day.makes("审批延期", agreed="1", opinion="等晴天，同意。")


def signs_a_paper(day):
    day.at("/phone/secretary/")
    day.follows(day.of("propose"))
    day.presses("签发提请挂牌督办报告", "“签发”已办理")


def lists_it(day):
    day.at("/phone/secretary/")
    day.follows(day.of("listing"))
    day.makes("挂牌督办", demand="区城管局牵头，恢复通行。", due_at=LATER)


def declines_to_list_it(day):
    day.at("/phone/secretary/")
    day.follows(day.of("district"))
    day.makes("不列入挂牌", reason="区城管局已在办理，不必挂牌。")


def edits_a_unit(day):
    page = day.at("/desk/registers/units/?q=qms-luxi")
    page.locator("#content td").get_by_role("link", name="修改").first.click()
    page.get_by_label("办公电话").fill(f"0991-555-{day.width:04d}")
    page.get_by_role("button", name="保存", exact=True).first.click()
    day.reads("成功")


def reads_who_changed_what(day):
    page = day.at("/admin/admin/logentry/")
    expect(page.locator("#result_list tbody tr").first).to_contain_text("已修改办公电话")
    assert page.request.get(f"{day.office.url}/desk/cases/").status == 403


def opens_the_sealed_box_and_no_matter(day):
    page = day.at("/desk/confidential/")
    expect(page.get_by_role("heading", name="保密信箱")).to_be_visible()
    assert page.request.get(f"{day.office.url}/desk/cases/{day.of('handle')}/").status == 403
    assert day.of("handle") not in page.content()


def arranges_a_reception(day):
    page = day.at("/desk/receptions/")
    form = page.locator("form").filter(has=page.get_by_role("button", name="安排", exact=True))
    form.get_by_label("接访领导").select_option(index=1)
    form.get_by_label("地点").fill(f"街道接访室（{day.width}）")
    hour = 10 if day.width == 1440 else 16
    put(form, "starts_at", f"2098-12-01T{hour}:00")
    put(form, "ends_at", f"2098-12-01T{hour + 2}:00")
    form.get_by_role("button", name="安排", exact=True).click()
    day.reads(f"街道接访室（{day.width}）")


DAYS = {
    Role.DISPATCHER: ("paidan1", dispatches),
    Role.HANDLER: ("luxi_banli", takes_on_and_finishes),
    Role.GRID_WORKER: ("luxi_wangge", reports_what_is_seen),
    Role.COMMUNITY_SECRETARY: ("luxi_shuji", community_takes_it_on),
    Role.UNIT_HEAD: ("sifasuo_suozhang", head_reports_on_an_instruction),
    Role.SHIFT_LEADER: ("zhibanzhang", reviews_and_sits),
    Role.SUPERVISOR: ("duban", agrees_to_a_return),
    Role.CALLER: ("huifang1", records_a_call),
    Role.REGISTRAR: ("dengji", registers_for_a_caller),
    Role.LIAISON: ("lianluo", arranges_a_reception),
    Role.STREET_LEADER: ("fenguan", decides_an_extension),
    Role.STREET_SECRETARY: ("shuji", signs_a_paper),
    Role.DISTRICT_SECRETARY: ("qushuji", lists_it),
    Role.DISTRICT_SUPERVISION: ("ducha", declines_to_list_it),
    Role.SYSTEM_ADMIN: ("admin", edits_a_unit),
    Role.SECURITY_ADMIN: ("anquan", reads_who_changed_what),
    Role.AUDITOR: ("shenji", reads_who_changed_what),
    Role.DISCIPLINE: ("jiwei", opens_the_sealed_box_and_no_matter),
}
ON_THE_PHONE = {"luxi_banli", "luxi_wangge", "luxi_shuji", "shuji", "qushuji", "ducha"}


@pytest.fixture(scope="module")
def office(chromium, running, tmp_path_factory):
    """The desk with everything that each role needs on it."""
    expect.set_options(timeout=PATIENCE)
    made = json.loads(running.manage("shell", "-v0", "-c", MAKE))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield Office(browser, running, made, tmp_path_factory.mktemp("roles"))
        browser.close()


def sticks_out(page):
    """By how many pixels the page is wider than its screen."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_every_role_has_its_day():
    assert set(DAYS) == set(Role)


@pytest.mark.parametrize("role", DAYS, ids=str)
def test_role_goes_from_signing_in_to_done_on_a_wide_and_on_a_narrow_screen(office, role):
    who, works = DAYS[role]
    page = office.context(who).new_page()
    for width, size in SIZES.items():
        page.set_viewport_size(size)
        works(Day(office, page, width))
        page.screenshot(path=office.shots / f"{role}-{width}.png", full_page=True)
        assert sticks_out(page) <= 0, (role, width)
    page.close()


def opened(office, pages, address):
    """The page at that address, before the first of the readers to whom it is open; None where it is open to none."""
    for who in staff_pages.READERS:
        if who not in pages:
            pages[who] = office.context(who).new_page()
        pages[who].set_viewport_size(SIZES[390 if address.startswith("/phone/") else 1440])
        answer = pages[who].goto(office.url + address)
        forwarded = answer.request.redirected_from is not None
        if answer.status == 200 and not forwarded and answer.headers["content-type"].startswith("text/html"):
            return pages[who]
    return None


def test_what_is_left_out_of_the_walk_is_still_there():
    assert set(staff_routes()) >= staff_pages.LEFT_OUT


def test_no_page_of_staff_keeps_anyone_out(office):
    pages, faults = {}, []
    for pattern in staff_pages.walked(staff_routes()):
        page = opened(office, pages, staff_pages.address(pattern, office.made))
        if page is None:
            faults.append(f"{pattern}: open to none of those who walk")
        else:
            faults += [f"{pattern} {fault}" for fault in violations(page)]
    assert faults == [], "\n".join(faults)
