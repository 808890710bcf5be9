"""Takes the README's pictures from a running installation with the demo: `python docs/screenshots/take.py`.

Reads the addresses and accounts that `make up` wrote (DATA_DIR, default var/); needs the test dependencies and Chromium.
"""

import os
import re
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
DATA = Path(os.environ.get("DATA_DIR", HERE.parents[1] / "var"))
SITE = os.environ.get("SITE_URL", "http://127.0.0.1:8000")
PHONE, DESK = {"width": 375, "height": 760}, {"width": 1440, "height": 900}


def accounts():
    """用户名 → 密码, as the first start wrote them down."""
    pairs = [line.split()[:2] for line in (DATA / "accounts.txt").read_text(encoding="utf-8").splitlines()]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and re.fullmatch(r"[a-z0-9_]+", pair[0])}


def sign_in(page, username, password):
    """登录 through the phone's sign-in page."""
    page.goto(f"{SITE}/phone/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.click("[type=submit]")


def keep(page, name, path):
    """One picture of one page, as tall as it is."""
    page.goto(SITE + path)
    page.screenshot(path=HERE / f"{name}.png", full_page=True)


def first(page, pattern, skip=0):
    """The address of a link on the page that matches."""
    links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    return [link for link in links if re.fullmatch(pattern, link)][skip]


def resident(browser, size, mark):
    """The report page, sent from it the heating story, and the follow page it leads to."""
    page = browser.new_page(viewport=size)
    keep(page, f"home-{mark}", "/")
    page.goto(SITE + "/")
    page.goto(SITE + first(page, r"/c/.+"))
    page.goto(SITE + first(page, r"/q/.+"))
    page.screenshot(path=HERE / f"report-{mark}.png", full_page=True)
    page.fill("textarea[name=description]", "家里暖气不热，室温只有15度")
    page.fill("#id_phone", "13000009999")
    page.get_by_role("button", name="发送", exact=True).click()
    page.wait_for_url(re.compile("/r/"))
    page.screenshot(path=HERE / f"receipt-{mark}.png", full_page=True)
    follow = page.url.split("?")[0]
    for _ in range(20):
        page.goto(follow)
        if "供热" in page.content():
            break
        page.wait_for_timeout(500)
    page.screenshot(path=HERE / f"follow-{mark}.png", full_page=True)
    page.close()


def staff(browser, known, username, size, pages):
    """Pages as one person sees them; a pattern stands for the first link on the page before it."""
    page = browser.new_context(viewport=size).new_page()
    sign_in(page, username, known[username])
    for name, path in pages:
        keep(page, name, first(page, path) if "(" in path else path)


def main():
    """Every picture, anew."""
    known = accounts()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        resident(browser, PHONE, "375")
        resident(browser, DESK, "1440")
        desk = [("admin-1440", "/admin/"), ("triage-1440", "/desk/triage/"), ("figures-1440", "/desk/figures/")]
        staff(browser, known, "paidan1", DESK, [*desk, ("cases-1440", "/desk/cases/")])
        ice = [("cases-found-1440", "/desk/cases/?q=冰柱"), ("case-1440", r"(/desk/cases/[^/?]+/)")]
        staff(browser, known, "paidan1", DESK, ice)
        registers = [(f"{name}-1440", f"/desk/{name}/") for name in ("letters", "supervisions", "backlog", "hall", "visits")]
        staff(browser, known, "zhibanzhang", DESK, [*registers, ("receptions-1440", "/desk/receptions/")])
        staff(browser, known, "huifang1", DESK, [("callbacks-1440", "/desk/callbacks/")])
        order = [("orders-375", "/phone/orders/"), ("order-375", r"(/phone/orders/[^/?]+/)")]
        staff(browser, known, "luxi_banli", PHONE, order)
        eye = [("secretary-375", "/phone/secretary/"), ("secretary-case-375", r"(/phone/secretary/[^/?]+/)")]
        staff(browser, known, "shuji", PHONE, eye)
        browser.close()


if __name__ == "__main__":
    main()
