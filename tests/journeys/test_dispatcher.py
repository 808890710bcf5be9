"""A dispatcher who never touches the mouse: ten matters, one of them an emergency; and the same page without a script."""

import json
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.journeys.axe import violations
from tests.journeys.test_chromium import PATIENCE, signs_in
from tests.stack import Embedded

pytestmark = [pytest.mark.needs_chromium, pytest.mark.own_servers]

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 1024, "height": 768}
GAS, COLD, COLD_TOO = "楼道里有很重的煤气味，头晕", "暖气片是凉的，屋里十四度", "我们家也冷，暖气不热"
WATER, POWER, CARS = "三楼以上没有水了", "整个单元没有电", "消防通道停满了车"
POTHOLE, SCHOOL, VAGUE, COURT = "路上有个大坑没人填", "孩子转学的手续问谁", "那边又那样了", "法院判了对方不执行"
# Words → (suggested, how sure, the other one); the first was reported last and lies on top
MATTERS = {
    COLD_TOO: ("B1", 0.9, ""), COLD: ("B1", 0.95, ""), WATER: ("B4", 0.93, "C2"), POWER: ("B5", 0.9, ""),
    CARS: ("D3", 0.85, "C7"), POTHOLE: ("C1", 0.5, "D2"), SCHOOL: ("I1", 0.4, ""), VAGUE: ("C1", 0.3, ""),
    COURT: ("F3", 0.6, ""), GAS: ("B6", 0.8, ""),
}  # fmt: skip
# Words → what has become of it, and with whom it is
RIGHT = {
    GAS: ("in_handling", "gas"), COLD: ("in_handling", "heat"), COLD_TOO: ("merged", None), WATER: ("in_handling", "water"),
    POWER: ("in_handling", "power"), CARS: ("in_handling", "qms-jiaojing"), POTHOLE: ("in_handling", "sy-chengguan"),
    SCHOOL: ("in_handling", "sy-jiaoyu"), VAGUE: ("held", None), COURT: ("declined", None),
}  # fmt: skip
REPORTED = """
import json, sys
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from grievance.actions import intake
from grievance.models import Case, Category, QRCode
code = QRCode.objects.order_by("pk").first()
with transaction.atomic():
    for number, (words, (category, sure, other)) in enumerate(json.loads({matters!r}).items()):
        at = timezone.now() - timedelta(minutes=number)
        case = intake.submit(code, description=words, key=f"dispatcher-{{number}}", at=at).case
        found = {{"category": category, "confidence": sure, "reasons": ["按话里的词"], "alerts": [], "barred": False}}
        if other:
            found["second"] = {{"category": other, "confidence": round(1 - sure, 2), "reasons": ["也提到别的"]}}
        Case.objects.filter(pk=case.pk).update(
            suggestion=found, studied_at=at, category=Category.objects.get(code=category),
            urgency="urgent" if words == {urgent!r} else "normal")
"""
"""As the sweep leaves them where no shift leader has authorised it to send: studied, and waiting for a person."""


@pytest.fixture(scope="module")
def running(started_before):
    """A desk of its own: what other journeys leave waiting would stand in this queue."""
    with Embedded(started_before("dispatcher"), INTAKE_THROTTLE="") as stack:
        yield stack


@pytest.fixture(scope="module")
def browser(chromium):
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


def a_desk(browser, running, size, who="paidan1", **options):
    """The queue at a screen of that size, signed in."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=size, **options)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    signs_in(page, running, who, "/desk/triage/")
    return page


class Keys:
    """The keyboard, and how often it was pressed; what is dictated or typed as words is counted by itself."""

    def __init__(self, page):
        self.page, self.presses, self.words = page, 0, 0

    def __call__(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.presses += len(keys)

    def write(self, words):
        self.page.keyboard.insert_text(words)
        self.words += 1

    def decides(self, *keys):
        """The last of these keys decides: another page follows, and stands still."""
        with self.page.expect_navigation():
            self(*keys)
        ready(self.page)


def ready(page):
    page.locator("html[data-ready]").wait_for(state="attached")


def title_of(page):
    return page.locator("#pane h2").first.inner_text()


def gas_is_read_and_the_figure_typed(page, keys):
    keys("1")
    expect(page.locator("input[name=figure]").first).to_be_focused()
    keys.decides("1", "Enter")
    expect(page.get_by_role("alert").filter(has_text="请输入核对数")).to_be_visible()
    assert title_of(page) == GAS, "a habit does not send it"
    keys("1")
    keys.decides(*page.locator(".d-slow b.s-num").first.inner_text(), "Enter")


def mistaken_is_undone_and_sent_aright(page, keys):
    keys.decides("2")
    expect(page.get_by_text("谁也没有收到")).to_be_visible()
    keys.decides("z")
    expect(page.get_by_text("已撤销，回到待研判")).to_be_visible()
    assert title_of(page) == CARS
    keys.decides("1")


def unit_is_changed(page, keys):
    keys("c", "K", "1")
    keys.decides("Control+Enter")


def resident_is_asked(page, keys):
    keys("h")
    keys.write("请问是哪条路、什么东西？")
    keys.decides("Control+Enter")


def court_is_named(page, keys):
    keys("x", "ArrowDown", "Tab")
    keys.write("已有生效判决，请向法院申请执行。")
    keys.decides("Control+Enter")


def two_are_one(page, keys):
    keys.decides("m")
    expect(page.get_by_text("同一点位")).to_have_count(2)
    keys.decides("Enter")


DECISIONS = {
    GAS: gas_is_read_and_the_figure_typed,
    COLD_TOO: two_are_one,
    COLD: lambda page, keys: keys.decides("1"),
    WATER: lambda page, keys: keys.decides("1"),
    POWER: lambda page, keys: keys.decides("1"),
    CARS: mistaken_is_undone_and_sent_aright,
    POTHOLE: lambda page, keys: keys.decides("2"),
    SCHOOL: unit_is_changed,
    VAGUE: resident_is_asked,
    COURT: court_is_named,
}
PRESSES = 26
"""Of the keyboard for all ten: none more than shown above."""


def settles(page):
    """All ten, in the order in which the queue gives them; (order, presses)."""
    keys, met = Keys(page), []
    ready(page)
    while len(met) < len(DECISIONS):
        met.append(title_of(page))
        DECISIONS[met[-1]](page, keys)
    return met, keys


def became(running):
    """{words: (status, code of the unit in charge)} of the ten."""
    asked = (
        "SELECT g.description, c.status, u.code FROM grievance_grievance g JOIN grievance_case c ON c.id = g.first_case_id"
        " LEFT JOIN dispatch_workorder o ON o.case_id = c.id AND o.lead AND o.status = 'dispatched'"
        " LEFT JOIN street_organisation u ON u.id = o.handler_id"
    )
    with closing(sqlite3.connect(f"file:{running.environment['DATA_DIR']}/shuoshi.sqlite3?mode=ro", uri=True)) as database:
        return {words: (status, unit) for words, status, unit in database.execute(asked) if words in RIGHT}


def faults(page):
    """What axe finds, whatever its weight."""
    found = [f"{page.url} {fault}" for fault in violations(page)]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ["too wide"] * (wide > 0)


def reported(running):
    running.manage("shell", "-v0", text=REPORTED.format(matters=json.dumps(MATTERS), urgent=GAS))


def test_ten_matters_are_settled_by_the_keyboard_alone_and_the_emergency_first(running, browser):
    reported(running)
    page = a_desk(browser, running, WIDE)
    broken = faults(page)
    page.set_viewport_size(NARROW)
    broken += faults(page)
    page.goto(f"{running.url}/desk/triage/{number_of(page, COLD_TOO)}/merge/")
    broken += faults(page)
    page.goto(page.url.replace("/merge/", "/split/"))
    broken += faults(page)
    assert broken == []
    page.set_viewport_size(WIDE)
    page.goto(f"{running.url}/desk/triage/")
    met, keys = settles(page)
    assert met[0] == GAS
    assert met[1:3] == [COLD_TOO, COLD], "the newest first"
    assert became(running) == RIGHT
    assert (keys.presses, keys.words) == (PRESSES, 2)
    page.context.close()


def number_of(page, words):
    return page.locator(".s-queue .s-row-title a", has_text=words).get_attribute("href").split("case=")[1]


ONE_MORE = """
from django.db import transaction
from django.utils import timezone
from grievance.actions import intake
from grievance.models import Case, Category, QRCode
code, at = QRCode.objects.order_by("pk").first(), timezone.now()
found = {"category": "C2", "confidence": 0.9, "reasons": [], "alerts": [], "barred": False}
with transaction.atomic():
    case = intake.submit(code, description="路灯杆歪了，没有脚本的人也派得了", key="dispatcher-bare", at=at).case
    Case.objects.filter(pk=case.pk).update(studied_at=at, category=Category.objects.get(code="C2"), suggestion=found)
"""


def test_without_a_script_the_same_is_done_by_ordinary_forms(running, browser):
    running.manage("shell", "-v0", text=ONE_MORE)
    page = a_desk(browser, running, WIDE, java_script_enabled=False)
    page.get_by_role("link", name="路灯杆歪了").click()
    page.get_by_role("button", name="受理，派给").first.click()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销，回到待研判")).to_be_visible()
    page.get_by_label("勾选").first.check()
    page.get_by_role("button", name="批量派单").click()
    page.get_by_role("button", name="派出这 1 件").click()
    expect(page.get_by_text("已派出 1 件")).to_be_visible()
    page.context.close()


def test_two_at_one_matter_are_told_of_each_other_and_a_closed_page_lets_go(running, browser):
    running.manage("shell", "-v0", text=ONE_MORE.replace("dispatcher-bare", "dispatcher-two"))
    first, second = a_desk(browser, running, WIDE), a_desk(browser, running, NARROW, who="paidan2")
    address = f"{running.url}/desk/triage/?case={number_of(first, '路灯杆歪了')}"
    first.goto(address)
    second.goto(address)
    expect(second.get_by_text("正在看这一件")).to_be_visible()
    ready(second)
    Keys(second).decides("o", "Enter")
    expect(second.get_by_text("对方的页面会看到")).to_be_visible()
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(first.get_by_role("alert")).to_contain_text("接手了这一件")
    second.goto("about:blank")
    tries = 0
    while first.goto(address) and first.locator(".d-hand").count() and tries < 100:
        tries += 1
    expect(first.get_by_role("button", name="受理，派给").first).to_be_visible()
    first.context.close()
    second.context.close()
