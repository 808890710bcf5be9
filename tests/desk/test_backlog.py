"""积案: open matters by age, and how the backlog comes down; every figure opens exactly the matters it counts."""

import re
from datetime import date, timedelta

import pytest

from desk import backlog
from dispatch.actions import handling
from grievance.actions import triage
from grievance.models import Case
from street.models import Role
from tests.clock import instant, travel
from tests.desk.phone import SIGNED_IN, a_phone, text_of
from tests.dispatch.scene import a_case, organisation, person

pytestmark = pytest.mark.django_db
NOW = instant("2023-03-31 12:00")
PAGE = "/desk/backlog/"


@pytest.fixture(autouse=True)
def end_of_march():
    with travel(NOW):
        yield


def old(scene, days, *, ended=None):
    """A matter that was submitted so many days ago, and perhaps ended so many days ago."""
    case = a_case(scene, at=NOW - timedelta(days=days))
    if ended is not None:
        Case.objects.filter(pk=case.pk).update(status="closed", ended_at=NOW - timedelta(days=ended))
    return case


def shown(scene, name="dispatcher"):
    return a_phone(scene.who(name)).get(PAGE)


def cells(response, field="community"):
    rows = next(rows for _, name, rows in response.context["tables"] if name == field)
    return {code: ([number for _, number in numbers], total) for code, _, numbers, total in rows}


def test_bands_meet_without_gap_or_overlap():
    assert [(one.low, one.high) for one in backlog.bands()] == [(0, 7), (7, 30), (30, 90), (90, None)]
    assert [one.label for one in backlog.bands()] == ["7 天以内", "8–30 天", "31–90 天", "超过 90 天"]


@pytest.mark.parametrize(("days", "band"), [(0, 0), (6.9, 0), (7, 1), (29.9, 1), (30, 2), (89.9, 2), (90, 3), (400, 3)])
def test_matter_falls_into_one_band(scene, days, band):
    old(scene, days)
    assert cells(shown(scene))["luxi"] == ([int(number == band) for number in range(4)], 1)


def test_setting_cuts_the_bands_anew(scene, settings):
    settings.BACKLOG_BANDS = ["60", "10"]
    old(scene, 20)
    assert cells(shown(scene))["luxi"] == ([0, 1, 0], 1)


def test_ended_matter_is_no_backlog(scene):
    old(scene, 60, ended=1)
    assert cells(shown(scene)) == {}


def test_by_unit_in_charge_and_those_without_one(scene):
    Case.objects.filter(pk=old(scene, 10).pk).update(promised_by=scene.sifasuo)
    old(scene, 40)
    assert cells(shown(scene), "unit") == {"sifasuo": ([0, 1, 0, 0], 1), "none": ([0, 0, 1, 0], 1)}


def test_every_figure_opens_just_the_matters_it_counts(scene):
    for days in (1, 10, 40, 40, 100):
        old(scene, days)
    Case.objects.filter(pk=old(scene, 12).pk).update(promised_by=scene.sifasuo)
    old(scene, 200, ended=20)
    browser = a_phone(scene.who("dispatcher"))
    page = text_of(browser.get(PAGE))
    links = re.findall(r'href="(/desk/cases/\?[^"]+)"[^>]*>(?:<rect[^>]*></rect><text[^>]*>)?(\d+)<', page)
    assert len(links) > 30
    for address, number in links:
        listed = browser.get(address.replace("&amp;", "&")).context["page"].paginator.count
        assert listed == int(number), address


def test_month_ends_go_back_a_year():
    ends = backlog.month_ends(date(2024, 3, 31))
    assert (len(ends), ends[0], ends[-1]) == (12, date(2023, 3, 31), date(2024, 2, 29))


def test_chart_counts_what_was_open_at_each_months_end(scene):
    old(scene, 70, ended=40)  # came on 20 January, ended on 19 February
    old(scene, 45)  # came on 14 February
    months = {month.day: (month.open, month.old) for month in shown(scene).context["months"]}
    assert months[date(2022, 12, 31)] == (0, 0)
    assert months[date(2023, 1, 31)] == (1, 0)
    assert months[date(2023, 2, 28)] == (1, 0)
    assert months[date(2023, 3, 31)] == (1, 1)


def test_tallest_bar_fills_the_chart_and_none_leaves_it(scene):
    for days in (1, 40, 80, 200):
        old(scene, days)
    bars = shown(scene).context["chart"]["bars"]
    assert max(bar.open for bar in bars) == backlog.HIGH
    assert all(0 <= bar.old <= bar.open <= backlog.HIGH for bar in bars)
    assert [bar.label for bar in bars][-2:] == ["2月底", "今天"]


def test_empty_street_has_an_empty_chart(scene):
    assert all(bar.open == 0 for bar in shown(scene).context["chart"]["bars"])


def test_page_counts_no_person_and_names_none(scene):
    case = triage.admit(old(scene, 40), by=scene.who("dispatcher"), at=NOW)
    handling.dispatch(case, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=NOW)
    page = text_of(shown(scene)).split('id="content-main"')[1]
    units = {"luxi", "sifasuo", "heat", "xisheng"}
    people = {name for name in scene.people if name not in units}
    assert [name for name in [*people, "刘"] if name in page] == []


def test_neighbour_counts_nothing_of_it(scene):
    old(scene, 40)
    other = organisation("street2", "street", scene.street.parent)
    stranger = person("stranger", Role.STREET_SECRETARY, other)
    response = a_phone(stranger).get(PAGE)
    assert cells(response) == {} and response.context["now"].open == 0


def test_district_counts_only_what_was_proposed_to_it(scene):
    old(scene, 40)
    assert shown(scene, "district").context["now"].open == 0


def test_cost_does_not_grow_with_the_backlog(scene, django_assert_num_queries):
    browser = a_phone(scene.who("dispatcher"))
    browser.get(PAGE)
    for days in (1, 10, 40, 100):
        old(scene, days)
    with django_assert_num_queries(SIGNED_IN + 3):  # by community, by unit, by month
        browser.get(PAGE)
