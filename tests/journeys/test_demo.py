"""`manage.py demo`: 2023 is over and done with, the fortnight stands as it stands, and every page shows something."""

from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import resolve
from django.utils.timezone import localdate

from dispatch.models import Letter, Supervision, WorkOrder
from feedback.models import Callback
from grievance.models import Case, Event, Grievance
from tests.clock import instant
from tests.journeys import planner
from tests.journeys.ends import left
from tests.journeys.pages import Page
from tests.journeys.people import Staff, units

PEOPLE = [
    "zhibanzhang", "duban", "huifang1", "fenguan", "shuji", "qushuji", "ducha", "luxi_shuji", "luxi_banli", "luxi_wangge",
    "heat_banli", "pm_anjia_banli",
]  # fmt: skip
# They see no matter of a resident, and so have no phone page
ADMINISTRATORS = ["admin", "anquan", "shenji", "jiwei"]
STAFF_PAGES = ("/admin/", "/desk/", "/phone/", "/codes/")
OF_EACH_KIND = 2


@pytest.fixture(scope="module")
def played(street_and_policy, django_db_blocker, tmp_path_factory):
    """The demo on an empty installation, once: it takes half a minute."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder, MEDIA_ROOT=folder / "media"), transaction.atomic():
        call_command("demo", verbosity=0)
        planner.learns()
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.usefixtures("played"), pytest.mark.django_db]


def of_2023():
    return Case.objects.filter(submitted_at__lt=instant("2024-01-01 00:00"))


# --- 2023 ----------------------------------------------------------------------------------------


def test_all_of_2023_is_closed_and_nothing_is_left_due():
    assert Counter(of_2023().values_list("status", flat=True)) == {"closed": 7, "merged": 16}
    assert left(of_2023()) == []


@pytest.mark.parametrize(
    ("day", "category", "first_lead", "due", "resolved"),
    [
        ("2023-03-14", "F3", "qms-luxi", "2023-03-21 19:30", "2023-03-15"),
        ("2023-04-11", "D1", "sy-jiaojing", "2023-05-05 20:00", "2023-04-14"),
        ("2023-09-22", "A7", "qms-xisheng", "2023-10-07 19:30", "2023-09-27"),
        ("2023-10-30", "C4", "sy-chengguan", "2023-11-06 19:30", "2023-11-05"),
    ],
)
def test_each_matter_has_its_real_day_unit_and_due_time(day, category, first_lead, due, resolved):
    case = of_2023().get(category__code=category, status="closed")
    order = case.orders.filter(lead=True).earliest("pk")
    assert (order.handler.code, order.due_at) == (first_lead, instant(due))
    assert (str(localdate(case.submitted_at)), str(localdate(case.resolved_at))) == (day, resolved)


def test_ice_was_mediated_twice_supervised_and_passed_to_the_justice_office():
    case = of_2023().get(category__code="F3")
    assert list(case.mediations.values_list("unit__code", "status")) == [("qms-luxi", "failed"), ("qms-sifasuo", "agreed")]
    assert case.letters.get(kind="secretary_supervise").signed_by.username == "shuji"
    assert case.orders.filter(lead=True).latest("pk").handler.code == "qms-sifasuo"


def test_late_fee_waited_for_the_papers_it_led_to():
    case = of_2023().get(category__code="A7")
    assert sorted(case.linked.values_list("category__code", flat=True)) == ["G3", "H2"]
    assert all(case.resolved_at >= paper.resolved_at for paper in case.linked.all())


def test_fence_was_listed_by_the_district_and_seventeen_persons_were_asked():
    case = of_2023().get(category__code="C4", status="closed")
    assert case.grievances.count() == 17
    assert case.households == 3200
    listed = case.supervisions.get(level="district")
    assert (listed.status, listed.taken_by.username) == ("lifted", "qushuji")
    answers = case.callbacks.values_list("status", "satisfaction")
    assert set(answers) == {("answered", "yes")} and len(answers) == 17
    assert {"sy-zhujian", "qms-jiaojing", "qms-chengguan"} <= units(case.orders.filter(lead=False))


# --- nobody but people signs ----------------------------------------------------------------------


def test_nothing_is_signed_listed_or_taken_up_by_the_clock():
    by_hand = ("sign", "take", "list", "unlist", "decline_listing", "discard")
    signing = Event.objects.filter(kind__regex=rf"^(letter|supervision)\.({'|'.join(by_hand)})$")
    assert signing.count() > 5
    assert not signing.exclude(voice="staff").exists()
    assert not Letter.objects.filter(status="issued", signed_by=None).exists()
    assert not Supervision.objects.filter(status__in=["active", "listed"], taken_by=None).exists()


def test_no_unit_was_rung_back_by_itself_and_silence_satisfied_nobody():
    assert not Callback.objects.exclude(status="answered").exclude(satisfaction="").exists()
    for row in Callback.objects.filter(recorded_by__isnull=False):
        own = row.recorded_by.postings.values("organisation")
        assert not WorkOrder.objects.filter(case=row.case, handler__in=own).exists()


# --- what is to be seen ---------------------------------------------------------------------------


def test_fortnight_has_sixty_matters_at_every_stage():
    recent = Case.objects.exclude(pk__in=of_2023())
    statuses = set(recent.values_list("status", flat=True))
    assert recent.filter(parent=None).count() >= 60
    assert {"submitted", "held", "in_handling", "resolved", "closed"} <= statuses
    assert Letter.objects.drafts().exists()
    assert set(WorkOrder.objects.values_list("status", flat=True)) >= {"dispatched", "accepted", "completed", "done"}


def test_demo_is_not_played_over_matters_that_are_there():
    with pytest.raises(CommandError, match="库里已有事项"):
        call_command("demo")


@pytest.mark.once("postgresql")
@pytest.mark.parametrize("username", [*PEOPLE, *ADMINISTRATORS])
def test_every_kind_of_page_that_ones_own_pages_lead_to_opens(username):
    found = wander(Staff(username), ["/admin/"] if username in ADMINISTRATORS else ["/admin/", "/phone/"])
    assert {path: status for path, status in found.items() if status != 200} == {}
    assert len(found) >= 2


def wander(person, begin):
    """{path: status} of the pages reached by links from where the person begins, two of each kind from each kind of page."""
    waiting, seen, kinds = [(path, "") for path in begin], {}, Counter()
    while waiting:
        path, where = waiting.pop(0)
        kind = resolve(urlsplit(path).path).route
        if path in seen or kinds[where, kind] >= OF_EACH_KIND:
            continue
        kinds[where, kind] += 1
        page = person.get(path)
        seen[path] = page.status
        links = (urljoin(page.url, link).partition("#")[0] for link in page.links)
        # A PDF is set by LibreOffice, seconds each, and has tests of its own
        waiting += [(link, kind) for link in links if link.startswith(STAFF_PAGES) and not link.endswith(".pdf")]
    return seen


@pytest.mark.once("postgresql")
def test_desk_opens_every_matter_and_every_order_under_way():
    leader = Staff("zhibanzhang")
    pages = [f"/desk/cases/{case.number}/" for case in Case.objects.exclude(status="merged")]
    pages += [f"/phone/orders/{order.number}/" for order in WorkOrder.objects.open()]
    assert len(pages) > 90
    assert {path for path in pages if leader.get(path).status != 200} == set()


def test_every_resident_opens_the_page_behind_the_receipt(client):
    pages = [Page(client, client.get(f"/r/{grievance.receipt}/")) for grievance in Grievance.objects.all()]
    assert len(pages) > 70
    assert {page.status for page in pages} == {200}
    assert not any("None" in page for page in pages)


@pytest.mark.parametrize(
    ("username", "path", "kind"),
    [
        ("paidan1", "/desk/triage/", "desk/triage/"),
        ("zhibanzhang", "/desk/cases/", "desk/cases/<str:number>/"),
        ("huifang1", "/desk/callbacks/", "desk/callbacks/<int:pk>/"),
        ("heat_banli", "/phone/orders/", "phone/orders/<str:number>/"),
        ("luxi_banli", "/phone/orders/", "phone/orders/<str:number>/"),
        ("shuji", "/phone/secretary/", "phone/secretary/<str:number>/"),
        ("qushuji", "/phone/secretary/", "phone/secretary/<str:number>/"),
        ("luxi_shuji", "/phone/secretary/", "phone/secretary/<str:number>/"),
    ],
)
def test_pages_show_something_worth_looking_at(username, path, kind):
    page = Staff(username).get(path)
    leads = {resolve(urlsplit(urljoin(page.url, link)).path).route for link in page.links if link.startswith(("/", "?"))}
    assert kind in leads, page.text
