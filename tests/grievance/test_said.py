"""What residents type: kept as typed, within its limits."""

import pytest

from grievance import said
from grievance.casework import Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("  ", ""),
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("0086-13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("0991-5551234", "0991-5551234"),
        ("(0991) 5551234", "09915551234"),
        ("010-62345678", "010-62345678"),
        ("0991-5551234-801", "0991-5551234-801"),
        ("5551234", "5551234"),
        ("0991-555-0100", "0991-555-0100"),
    ],
)
def test_phones_people_really_write(typed, kept):
    assert said.phone(typed) == kept


@pytest.mark.parametrize(
    "typed", ["12345", "1381234567", "138123456789", "23812345678", "abc", "13812345678;DROP", "110", "1" * 500]
)
def test_what_is_no_phone_is_refused_with_an_example(typed):
    with pytest.raises(Refused) as refused:
        said.phone(typed)
    assert refused.value.code == "bad_phone" and "0991-1234567" in refused.value.message


@pytest.mark.parametrize("name", ["王五", "吐尔逊江·艾合买提", "Айгүл", "ئايگۈل", "a" * 60])
def test_names_of_every_script_are_kept(name):
    assert said.name(f" {name} ") == name


def test_five_thousand_characters_are_taken_and_one_more_is_not():
    assert len(said.description("说" * 5000)) == 5000
    with pytest.raises(Refused) as refused:
        said.description("说" * 5001)
    assert "5001" in refused.value.message


def test_text_is_kept_as_it_was_typed():
    assert said.clean(" <b>1 < 2</b>\r\n{{ 7*7 }} '; DROP ") == "<b>1 < 2</b>\n{{ 7*7 }} '; DROP"


def test_characters_that_no_database_takes_are_left_out():
    assert said.clean("路\x00灯\ud800不亮") == "路灯不亮"


@pytest.mark.parametrize("before", range(20, 45))
def test_title_never_ends_in_half_a_number(before):
    title = said.headline("水" * before + "请打13812345678找我")
    assert "138" not in title or "13812345678" in title
    assert len(title) <= 40
