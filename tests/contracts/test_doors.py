"""每一扇门: every route and admin page, walked by a stranger, by people without the role, and by a neighbour from another street.

A new route is walked from the day it is added; one that residents may open must be named here."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import get_resolver

from dispatch.actions import handling, mediation
from dispatch.models import Letter, Supervision
from feedback.models import Callback, ListedItem, Rating, ServiceVisit, Topic, TopicCase
from grievance.actions import codes
from grievance.models import Attachment, Complainant
from grievance.sealing import fingerprint, new_salt, secret_for
from street.models import Role
from tests.clock import travel
from tests.desk.phone import a_phone, an_order
from tests.dispatch.scene import TUESDAY, a_street, organisation, person

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
# What anyone may open: residents have no account, and signing in comes before being signed in
PUBLIC = {
    "", "healthz", "c/<slug:code>/", "q/<str:token>/", "r/<str:receipt>/", "r/<str:receipt>/attachments/<int:pk>/",
    "q/<str:token>/uploads/", "r/<str:receipt>/code.png", "r/<str:receipt>/survey/", "r/<str:receipt>/reception/",
    "r/<str:receipt>/data/", "r/<str:receipt>/data/copy/",
    "pj/<str:token>/", "q/<str:token>/visits/", "q/<str:token>/visits/<int:pk>/",
    "q/<str:token>/outlook/", "q/<str:token>/join/", "q/<str:token>/call/", "near/", "s/<str:token>/", "privacy/", "reading/",
    "api/v1/q/<str:token>/grievances/", "admin/login/", "phone/login/",
    "r/<str:receipt>/verify/", "r/<str:receipt>/reopen/", "mine/", "find/",
    "r/<str:receipt>/board/", "board/<slug:community>/", "board/photos/<str:name>.jpg", "wishes/<slug:community>/",
    "api/v1/sms/replies/",
    "phone/logout/", "phone/worker.js", "phone/offline/", "o/<str:token>/", "o/<str:token>/photos/<int:pk>/",
}  # fmt: skip
# What every member of staff may open: nothing of a resident stands there
COMMON = {
    "admin/", "admin/logout/", "admin/password_change/", "admin/password_change/done/", "admin/jsi18n/", "admin/autocomplete/",
}  # fmt: skip
WRITTEN = "13912345678"
"""A number that somebody wrote into what they said."""
SIGN_IN = re.compile(r"^/(admin|phone)/login/")
REFUSALS = {401, 403, 404, 405}


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def rows(scene):
    """One row of everything, all of it in one matter."""
    order = handling.accept(an_order(scene, description=f"车窗被冰柱砸碎，请打{WRITTEN}"), by=scene.who("luxi"), at=NOW)
    case, salt = order.case, new_salt()
    grievance = case.grievances.get()
    made = {
        "case": case, "order": order, "grievance": grievance, "code": codes.issue(scene.building, at=NOW),
        "letter": Letter.objects.create(
            kind="caution", case=case, order=order, issuer=scene.street, to=scene.luxi, subject="冰柱提醒", body="。",
            drafted_at=NOW,
        ),
        "supervision": Supervision.objects.create(case=case, level="street", holder=scene.street, reason="冰柱", raised_at=NOW),
        "mediation": mediation.open_mediation(case, unit=scene.luxi, parties="刘先生", by=scene.who("luxi"), at=NOW),
        "attachment": Attachment.objects.create(
            case=case, grievance=grievance, kind="photo", content_type="image/jpeg", sha256="cd" * 32, size=6, at=NOW,
            file=ContentFile("冰柱".encode(), name="x.jpg"),
        ),
        "callback": Callback.objects.create(
            case=case, grievance=grievance, round=1, opened_at=NOW, expires_at=NOW + timedelta(days=7), token_salt=salt,
            token_hash=fingerprint(secret_for("survey", salt)),
        ),
    }  # fmt: skip
    made["topic"] = Topic.objects.create(
        street=scene.street, name="冰柱", ground="hand", why="冰柱", status="open", found_at=NOW, opened_at=NOW, owner=scene.luxi,
        plan="除冰", due_on=NOW.date(),
    )  # fmt: skip
    TopicCase.objects.create(topic=made["topic"], case=case, why="冰柱", added_at=NOW)
    item = ListedItem.objects.create(unit=scene.luxi, name="消防", basis="消防法", starts=NOW.date())
    made["visit"] = ServiceVisit.objects.create(
        unit=scene.luxi, item=item, place=scene.building, day=NOW.date(), result="sound", registered_by=scene.who("luxi"),
        registered_at=NOW, token_salt=new_salt(), token_hash="ab" * 32, expires_at=NOW + timedelta(days=14),
    )  # fmt: skip
    Rating.objects.create(visit=made["visit"], way="card", grade="poor", case=case, at=NOW)
    return {**made, "events": case.events.filter(at__gte=NOW).count()}


def secrets_of(rows):
    """Words that must not reach anybody who has no business with the matter."""
    return [rows["case"].number, rows["grievance"].number, rows["order"].number, "车窗", *who_spoke()]


def who_spoke():
    """Name and numbers of the one who spoke, in clear and masked: nothing that a firm may ever read."""
    complainant = Complainant.objects.get()
    return [complainant.name, complainant.phone, complainant.masked_name, complainant.masked_phone, WRITTEN]


def routes(resolver=None, prefix=""):
    """Every address pattern of the product."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern, path)
        else:
            yield path


def inner_routes():
    """Those of staff, without what would sign the walker out on the way."""
    return sorted(set(staff_routes()) - COMMON)


def staff_routes():
    # The admin's old address of a row only forwards to `…/change/`
    return sorted({path for path in routes() if not path.endswith("/<path:object_id>/")} - PUBLIC)


def filled(pattern, rows, scene):
    """The address of a pattern, with this matter's own numbers in it; None for the catch-all of the admin."""
    if "(?P" in pattern:
        return None if "<url>" in pattern else "/" + re.sub(r"\^.*", "street/", pattern)
    of_order = "orders/" in pattern
    values = {
        "<slug:template>": "supervise", "<int:number>": "0", "<slug:ending>": "docx",
        "<str:number>": (rows["order"] if of_order else rows["case"]).number, "<str:grievance>": rows["grievance"].number,
        "<slug:place>": scene.building.code, "<slug:street>": scene.street.code, "<slug:move>": "accept", "<slug:kind>": "order",
        "<path:object_id>": str(pk_for(pattern, rows, scene)),
        "<int:pk>": str(pk_for(pattern, rows, scene)), "<path:content_type_id>/": "1/", "<id>": "1", "<int:content_type_id>": "1",
    }  # fmt: skip
    return put_into(pattern, values)


def put_into(pattern, values):
    """The address of a pattern with `values` ({hole: what goes there}) in its holes."""
    for hole, value in values.items():
        pattern = pattern.replace(hole, str(value))
    assert "<" not in pattern, f"{pattern}: say what to put into its holes"
    return "/" + pattern


def pk_for(pattern, rows, scene):
    """The key of the row that such an address speaks of."""
    by_word = {
        "papers/<slug": "order", "papers/<int": "letter",
        "topics/": "topic", "service-visits": "visit", "callback": "callback", "attachments": "attachment",
        "codes": "code", "qrcode": "code", "grievance/case": "case",
        "grievance/grievance": "grievance", "workorder": "order", "letter": "letter", "supervision": "supervision",
        "mediation": "mediation",
    }  # fmt: skip
    for word, name in by_word.items():
        if word in pattern:
            return rows[name].pk
    by_model = {"organisation": scene.street, "user": scene.who("luxi"), "place": scene.building, "policy": scene.policy}
    return next((row.pk for word, row in by_model.items() if f"/{word}/" in pattern), 1)


def answers(browser, rows, scene, patterns):
    """(pattern, method, response) for a GET and a POST of every address."""
    for pattern in patterns:
        address = filled(pattern, rows, scene)
        if address:
            yield pattern, "GET", browser.get(address)
            yield pattern, "POST", browser.post(address, {})


def body(response):
    if response.streaming:
        return b"".join(response.streaming_content).decode(errors="replace")
    return response.content.decode(errors="replace")


def leaks(response, rows):
    return [secret for secret in secrets_of(rows) if secret in body(response)]


def untouched(rows):
    """Nothing of the matter was written: no event, no other status."""
    was = rows["order"].status
    rows["order"].refresh_from_db()
    return rows["case"].events.filter(at__gte=NOW).count() == rows["events"] and rows["order"].status == was


def test_routes_that_anyone_may_open_are_still_there():
    assert set(routes()) >= PUBLIC | COMMON


def test_stranger_is_sent_to_sign_in_from_every_page_of_staff(scene, rows):
    wrong = []
    for pattern, method, response in answers(Client(), rows, scene, staff_routes()):
        turned = response.status_code == 302 and SIGN_IN.match(response["Location"])
        if pattern.startswith("api/"):
            turned = response.status_code in {401, 403} and response["Content-Type"].startswith("application/json")
        # The sign-out of somebody who is not signed in goes home
        if not turned and pattern not in {"admin/logout/", "admin/jsi18n/"} or leaks(response, rows):
            wrong.append((method, pattern, response.status_code))
    assert wrong == [] and untouched(rows)


OF_COUNTS = ("desk/policy/", "desk/letter-templates/", "desk/rechecks/", "desk/ratings/", "desk/doubts/")
"""Limits, ladder and duty list; counts of matters they would have touched, of second answers, of ratings. Of no resident."""


def test_one_whose_posts_show_no_matter_reads_none(scene, rows):
    nobody, wrong = person("no-matter", Role.AUDITOR, scene.street), []
    for role in (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.DISCIPLINE):
        nobody.postings.create(organisation=scene.street, role=role, starts_on=TUESDAY.date())
    browser = a_phone(nobody)
    pages = (
        "street/",
        "admin/logentry/",
        "dispatch/policy",
        "dispatch/routingrule",
        "grievance/category",
        "grievance/alert",
        "grievance/classifierversion",
        "grievance/cue",
        "grievance/saying",
        "grievance/qrcode",
        "grievance/publicpage",
        "feedback/figurerule",
        "feedback/listeditem",
        "feedback/unitnetwork",
        "feedback/warningrule",
    )
    settings = {f"admin/{page}" for page in pages}
    for pattern, method, response in answers(browser, rows, scene, inner_routes()):
        own = any(pattern.startswith(page) for page in settings) or pattern.startswith(
            # The discipline officer's own box is empty here, and says so
            ("codes/", "admin/dispatch/standing", "admin/^", "desk/confidential/", "desk/registers/", "phone/", *OF_COUNTS)
        )
        if leaks(response, rows) or not own and response.status_code not in REFUSALS:
            wrong.append((method, pattern, response.status_code, leaks(response, rows)))
    assert wrong == [] and untouched(rows)


@pytest.mark.parametrize("page", ["desk/triage/", "desk/cases/", "desk/callbacks/", "desk/figures/", "phone/orders/", "codes/"])
def test_page_is_forbidden_to_one_without_the_role(scene, page):
    assert a_phone(person("auditor", Role.AUDITOR, scene.street)).get(f"/{page}").status_code == 403


EVERY_ROLE_OF_A_DESK = [
    Role.DISPATCHER, Role.SHIFT_LEADER, Role.SUPERVISOR, Role.CALLER, Role.STREET_LEADER, Role.STREET_SECRETARY,
    Role.SYSTEM_ADMIN,
]  # fmt: skip


@pytest.fixture
def neighbour(scene):
    """Somebody who may do everything, in the street next door."""
    other = organisation("street2", "street", scene.street.parent)
    user = person("neighbour", Role.HANDLER, organisation("unit2", "community", other))
    for role in EVERY_ROLE_OF_A_DESK:
        user.postings.create(organisation=other, role=role, starts_on=TUESDAY.date())
    return a_phone(user)


def test_neighbour_from_another_street_finds_none_of_it(scene, rows, neighbour):
    wrong = []
    for pattern, method, response in answers(neighbour, rows, scene, inner_routes()):
        about_this = "<" in pattern and "(?P" not in pattern and "autocomplete" not in pattern
        found = about_this and response.status_code not in {404, 405} and not shared(pattern, method, response)
        if leaks(response, rows) or found:
            wrong.append((method, pattern, response.status_code, leaks(response, rows)))
    assert wrong == [] and untouched(rows)


def shared(pattern, method, response):
    """What all streets share is read by all, and nobody deletes what has a history."""
    common = (
        "admin/grievance/category",
        "admin/grievance/alert",
        "admin/street/calendar",
        "admin/dispatch/policy",
        "admin/dispatch/routingrule",
        "desk/letter-templates/",
    )
    return pattern.startswith(common) or response.status_code == 403 or (method == "POST" and pattern.startswith("api/"))


def test_firm_that_assists_reads_neither_name_nor_number(scene, rows):
    browser = a_phone(person("firm", Role.HANDLER, scene.company))
    for pattern, method, response in answers(browser, rows, scene, inner_routes()):
        assert [secret for secret in who_spoke() if secret in body(response)] == [], (method, pattern)


def test_unit_in_charge_reads_no_number_in_clear_without_asking(scene, rows):
    browser, in_clear = a_phone(scene.who("luxi")), [Complainant.objects.get().phone, WRITTEN]
    asking = {"desk/cases/<str:number>/contact/<str:grievance>/"}
    for pattern, method, response in answers(browser, rows, scene, sorted(set(inner_routes()) - asking)):
        assert [secret for secret in in_clear if secret in body(response)] == [], (method, pattern)


def test_every_table_of_a_resident_is_out_of_the_administrators_sight(scene):
    keeper = a_phone(person("keeper", Role.SYSTEM_ADMIN, scene.street))
    matters = {
        model for model in admin.site._registry if any(field.name in {"case", "grievance"} for field in model._meta.fields)
    }
    assert matters
    for model in matters:
        assert keeper.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/").status_code == 403
