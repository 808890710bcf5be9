"""A handler without a line: twenty acts on the phone, the page closed in between, signed out meanwhile; twenty events, once each.

The desk and its matters are this journey's own; the line is cut for the pages and for what serves them without a line."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.journeys.test_chromium import PATIENCE, serious
from tests.stack import Embedded

pytestmark = [pytest.mark.needs_chromium, pytest.mark.own_servers]

PHONE = {"viewport": {"width": 375, "height": 700}, "is_mobile": True, "has_touch": True}
WHO, NAME, NUMBER = "luxi_banli", "买买提", "13900002468"
SENT = """
from django.db import transaction
from django.utils import timezone
from dispatch.actions import handling
from grievance.actions import intake, triage
from grievance.models import Category, QRCode
from street.models import Organisation, User
at, desk = timezone.now(), User.objects.get(username="paidan1")
unit, handler = Organisation.objects.get(code="qms-luxi"), User.objects.get(username="{who}")
code = QRCode.objects.filter(place__community=unit).first()
with transaction.atomic():
    for number in range(3):
        words = f"楼道灯第{{number}}盏不亮"
        case = intake.submit(code, description=words, name="{name}", phone="{number}", key=f"off-{{number}}", at=at).case
        case = triage.admit(case, category=Category.objects.get(code="F3"), by=desk, at=at)
        order = handling.dispatch(case, to=unit, limit_class="U4", basis="调解", by=desk, at=at)
    handling.accept(order, by=handler, at=at)
"""
"""Three orders of one community; the last one is taken on already."""
MEANWHILE = """
from django.contrib.sessions.models import Session
from django.utils import timezone
from dispatch.actions import extensions
from dispatch.models import WorkOrder
from street.models import User
order = WorkOrder.objects.order_by("pk").last()
extensions.request(order, days=2, reason="等配件，同事已申请", by=User.objects.get(username="{who}"), at=timezone.now())
Session.objects.all().delete()
"""
"""What happens in the office while the phone has no line: a colleague asks for the extension first, and the session ends."""
MADE = (
    "SELECT o.number, e.kind FROM grievance_event e JOIN grievance_phoneact a ON a.event_id = e.id"
    " JOIN dispatch_workorder o ON o.case_id = e.case_id ORDER BY e.id"
)
"""Every line of history that a phone made, in the order in which it was written."""
PROGRESS = ["到了现场", "量了线路", "换了灯座", "通了电"]


@pytest.fixture(scope="module")
def running(started_before):
    """A desk of its own: the events that are counted are nobody else's."""
    with Embedded(started_before("offline"), INTAKE_THROTTLE="") as stack:
        yield stack


@pytest.fixture
def context(chromium, monkeypatch):
    # Else only the pages lose their line, and what serves them in its place keeps it
    monkeypatch.setenv("PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS", "1")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **PHONE)
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield context
        browser.close()


def signs_in(page, running):
    written = Path(running.environment["DATA_DIR"], "accounts.txt").read_text().splitlines()
    page.get_by_label("用户名").fill(WHO)
    page.get_by_label("密码").fill(dict(line.split("\t")[:2] for line in written)[WHO])
    page.get_by_role("button", name="登录").tap()


def rows(running, query):
    """What the database says."""
    with closing(sqlite3.connect(f"file:{running.environment['DATA_DIR']}/shuoshi.sqlite3?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def does(page, move, waiting, **typed):
    """One act: opened, filled in, sent; it waits on the phone with the others."""
    if move != "签收":
        page.locator("#moves summary", has_text=move).tap()
    form = page.locator("#moves form").filter(has=page.get_by_role("button", name=move, exact=True))
    for label, value in typed.items():
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name=move, exact=True).tap()
    expect(page.get_by_role("heading", name=f"待发送 {waiting} 件")).to_be_visible()


def kept(page):
    page.locator("html[data-kept]").wait_for(state="attached")


def without_a_line(context, running, orders):
    """Twenty acts on three orders; after the tenth the page is closed and another one opened."""
    first, second, third = (f"{running.url}/phone/orders/{number}/" for number in orders)
    page = context.pages[0]
    page.goto(first)
    expect(page.get_by_text("存在手机里的一页")).to_be_visible()
    expect(page.get_by_text("楼道灯第0盏不亮").first).to_be_visible()
    assert NAME[0] + "**" not in page.content() and NUMBER[-4:] not in page.content()
    does(page, "签收", 1)
    does(page, "首次联系", 2, **{"联系情况（内部）": "已打电话"})
    for number, words in enumerate(PROGRESS, 3):
        does(page, "办理进展", number, 办理进展=words)
    does(page, "办结", 7, 公开答复="灯已修好")
    assert page.get_by_role("button", name="签收").count() == 0
    page.goto(second)
    does(page, "签收", 8)
    does(page, "首次联系", 9)
    does(page, "办理进展", 10, 办理进展=PROGRESS[0])
    page.close()
    page = context.new_page()
    page.goto(f"{running.url}/phone/orders/")
    expect(page.get_by_role("heading", name="待发送 10 件")).to_be_visible()
    page.locator(f"a[href*='{orders[1]}']").last.tap()
    for number, words in enumerate(PROGRESS[1:], 11):
        does(page, "办理进展", number, 办理进展=words)
    page.goto(third)
    for number, words in enumerate([*PROGRESS, "等配件", "配件到了"], 14):
        does(page, "办理进展", number, 办理进展=words)
    does(page, "申请延期", 20, 延长几个工作日="2", 理由与依据="等小区停电")
    return page


def expected(orders):
    """What was done, on which order, in the order in which it was done; the twentieth as what it was turned into."""
    moves = (
        ["accept", "respond", *["add_progress"] * 4, "complete"], ["accept", "respond", *["add_progress"] * 4],
        [*["add_progress"] * 6, "add_progress"],
    )  # fmt: skip
    return [(number, f"workorder.{move}") for number, of_order in zip(orders, moves, strict=True) for move in of_order]


def comes_back_and_is_asked_who_it_is(page, running):
    """The first answer is lost on its way, and the session is over: nothing is lost, nothing is made twice."""
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_role("link", name="登录后接着发").tap()
    page.route(lambda url: "/phone/orders/" in url and "login" not in url, lose_the_first_answer([]))
    signs_in(page, running)
    page.locator("#outbox-list li").filter(has_text="等信号").first.wait_for()
    page.evaluate("dispatchEvent(new Event('online'))")


def lose_the_first_answer(lost):
    """The first act that is sent arrives, and the phone never hears of it."""

    def handle(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.fallback()

    return handle


def conflict_is_shown_and_turned_into_progress(page):
    expect(page.get_by_role("heading", name="待发送 1 件，有的没有办成")).to_be_visible()
    conflict = page.locator("#outbox-list li")
    expect(conflict).to_contain_text("申请延期")
    expect(conflict).to_contain_text("小区停电")
    assert serious(page) == []
    conflict.get_by_role("button", name="改成办理进展").tap()
    expect(page.locator("#outbox")).to_be_hidden()


def test_twenty_acts_without_a_line_become_twenty_events_once_each_and_in_order(running, context):
    running.manage("shell", "-v0", text=SENT.format(who=WHO, name=NAME, number=NUMBER))
    orders = [number for (number,) in rows(running, "SELECT number FROM dispatch_workorder ORDER BY id")]
    page = context.new_page()
    page.goto(f"{running.url}/phone/orders/{orders[2]}/")
    signs_in(page, running)
    expect(page.get_by_role("heading", name="楼道灯第2盏不亮")).to_be_visible()
    page.goto(f"{running.url}/phone/orders/")
    page.locator("html[data-kept='3']").wait_for(state="attached")
    context.set_offline(True)
    page = without_a_line(context, running, orders)
    running.manage("shell", "-v0", text=MEANWHILE.format(who=WHO))
    assert rows(running, MADE) == []
    context.set_offline(False)
    comes_back_and_is_asked_who_it_is(page, running)
    conflict_is_shown_and_turned_into_progress(page)
    assert rows(running, MADE) == expected(orders)
    page.context.close()
