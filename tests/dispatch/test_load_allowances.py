"""宽限规则 from the policy file: written as they stand, copied into a draft, refused with the line where they mean nothing."""

import pytest

from dispatch.loading import load
from dispatch.models import Allowance
from street.datafile import DataFileError
from tests.clock import MONDAY_10AM, instant
from tests.dispatch.test_load_policy import SMALL, street, written

__all__ = ["street"]
pytestmark = pytest.mark.django_db
ROW = """
[[allowance]]
kind = "extension"
step = 1
most = 10
unit = "working_day"
by = ["street_leader", "shift_leader"]
"""
SECOND = ROW.replace("step = 1", "step = 2").replace("most = 10", "most = 5")


def issued(folder, text, at=MONDAY_10AM):
    return load(written(folder, text), at=at)


def test_rows_are_written_with_the_version(tmp_path, street):
    policy = issued(tmp_path, SMALL + ROW + SECOND).policy
    assert [(row.step, row.most, row.deciders) for row in policy.allowances.all()] == [
        (1, 10, ["street_leader", "shift_leader"]),
        (2, 5, ["street_leader", "shift_leader"]),
    ]


def test_another_row_is_another_version_and_the_same_file_is_not(tmp_path, street):
    issued(tmp_path, SMALL + ROW)
    assert not issued(tmp_path, SMALL + ROW, at=instant("2023-04-01 10:00")).issued
    assert issued(tmp_path, SMALL + ROW + SECOND, at=instant("2023-04-02 10:00")).policy.version == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ROW + ROW, "重复"),
        (SECOND, "须先写第 1 次"),
        (ROW.replace('"shift_leader"', '"handler"'), "没有“handler”这个审批角色"),
        (ROW.replace('by = ["street_leader", "shift_leader"]', "by = []"), "由谁审批"),
        (ROW.replace("most = 10", ""), "最多几日"),
        (ROW.replace("working_day", "clock_hour"), "没有“clock_hour”"),
        (ROW.replace("extension", "holiday"), "没有“holiday”"),
    ],
)
def test_row_that_means_nothing_is_refused_and_nothing_is_written(tmp_path, street, text, reason):
    with pytest.raises(DataFileError, match=reason):
        issued(tmp_path, SMALL + text)
    assert not Allowance.objects.exists()
