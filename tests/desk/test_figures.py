"""数字页: every number opens the list of exactly those matters; rates stand beside what they leave out."""

import re
from datetime import timedelta

import pytest

from desk import figures
from dispatch.actions import handling, ladder, supervision
from dispatch.models import WorkOrder
from feedback.actions import callback
from grievance.models import Case
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


def numbers(user, at=NOW):
    """{name: number} as the page shows them at an instant."""
    with travel(at):
        shown = a_phone(user).get("/desk/figures/").context
    return {figure.name: number for part in ("today", "funnel", "aside") for figure, number in shown[part]}


def a_finished_order(scene):
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    handling.complete(order, public_answer="已办", by=scene.who("luxi"), at=NOW)
    for row in order.case.orders.filter(lead=False):
        WorkOrder.objects.filter(pk=row.pk).update(status="done", ended_at=NOW)
    return handling.review(WorkOrder.objects.get(pk=order.pk), passed=True, by=scene.who("leader"), at=NOW)


def test_todays_matters_are_counted(scene):
    a_case(scene)
    a_case(scene, at=TUESDAY - timedelta(days=1))
    assert numbers(scene.who("leader"))["new"] == 1


def test_due_today_and_overdue_are_different_figures(scene):
    order = an_order(scene)
    assert numbers(scene.who("leader"))["due"] == 0
    on_the_day = numbers(scene.who("leader"), order.due_at - timedelta(hours=5))
    assert (on_the_day["due"], on_the_day["overdue"]) == (1, 1)  # the acceptance is overdue, the work is due
    assert numbers(scene.who("leader"), order.due_at + timedelta(days=1))["due"] == 0


def test_supervised_matters_are_counted_once_taken(scene):
    row = ladder.climb_now(an_order(scene).case, level="street", reason="x", by=None, at=NOW)
    assert numbers(scene.who("leader"))["watched"] == 0
    supervision.take(row, demand="办", by=scene.who("secretary"), at=NOW)
    assert numbers(scene.who("leader"))["watched"] == 1


def test_one_who_is_not_content_today_is_counted_and_the_matter_is_back_in_handling(scene):
    order = a_finished_order(scene)
    asked = callback.open_callback(order.case.grievances.get(), at=NOW)
    callback.record(
        asked, replied=True, resolved="no", satisfaction="no", reason="unsolved", way="phone", by=scene.who("caller"), at=NOW
    )
    found = numbers(scene.who("leader"))
    assert (found["dissatisfied"], found["resolved"], found["sent"]) == (1, 0, 1)


def test_funnel_names_how_far_the_matters_have_come(scene):
    a_case(scene)
    an_order(scene)
    a_finished_order(scene)
    found = numbers(scene.who("leader"))
    assert [found[name] for name in ("came", "admitted", "sent", "resolved", "closed")] == [3, 2, 2, 1, 0]


def test_what_is_left_out_stands_beside(scene):
    first, second = a_case(scene), a_case(scene)
    Case.objects.filter(pk=second.pk).update(status="merged", merged_into=first, ended_at=NOW)
    found = numbers(scene.who("leader"))
    assert (found["came"], found["merged"]) == (1, 1)


def test_unit_counts_only_what_it_was_told_of(scene):
    an_order(scene)
    a_case(scene)
    assert numbers(scene.who("luxi"))["came"] == 1
    assert numbers(scene.who("xisheng"))["came"] == 0


def test_every_number_opens_a_list_of_as_many(scene):
    a_case(scene)
    an_order(scene)
    a_finished_order(scene)
    phone = a_phone(scene.who("leader"))
    shown = phone.get("/desk/figures/").context
    for part in ("today", "funnel", "aside"):
        for figure, number in shown[part]:
            assert phone.get(figure.url).context["page"].paginator.count == number, figure.name


def test_rates_stand_beside_their_n_and_are_withheld_below_ten(scene):
    page = text_of(a_phone(scene.who("leader")).get("/desk/figures/"))
    assert "评价 n" in page and "骑马山街道" in page
    assert not re.search(r"\d%", page)


def test_rate_of_ten_answers_is_shown(scene, monkeypatch):
    monkeypatch.setattr(figures.scores, "SHOWN_FROM", 1)
    asked = callback.open_callback(a_finished_order(scene).case.grievances.get(), at=NOW)
    callback.record(asked, replied=True, resolved="yes", satisfaction="yes", way="phone", by=scene.who("caller"), at=NOW)
    with travel(NOW + timedelta(minutes=1)):
        page = text_of(a_phone(scene.who("leader")).get("/desk/figures/"))
    assert "100%" in page


def test_district_sees_the_rates_of_its_streets_and_no_matter_of_theirs(scene):
    an_order(scene)
    response = a_phone(scene.who("district")).get("/desk/figures/")
    assert "骑马山街道" in text_of(response)
    assert numbers(scene.who("district"))["came"] == 0


def test_unit_is_shown_no_rates(scene):
    assert "满意率" not in text_of(a_phone(scene.who("luxi")).get("/desk/figures/"))


def test_figures_cost_the_same_however_many_matters(scene, django_assert_num_queries):
    phone = a_phone(scene.who("leader"))
    for _ in range(3):
        a_case(scene)
    with django_assert_num_queries(SIGNED_IN + 5):  # figures, states, streets, two of the rates
        phone.get("/desk/figures/")
