"""恶意文字: scripts in every box of a resident's pages come back as text, wherever somebody reads them; docs/hostile-input.md."""

import json
import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from feedback.models import Callback
from grievance.models import Case, Grievance
from tests.builders import a_code, own
from tests.clock import travel
from tests.desk.phone import a_phone
from tests.dispatch.scene import TUESDAY, later

pytestmark = pytest.mark.django_db
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</textarea><svg onload=alert(1)>",
    "{{ settings.SECRET_KEY }}{% debug %}",
)
"""Each after a mark of its own, so that a page is known to show it."""


class Live(HTMLParser):
    """What of a page a browser would run: scripts that are not the house's, handlers, and addresses that are code."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if tag == "script" and not (facts.get("src") or "").startswith("/static/"):
            self.found.append((tag, facts))
        self.found += [(tag, name, value) for name, value in attributes if name.startswith("on")]
        links = (facts.get(name) or "" for name in ("href", "src", "action", "formaction"))
        self.found += [(tag, link) for link in links if link.strip().lower().startswith(("javascript:", "data:"))]


def harmless(response, *marks):
    """The page, which shows these marks and would run nothing of them."""
    page = response.content.decode()
    assert response.status_code in (200, 400), response.status_code
    missing = [mark for mark in marks if mark not in page]
    assert not missing, f"{response.request['PATH_INFO']} does not show {missing}"
    assert Live(page).found == [], response.request["PATH_INFO"]
    return page


@pytest.mark.parametrize("words", HOSTILE)
def test_scripts_in_every_box_come_back_as_text_wherever_they_are_read(scene, words):
    phone, code = Client(), a_code(scene.building)
    with travel(later(hours=1)):
        said = {name: f"{name}记号{words}" for name in ("description", "address", "name")}
        # Refused, so that the form comes back with all of it
        harmless(phone.post(f"/q/{code.token}/", {**said, "phone": f"x{words}", "key": "k"}), *(f"{name}记号" for name in said))
        assert phone.post(f"/q/{code.token}/", {**said, "phone": "13812345678", "key": "k"}).status_code == 302
        grievance = Grievance.objects.get()
        follow = f"/r/{grievance.receipt}/"
        assert phone.post(follow, {"action": "remark", "text": f"补充记号{words}"}).status_code == 302
        assert phone.post(follow, {"action": "ask", "text": f"提问记号{words}"}).status_code == 302
        seen = harmless(phone.get(follow), "description记号", "补充记号", "提问记号")
        assert "&lt;script&gt;" in seen or "<script>" not in words
        harmless(phone.get(f"{follow}?new=1"))
        harmless(phone.get(f"{follow}?done={words}"))
        harmless(phone.get(f"{follow}data/"), "description记号", "address记号")
        harmless(phone.get("/mine/"), grievance.number)
        harmless(phone.post("/find/", {"phone": words}))
        harmless(phone.get(f"{follow}verify/", {"for": words}))
        exported = phone.get(f"{follow}data/copy/")
        assert exported.headers["Content-Type"] == "application/zip" and "attachment" in exported.headers["Content-Disposition"]
        assert phone.post("/", {"receipt": words}).status_code == 404
        desk = a_phone(scene.who("dispatcher"))
        for page in (f"/desk/cases/{grievance.case.number}/", f"/desk/triage/?case={grievance.case.number}"):
            harmless(desk.get(page), "description记号", "补充记号")
        for page in ("/desk/cases/", f"/desk/cases/?q={words}", "/desk/triage/"):
            harmless(desk.get(page))
        answer = desk.get(f"/api/v1/cases/{grievance.case.number}/")
        assert answer.headers["Content-Type"] == "application/json" and "记号" in json.dumps(answer.json(), ensure_ascii=False)
        judged(scene, phone, grievance, words)


def judged(scene, phone, grievance, words):
    """Thanks, and the words of the survey, on the pages of those who read them."""
    Case.objects.filter(pk=grievance.case_id).update(status="resolved", resolved_at=TUESDAY)
    own(phone, grievance)
    follow = f"/r/{grievance.receipt}/"
    assert phone.post(follow, {"action": "thank", "text": f"谢谢记号{words}"}).status_code == 302
    harmless(phone.get(follow), "谢谢记号")
    unsaid = {"resolved": "no", "satisfaction": "no", "words": f"评价记号{words}"}
    harmless(phone.post(f"{follow}survey/", unsaid), "评价记号")
    harmless(a_phone(scene.who("dispatcher")).get(f"/desk/cases/{grievance.case.number}/"), "谢谢记号")
    assert not Callback.objects.filter(status="answered").exists()


def test_the_pages_carry_a_policy_under_which_no_written_script_would_run(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    scripts = re.search(r"(?:script-src|default-src) ([^;]+)", policy)[1]
    assert "unsafe" not in scripts and "*" not in scripts
