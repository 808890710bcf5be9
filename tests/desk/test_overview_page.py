"""总览和指标: the figures on the page are those of the list behind each; no person stands on them, and no unit another’s line."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from desk import behind
from feedback.figures import freezing, keeping
from feedback.models import Snapshot
from street.models import Organisation
from tests.clock import instant, travel
from tests.dispatch.scene import a_street
from tests.feedback.scene import CONTENT, UNHAPPY, a_resolved_case, answers, asked

NOW = instant("2023-03-20 11:00")
PRIVATE = ("刘先生", "13800001", "车窗")


@pytest.fixture
def scene(db):
    """Eleven content persons and one who is not, in one matter of twelve."""
    scene = a_street()
    for row in asked(a_resolved_case(scene, reporters=11)):
        answers(row, CONTENT)
    answers(asked(a_resolved_case(scene))[0], UNHAPPY)
    keeping.keep_up()
    with travel(NOW):
        yield scene


def client_of(scene, name):
    client = Client()
    client.force_login(scene.who(name))
    return client


def test_each_rate_opens_the_matters_it_is_made_of(scene, django_assert_num_queries):
    client = client_of(scene, "supervisor")
    client.get("/desk/metrics/")
    with django_assert_num_queries(15):
        page = client.get("/desk/metrics/")
    whole = page.context["whole"]
    cell = next(one for one in whole.cells if one.value.metric.name == "satisfied")
    assert (cell.value.percent, cell.value.n) == (Decimal("91.7"), 12)
    assert [row.name for row in page.context["units"]] == ["luxi"]
    missed = client.get(cell.links["missed"])
    assert [line.case.callbacks.filter(satisfaction="no").count() for line in missed.context["lines"]] == [1]
    assert missed.context["ask"].behind.label == "2023-03-01 至 2023-03-19 满意率没有计入的"
    assert len(client.get(cell.links["bottom"]).context["lines"]) == 2
    text = page.content.decode()
    assert not any(word in text for word in PRIVATE)


def test_a_unit_reads_its_own_line_and_a_stranger_none(scene):
    assert [row.name for row in client_of(scene, "luxi").get("/desk/metrics/").context["units"]] == ["luxi"]
    assert client_of(scene, "xisheng").get("/desk/metrics/").context["units"] == []
    other = Organisation.objects.create(
        code="far", name="远处街道", kind="street", parent=scene.street.parent, path="city/district/far/"
    )
    assert client_of(scene, "luxi").get(f"/desk/metrics/?street={other.code}").status_code == 404
    link = behind.Behind(*behind_of_all(scene))
    seen = client_of(scene, "xisheng").get(f"/desk/cases/?{link.query}")
    assert not seen.context["lines"], "a figure opens what its reader may see, and nothing more"


def behind_of_all(scene):
    from feedback.figures import metrics, periods

    return metrics.BY_NAME["satisfied"], "bottom", scene.street.pk, "street", 0, periods.month(NOW.date())


def test_a_frozen_month_is_shown_as_it_was(scene):
    april = NOW + timedelta(days=20)
    freezing.freeze_due(april)
    Snapshot.objects.update(
        numbers={"street": {"0": {"heard": 40, "content_yes": 10}}, "unit": {}, "community": {}, "category": {}}
    )
    with travel(april):
        page = client_of(scene, "supervisor").get("/desk/metrics/?month=2023-03")
    assert "定格" in page.content.decode()
    assert next(one for one in page.context["whole"].cells if one.value.metric.name == "satisfied").value.percent == 25


@pytest.mark.parametrize("typed", ["month=2023-13", "from=x&to=y", "from=2023-03-09&to=2023-03-01", "month=2099-01"])
def test_what_is_no_period_is_said_and_nothing_breaks(scene, typed):
    page = client_of(scene, "supervisor").get(f"/desk/metrics/?{typed}")
    assert page.status_code == 200 and page.context["period"].last == NOW.date() - timedelta(days=1)
    assert bool(page.context["problem"]) == (typed != "month=2099-01")


def test_overview_names_nobody_and_counts_statements(scene, django_assert_num_queries):
    client = client_of(scene, "secretary")
    client.get("/desk/overview/")
    with django_assert_num_queries(14):
        page = client.get("/desk/overview/")
    assert [bar.number for bar in page.context["funnel"]] == [2, 2, 2, 1, 1]
    assert sum(number for _, hours in page.context["heat"] for _, number, _ in hours) == 2
    assert page.context["ages"][0].number == 1
    for text in (page.content.decode(), client.get("/desk/overview/?screen=1").content.decode()):
        assert not any(word in text for word in PRIVATE)
    assert client_of(scene, "luxi").get("/desk/overview/").status_code == 403
    assert '<a href="/desk/cases' not in client.get("/desk/overview/?screen=1").content.decode()
