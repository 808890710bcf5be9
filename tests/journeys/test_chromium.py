"""The running product in a browser: residents and staff on a 360 px phone, the desk at 1440 px."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from tests.grievance.films import a_film
from tests.journeys.axe import violations

pytestmark = [pytest.mark.needs_chromium, pytest.mark.own_servers]

PHONE = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
COLD = "家里暖气不热，室温只有15度"
PATIENCE = 20_000
"""Milliseconds for what the product promises within two seconds: the machine may be busy."""


@pytest.fixture(scope="module")
def browser(chromium):
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def a_screen(browser):
    """`a_screen(PHONE)`: a page in a context of its own, which ends with the test."""
    contexts = []

    def opened(kind, **options):
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **kind, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def code(running, number=0):
    """The address behind one of the codes that `up` printed."""
    return f"{running.url}/q/{running.codes[number]}/"


def reported(running, words):
    """(number, key) of every grievance that says just this."""
    with closing(sqlite3.connect(f"file:{running.environment['DATA_DIR']}/shuoshi.sqlite3?mode=ro", uri=True)) as database:
        return database.execute("SELECT number, key FROM grievance_grievance WHERE description = ?", [words]).fetchall()


def say(page, address, words):
    """Open the code and write what happened."""
    page.goto(address)
    page.get_by_label("发生了什么").fill(words)


def send(page):
    page.get_by_role("button", name="发送", exact=True).tap()


def reads(page, words):
    """The page says so, now or when asked again; without a script nothing would change by itself."""
    tries = 0
    while words not in page.locator("main").inner_text() and tries < 100:
        page.reload()
        tries += 1
    expect(page.locator("main")).to_contain_text(words)


# --- residents -----------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_cold_flat_is_with_the_heating_company_at_once(running, a_screen, script):
    page, tap = a_screen(PHONE, java_script_enabled=script), Taps()
    page.goto(code(running))
    tap(page.get_by_label("发生了什么"))
    page.keyboard.insert_text(COLD)
    tap(page.get_by_role("button", name="发送", exact=True))
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    # Five would allow a picture and a number to ring besides
    assert tap.count == 2
    page.get_by_role("link", name="看办理进展").tap()
    reads(page, "承诺办结")
    facts = page.locator("dl.facts")
    expect(facts).to_contain_text("暖城供热")
    expect(facts).to_contain_text("（北京时间）前")


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_double_tap_makes_one_grievance(running, a_screen, script):
    words = f"暖气不热，连点两下，{'有' if script else '没有'}脚本"
    page = a_screen(PHONE, java_script_enabled=script)
    say(page, code(running), words)
    page.get_by_role("button", name="发送", exact=True).dblclick()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    assert len(reported(running, words)) == 1


def test_text_survives_a_dropped_network_and_goes_out_by_a_retry_with_the_same_key(running, a_screen):
    words = "暖气不热，发的时候没有信号"
    page = a_screen(PHONE)
    say(page, code(running), words)
    key = page.locator("#report input[name=key]").input_value()
    page.context.set_offline(True)
    send(page)
    expect(page.get_by_text("没有发出去，可能是网络不好。")).to_be_visible()
    expect(page.get_by_label("发生了什么")).to_have_value(words)
    assert reported(running, words) == []
    page.context.set_offline(False)
    page.get_by_role("button", name="再发一次").tap()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    assert [kept for _, kept in reported(running, words)] == [key]


def test_answer_lost_on_the_way_does_not_register_twice(running, a_screen):
    words = "暖气不热，发出去了却没有回音"
    page = a_screen(PHONE)
    say(page, code(running), words)

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/q/*/", lose)
    send(page)
    expect(page.get_by_text("再发一次不会重复登记")).to_be_visible()
    page.unroute("**/q/*/", lose)
    page.get_by_role("button", name="再发一次").tap()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    ((number, _),) = reported(running, words)
    expect(page.locator("main")).to_contain_text(number)


def test_unit_and_danger_are_told_while_one_writes_and_a_place_is_found_where_one_stands(running, a_screen):
    here = {"latitude": 43.80121, "longitude": 87.56134}
    page = a_screen(PHONE, geolocation=here, permissions=["geolocation"])
    words = f"{COLD}，先看看再说"
    say(page, code(running), words)
    expect(page.locator("#outlook")).to_contain_text("时限 24 小时")
    expect(page.locator("#emergency")).to_be_hidden()
    page.get_by_label("发生了什么").fill("楼道着火了，浓烟往上冒")
    expect(page.locator("#emergency").get_by_role("link", name="拨打 119").first).to_be_in_viewport()
    page.goto(running.url)
    page.get_by_role("button", name="用我的位置找").tap()
    nearest = page.locator("#near-list a").first
    expect(nearest).to_contain_text("0 米")
    nearest.tap()
    expect(page.get_by_label("发生了什么")).to_be_visible()
    assert reported(running, words) == [], "what was only looked at is written nowhere"


def test_draft_is_there_again_after_the_page_was_closed(running, a_screen):
    words = "暖气不热，写到一半没电了"
    page = a_screen(PHONE)
    say(page, code(running), words)
    page.get_by_role("textbox", name="姓名").fill("刘先生")
    key = page.locator("#report input[name=key]").input_value()
    again = page.context.new_page()
    page.close()
    again.goto(code(running))
    expect(again.get_by_label("发生了什么")).to_have_value(words)
    expect(again.locator("#report input[name=key]")).to_have_value(key)
    expect(again.get_by_role("textbox", name="姓名")).to_have_value("")


SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200 * 1024, "uploadThroughput": 30 * 1024}
GONE = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}


def a_grainy_photo(number):
    """A picture that does not shrink when it is packed, so that it takes a while on a slow line."""
    out = io.BytesIO()
    Image.effect_noise((240, 240), 60 + number).convert("RGB").save(out, "JPEG", quality=90)
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def waits_in(page, state):
    """The names of the files that stand so."""
    return page.locator(f".thumbs li[data-state={state}]")


def attached(running, words):
    """(how many grievances say just this, the kinds of their files, how many files still wait)."""
    with closing(sqlite3.connect(f"file:{running.environment['DATA_DIR']}/shuoshi.sqlite3?mode=ro", uri=True)) as database:
        kinds = database.execute(
            "SELECT a.kind FROM grievance_attachment a JOIN grievance_grievance g ON g.id = a.grievance_id"
            " WHERE g.description = ? ORDER BY a.id", [words],
        ).fetchall()  # fmt: skip
        (waiting,) = database.execute("SELECT count(*) FROM grievance_upload").fetchone()
    return len(reported(running, words)), [kind for (kind,) in kinds], waiting


def test_network_lost_in_the_middle_of_a_picture_and_the_page_closed_loses_nothing(running, a_screen):
    words = "楼道灯坏了三天，传照片传到一半没有信号"
    page = a_screen(PHONE)
    say(page, code(running), words)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    page.locator("#id_photos").set_input_files([a_grainy_photo(number) for number in range(3)])
    page.locator("#id_video").set_input_files({"name": "v.mp4", "mimeType": "video/mp4", "buffer": a_film()})
    expect(waits_in(page, "done")).to_have_count(1)
    expect(waits_in(page, "sending").locator("progress")).to_be_visible()
    line.send("Network.emulateNetworkConditions", GONE)
    expect(waits_in(page, "stalled").first).to_contain_text("网络断了")
    assert attached(running, words)[0] == 0
    again = page.context.new_page()
    page.close()
    again.goto(code(running))
    expect(again.locator(".thumbs li")).to_have_count(4)
    assert again.evaluate("document.documentElement.scrollWidth") <= 360
    assert serious(again) == []
    send(again)
    expect(again.get_by_role("heading", name="已收到")).to_be_visible()
    assert attached(running, words) == (1, ["photo", "photo", "photo", "video"], 0)
    again.get_by_role("button", name="存成图片").tap()
    expect(again.get_by_role("img", name="回执图片")).to_be_visible()
    assert again.evaluate("localStorage.shuoshi") is None


def serious(page):
    """What axe finds that keeps somebody out."""
    return [f"{page.url} {fault}" for fault in violations(page, "serious", "critical")]


def test_resident_pages_keep_nobody_out(running, a_screen):
    page = a_screen(PHONE)
    found = []
    # test_for_everyone walks the other pages, in every language and size
    for path in ("/c/qms-luxi/", "/r/nosuchreceipt/"):
        page.goto(running.url + path)
        found += serious(page)
    say(page, code(running), "")
    send(page)
    expect(page.locator("#errors")).to_contain_text("还没有内容")
    found += serious(page)
    page.get_by_label("发生了什么").fill("暖气不热，请上门看看")
    send(page)
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    found += serious(page)
    page.get_by_role("link", name="看办理进展").tap()
    reads(page, "暖城供热")
    found += serious(page)
    assert found == []


def test_no_resident_page_is_wider_than_the_phone(running, a_screen):
    page = a_screen(PHONE)
    for path in ("/", "/c/qms-luxi/", "/privacy/", f"/q/{running.codes[0]}/"):
        page.goto(running.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


# --- staff ---------------------------------------------------------------------------------------


def signs_in(page, running, username, path):
    """登录 with the password that was generated at the first start."""
    written = Path(running.environment["DATA_DIR"], "accounts.txt").read_text().splitlines()
    password = dict(line.split("\t")[:2] for line in written)[username]
    page.goto(running.url + path)
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def receipt_of(running, a_screen, words, number=0):
    """The follow page of somebody who said so."""
    page = a_screen(PHONE)
    say(page, code(running, number), words)
    send(page)
    page.get_by_role("link", name="看办理进展").tap()
    expect(page.locator(".state")).to_be_visible()
    return page


def test_matter_that_is_not_clear_goes_from_the_queue_to_the_unit_and_back_to_the_resident(running, a_screen):
    words = "这件事反映过好几次了，一直没有人给个说法"
    resident, desk, handler = receipt_of(running, a_screen, words), a_screen(DESK), a_screen(PHONE)
    dispatcher_finds_it_in_the_queue_and_sends_it(running, desk, words)
    handler_takes_it_on_and_finishes_it(running, handler, words)
    reads(resident, "党政综合办已接收，开始办理")
    dispatcher_finds_the_work_done(running, desk, words)
    resident_says_how_it_went(resident)


def dispatcher_finds_it_in_the_queue_and_sends_it(running, desk, words):
    signs_in(desk, running, "paidan1", "/desk/triage/")
    desk.get_by_role("link", name=words).click()
    desk.get_by_text("改类别或单位后派单").click()
    form = desk.locator("form").filter(has=desk.get_by_label("主办单位"))
    form.get_by_label("类别").select_option("L1")
    form.get_by_role("button", name="受理并派单").click()
    expect(desk.get_by_text("已派给党政综合办")).to_be_visible()


def handler_takes_it_on_and_finishes_it(running, handler, words):
    signs_in(handler, running, "zonghe_banli", "/phone/")
    handler.get_by_role("link", name=words).tap()
    handler.get_by_role("button", name="签收").tap()
    expect(handler.get_by_text("“签收”已办理。")).to_be_visible()
    handler.locator("summary").filter(has_text="办结").tap()
    handler.get_by_label("公开答复").fill("已逐件核对，今天一并答复。")
    handler.get_by_role("button", name="办结", exact=True).tap()
    expect(handler.get_by_text("“办结”已办理。")).to_be_visible()


def dispatcher_finds_the_work_done(running, desk, words):
    # What was said can be found within a minute, when the sweep has read it
    until = monotonic() + 60
    found = desk.locator(".s-queue").get_by_role("link", name=words)
    desk.goto(f"{running.url}/desk/cases/?q={words}")
    while not found.count() and monotonic() < until:
        desk.reload()
    found.first.click()
    desk.locator("summary").filter(has_text="审核通过").click()
    desk.get_by_role("button", name="审核通过").click()
    expect(desk.get_by_text("已办结待回访").first).to_be_visible()


def resident_says_how_it_went(resident):
    reads(resident, "办得怎么样，请您说")
    resident.get_by_role("link", name="现在评价").tap()
    expect(resident.get_by_role("button", name="提交评价")).to_be_visible()
    assert serious(resident) == []
    for group, answer in (("联系过您", "联系过"), ("解决了吗", "解决"), ("满意吗", "满意")):
        resident.get_by_role("group", name=group).get_by_text(answer, exact=True).tap()
    resident.get_by_role("button", name="提交评价").tap()
    expect(resident.locator("main")).to_contain_text("谢谢")
    assert serious(resident) == []


class Taps:
    """Counts what a thumb does."""

    def __init__(self):
        self.count = 0

    def __call__(self, target):
        self.count += 1
        target.tap()


def test_secretary_signs_a_draft_in_at_most_four_taps(running, a_screen):
    words = "工地围挡占了人行道，大家只能走马路中间"
    receipt_of(running, a_screen, words)
    desk = a_screen(DESK)
    signs_in(desk, running, "zhibanzhang", "/desk/cases/")
    desk.locator(".s-queue").get_by_role("link", name=words).first.click()
    desk.locator("summary").filter(has_text="提请挂牌督办").click()
    form = desk.locator("form").filter(has=desk.get_by_role("button", name="提请挂牌督办"))
    form.get_by_label("理由").fill("涉及区级部门，超出街道权限。")
    form.get_by_role("button", name="提请挂牌督办").click()
    expect(desk.get_by_text("提请挂牌督办报告（待签发）").first).to_be_visible()
    secretary, tap = a_screen(PHONE), Taps()
    signs_in(secretary, running, "shuji", "/phone/")
    tap(secretary.get_by_role("link", name=words))
    expect(secretary.get_by_text("超出街道权限").first).to_be_visible()
    tap(secretary.get_by_role("button", name="签发提请挂牌督办报告"))
    expect(secretary.get_by_text("“签发”已办理。")).to_be_visible()
    expect(secretary.locator("main")).to_contain_text("号")
    assert tap.count <= 4


def test_staff_phone_pages_keep_nobody_out(running, a_screen):
    page = a_screen(PHONE)
    page.goto(f"{running.url}/phone/login/")
    found = serious(page)
    signs_in(page, running, "heat_banli", "/phone/")
    found += serious(page)
    page.get_by_role("link", name="暖气").first.tap()
    expect(page.get_by_role("button", name="签收")).to_be_visible()
    found += serious(page)
    assert found == []


BRIEF = """
from django.utils import timezone
from dispatch.actions import briefing
from street.models import Organisation, User
at = timezone.now()
street = Organisation.objects.get(code="qms").pk
found = briefing.gather([street], at)["street_secretary", street]
briefing.write(User.objects.get(username="shuji"), found, on=timezone.localdate(at), at=at)
"""
"""The brief as the morning would write it, whatever hour the test runs at."""


def brief_link(running):
    """The address in the message that tells of the brief."""
    with closing(sqlite3.connect(f"file:{running.environment['DATA_DIR']}/shuoshi.sqlite3?mode=ro", uri=True)) as database:
        ((text,),) = database.execute("SELECT text FROM grievance_notice WHERE kind = 'brief'").fetchall()
    return text[text.index("http") :]


def test_from_the_link_in_the_brief_to_a_decision_it_takes_at_most_four_taps(running, a_screen):
    words = "小区门口的路灯全不亮，问了几家都说不归他管"
    receipt_of(running, a_screen, words)
    desk = a_screen(DESK)
    signs_in(desk, running, "zhibanzhang", "/desk/cases/")
    desk.locator(".s-queue").get_by_role("link", name=words).first.click()
    desk.locator("summary").filter(has_text="提请挂牌督办").click()
    form = desk.locator("form").filter(has=desk.get_by_role("button", name="提请挂牌督办"))
    form.get_by_label("理由").fill("几家单位都不接。")
    form.get_by_role("button", name="提请挂牌督办").click()
    expect(desk.get_by_text("提请挂牌督办报告（待签发）").first).to_be_visible()
    number = desk.locator(".s-head .s-num").first.inner_text()
    running.manage("shell", "-v0", text=BRIEF)
    secretary, tap = a_screen(PHONE), Taps()
    signs_in(secretary, running, "shuji", "/phone/")
    tap.count += 1  # on the link in the message
    secretary.goto(brief_link(running))
    brief = secretary.get_by_role("region", name="今日专报")
    expect(brief).to_contain_text("需要您定：签发提请报告，还是不予签发")
    assert words[:6] not in brief.inner_text()
    tap(brief.locator(f"a[href*='{number}']"))
    tap(secretary.locator("summary").filter(has_text="批示"))
    secretary.get_by_label("批示内容").fill("请城管办今天到现场。")
    tap(secretary.get_by_role("button", name="批示", exact=True))
    expect(secretary.get_by_text("“批示”已办理。")).to_be_visible()
    assert serious(secretary) == []
    assert tap.count <= 4
    tap.count = 2
    tap(secretary.get_by_role("button", name="签发提请挂牌督办报告"))
    expect(secretary.get_by_text("“签发”已办理。")).to_be_visible()
    assert tap.count <= 4
