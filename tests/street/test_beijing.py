"""北京时间 on every page: what a resident reads is never two hours off."""

from datetime import UTC, date, datetime

import pytest
from django.template import engines

EVENING = datetime(2023, 3, 21, 11, 30, tzinfo=UTC)
LATE = datetime(2023, 3, 21, 16, 5, tzinfo=UTC)


def written(filter_name, value):
    template = engines["django"].from_string("{% load beijing %}{{ value|" + filter_name + " }}")
    return template.render({"value": value})


def test_an_instant_is_written_out_with_its_zone():
    assert written("beijing", EVENING) == "2023年3月21日 19:30（北京时间）"


def test_an_evening_in_greenwich_is_the_next_day_in_beijing():
    assert written("beijing", LATE) == "2023年3月22日 00:05（北京时间）"
    assert written("beijing_date", LATE) == "2023年3月22日"
    assert written("beijing_short", LATE) == "3月22日 00:05"


def test_a_date_is_written_without_an_hour():
    assert written("beijing_date", date(2023, 10, 7)) == "2023年10月7日"


@pytest.mark.parametrize("name", ["beijing", "beijing_date", "beijing_short"])
def test_what_has_no_time_is_written_as_nothing(name):
    assert written(name, None) == ""


def test_an_instant_without_a_zone_is_a_mistake_not_a_guess():
    with pytest.raises(ValueError, match="naive"):
        written("beijing", EVENING.replace(tzinfo=None))
