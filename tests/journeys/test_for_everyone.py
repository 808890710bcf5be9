"""For everyone: every resident page in Chinese, English and Uyghur, in usual and in large print, on the smallest phone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.journeys.axe import violations

pytestmark = [pytest.mark.needs_chromium, pytest.mark.own_servers]

PHONE = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True}
PATIENCE = 20_000
MODES = [(language, elder) for language in ("", "en", "ug") for elder in ("", "1")]
# What is too small or sticks out, as `what: how much`; a box to tick is as large as the label around it
MEASURED = """
least => {
  const found = [], seen = node => node.getClientRects().length && getComputedStyle(node).visibility !== 'hidden';
  const name = node => node.tagName + ' ' + (node.innerText || node.name || '').slice(0, 20);
  const hidden = node => node.closest('.skip, .unseen, .picker input');
  for (const node of document.querySelectorAll('a, button, input, select, textarea, summary')) {
    if (!seen(node) || hidden(node)) continue;
    const box = (node.closest('label') || node).getClientRects()[0];
    if (box.height < least.target) found.push(`${name(node)}: ${Math.round(box.height)} px high`);
  }
  for (const node of document.querySelectorAll('main *, header *, footer *')) {
    const own = [...node.childNodes].some(part => part.nodeType === 3 && part.data.trim());
    const size = parseFloat(getComputedStyle(node).fontSize);
    if (own && seen(node) && !hidden(node) && size < least.text) found.push(`${name(node)}: ${size} px letters`);
  }
  const wide = document.documentElement.scrollWidth;
  return wide > 360 ? [...found, `the page: ${wide} px wide`] : found;
}
"""
CHANGED_MOST = [("en", "1"), ("ug", "")]
LEAST = {"": {"target": 24, "text": 14}, "1": {"target": 60, "text": 24}}
"""WCAG 2.2 AA asks for 24 px; large print for 60 px, and 18 pt is 24 px."""


@pytest.fixture(scope="module")
def context(chromium):
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **PHONE)
        context.set_default_timeout(PATIENCE)
        yield context
        browser.close()


def approve_uyghur(page, running):
    """审定: as the system administrator does it, every row and then the language."""
    written = Path(running.environment["DATA_DIR"], "accounts.txt").read_text().splitlines()
    page.goto(f"{running.url}/admin/street/wording/")
    page.get_by_label("用户名").fill("admin")
    page.get_by_label("密码").fill(dict(line.split("\t")[:2] for line in written)["admin"])
    page.get_by_role("button", name="登录").click()
    page.locator("#changelist-filter").get_by_role("link", name="ئۇيغۇرچە").click()
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("approve")
    page.locator("button[name=index]").click()
    expect(page.get_by_text("已审定")).to_be_visible()
    page.goto(f"{running.url}/admin/street/language/")
    page.get_by_role("link", name="ئۇيغۇرچە").click()
    page.get_by_label("开放").check()
    page.locator("input[name=_save]").click()
    page.context.clear_cookies()


def receipt_of(page, running):
    """One matter of its own: the address of its follow page."""
    page.goto(f"{running.url}/q/{running.codes[0]}/")
    page.get_by_label("发生了什么").fill("单元门口的灯不亮了，晚上看不见路")
    page.get_by_role("button", name="发送", exact=True).tap()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    return page.locator("#link").inner_text().strip()


def faults(page, language, elder):
    """What axe finds, whatever its weight, and what is too small for the mode."""
    broken = violations(page) + page.evaluate(MEASURED, LEAST[elder])
    beside = page.locator(".helper").count()
    if bool(beside) != bool(language):
        broken.append(f"{beside} helper texts")
    if language and page.locator(f".helper:not([lang={language}][dir={'rtl' if language == 'ug' else 'ltr'}])").count():
        broken.append("a helper text without its language and direction")
    return [f"{page.url} {language or 'zh'}{' large' if elder else ''} {fault}" for fault in broken]


def test_no_page_keeps_anyone_out_in_any_language_or_size(running, context):
    page = context.new_page()
    approve_uyghur(page, running)
    follow = receipt_of(page, running)
    paths = ["/", "/privacy/", f"/q/{running.codes[0]}/", "/q/nosuchcode/", "/find/"]
    addresses = [running.url + path for path in paths] + [follow, f"{follow}?new=1", f"{follow}data/", f"{follow}reception/"]
    # The same parts put together in other ways: the two modes that change most are enough
    community = page.goto(running.url) and page.locator("a[href^='/c/']").first.get_attribute("href")
    more = [running.url + path for path in (community, "/?q=1号楼", "/mine/")]
    more += [follow + path for path in ("verify/?for=withdraw", "survey/", "reopen/")]
    found = []
    for language, elder in MODES:
        said = {"language": language, "elder": elder}
        context.add_cookies([{"name": name, "value": value, "url": running.url} for name, value in said.items()])
        for address in [*addresses, *(more if (language, elder) in CHANGED_MOST else [])]:
            page.goto(address)
            found += faults(page, language, elder)
    assert found == [], "\n".join(found)


def test_switch_works_without_a_script_and_comes_back_to_the_page(running, context):
    page = context.browser.new_context(java_script_enabled=False, **PHONE).new_page()
    page.goto(f"{running.url}/q/{running.codes[0]}/")
    page.get_by_role("button", name="English").tap()
    expect(page.get_by_role("button", name="发送 Send", exact=True)).to_be_visible()
    page.get_by_role("button", name="大字版").tap()
    expect(page.locator("html.elder")).to_be_attached()
    assert page.url == f"{running.url}/q/{running.codes[0]}/"
    page.get_by_role("button", name="中文").tap()
    expect(page.locator(".helper")).to_have_count(0)
    page.context.close()


def test_what_a_script_says_has_its_helper_text_too(running, context):
    context.clear_cookies()
    context.add_cookies([{"name": "language", "value": "en", "url": running.url}])
    page = context.new_page()
    page.goto(f"{running.url}/q/{running.codes[0]}/")
    page.get_by_label("发生了什么").fill("灯坏了")
    expect(page.locator("#count")).to_have_text("已写 3 字3 characters")
    page.get_by_label("发生了什么").fill("灯坏了。")
    expect(page.locator("#count")).to_have_text("已写 4 字4 characters")
