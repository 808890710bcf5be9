"""会话: one that is used goes on, one that is not ends; and not every page writes it down."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone
from tests.dispatch.scene import TUESDAY, a_street

pytestmark = pytest.mark.django_db
PAGE = "/phone/"


def minutes(number):
    return travel(TUESDAY + timedelta(minutes=number))


def test_session_is_kept_alive_by_use_and_ends_without_it(settings):
    settings.SESSION_COOKIE_AGE = 1800
    with minutes(0):
        browser = a_phone(a_street().who("luxi"))
    first = Session.objects.get().expire_date
    with minutes(2):
        assert browser.get(PAGE).status_code in (200, 302)
    assert Session.objects.get().expire_date == first, "a page more costs no writing"
    for later in (20, 40, 60):
        with minutes(later):
            assert "/login/" not in browser.get(PAGE).headers.get("Location", "")
    with minutes(91):
        assert "/login/" in browser.get(PAGE)["Location"]


def test_what_a_page_costs_before_it_has_read_anything(django_assert_num_queries):
    with minutes(0):
        browser = a_phone(a_street().who("district"))
        with django_assert_num_queries(SIGNED_IN):
            browser.get("/desk/triage/")
