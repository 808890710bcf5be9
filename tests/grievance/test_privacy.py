"""个人信息: consent to what is sensitive, asked for nothing; what staff read in clear, and why."""

import pytest
from django.urls import reverse

from grievance.models import Grievance
from tests.builders import a_code
from tests.clock import MONDAY_10AM, travel

pytestmark = pytest.mark.django_db


def test_consent_to_sensitive_content_is_one_tick_kept_with_its_time_and_nothing_waits_for_it(client):
    page = reverse("grievance:report", args=[a_code().token])
    with travel(MONDAY_10AM):
        form = client.get(page).content.decode()
        assert form.count('name="sensitive"') == 1 and "sensitive" not in "".join(
            part for part in form.split("<") if "checked" in part or "required" in part
        )
        for key, tick in (("with", {"sensitive": "on"}), ("without", {})):
            assert client.post(page, {"description": "孩子有哮喘，楼道有人抽烟", "key": key, **tick}).status_code == 302
    kept = dict(Grievance.objects.values_list("key", "sensitive_agreed_at"))
    assert kept == {"with": MONDAY_10AM, "without": None}
