"""大厅与专业力量: who sits in the hall on which day, and who can be asked by place and speciality; twice is the same."""

from datetime import date

import pytest

from street.datafile import DataFileError
from street.loading import load
from street.models import HallSeat, Organisation, Specialist
from tests.clock import instant
from tests.street.test_load_street import SAMPLE, SMALL, written

pytestmark = pytest.mark.django_db

SEAT = """
[[seat]]
hall = "jie"
unit = "wuye"
kind = "rotating"
weekdays = [3, 1]
opens = 10:00:00
closes = 14:00:00
from = 2023-01-01
"""
HELPER = """
[[specialist]]
name = "某律师"
kind = "lawyer"
organisation = "jie"
subjects = ["物业"]
from = 2023-01-01
"""


def sitting(at):
    return [seat.unit.code for seat in HallSeat.objects.sitting(Organisation.objects.get(code="jie"), at)]


def test_sample_street_has_a_hall_and_people_to_ask_in_each_community():
    load(SAMPLE)
    hall = Organisation.objects.get(code="qms")
    monday = HallSeat.objects.on(hall, date(2023, 3, 13))
    assert {seat.kind for seat in monday} == {"resident", "rotating", "on_call"}
    for community in Organisation.objects.filter(kind="community", parent=hall):
        found = Specialist.objects.serving(community, on=date(2023, 3, 13))
        assert {one.kind for one in found} == {"lawyer", "mediator", "police_assistant", "committee"}
    assert load(SAMPLE).tally.quiet


def test_seat_is_manned_on_its_days_and_hours_alone(tmp_path):
    load(written(tmp_path, SMALL + SEAT))
    assert sitting(instant("2023-03-15 10:00")) == ["wuye"]
    for empty in ("2023-03-14 11:00", "2023-03-15 09:59", "2023-03-15 14:00", "2022-12-28 11:00"):
        assert sitting(instant(empty)) == [], empty


def test_one_changed_row_changes_one_seat(tmp_path):
    load(written(tmp_path, SMALL + SEAT + HELPER))
    tally = load(written(tmp_path, SMALL + SEAT.replace("14:00:00", "16:00:00") + HELPER)).tally
    assert (tally["席位"]["变更"], tally["专业力量"]["未变"]) == (1, 1) and HallSeat.objects.count() == 1


def test_specialities_become_those_of_the_file(tmp_path):
    load(written(tmp_path, SMALL + HELPER))
    load(written(tmp_path, SMALL + HELPER.replace('["物业"]', '["邻里", "租赁"]')))
    assert sorted(Specialist.objects.get().subjects.values_list("subject", flat=True)) == ["租赁", "邻里"]


def test_specialist_serves_the_communities_named_else_the_whole_street(tmp_path):
    next_door = '\n[[organisation]]\ncode = "linju"\nname = "邻近社区"\nkind = "community"\nparent = "jie"\n'
    elsewhere = HELPER.replace("某律师", "别处").replace("subjects", 'communities = ["linju"]\nsubjects')
    load(written(tmp_path, SMALL + next_door + HELPER + elsewhere))
    here = Organisation.objects.get(code="shequ")
    assert [one.name for one in Specialist.objects.serving(here, "物业", on=date(2023, 3, 1))] == ["某律师"]
    assert not Specialist.objects.serving(here, "劳动", on=date(2023, 3, 1)).exists()
    assert not Specialist.objects.serving(here, on=date(2022, 3, 1)).exists()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('hall = "jie"', 'hall = "shequ"', "大厅设在街道"),
        ("[3, 1]", "[0]", "weekdays"),
        ("closes = 14:00:00", "closes = 09:00:00", "晚于开始"),
        ("opens = 10:00:00", 'opens = "10:00"', "时间"),
        ('subjects = ["物业"]', 'communities = ["wuye"]', "不是已有的社区"),
    ],
)
def test_mistake_is_told_with_its_reason_and_changes_nothing(tmp_path, old, new, reason):
    with pytest.raises(DataFileError, match=reason):
        load(written(tmp_path, (SMALL + SEAT + HELPER).replace(old, new)))
    assert not HallSeat.objects.exists() and not Organisation.objects.exists()
