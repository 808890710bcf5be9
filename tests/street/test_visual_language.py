"""The design tokens keep their promises: legible for old eyes, small enough for a bad connection."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

REPO = Path(__file__).resolve().parents[2]
INK = ["ink", "ink-soft", "accent", "accent-deep", "good", "warn", "bad"]
SHEETS = ["resident.css", "reading.css", "staff.css", "admin.css", "codes.css", "codes-desk.css"]
GROUND = ["paper", "ground", "sunk", "accent-soft", "good-soft", "warn-soft", "bad-soft"]


def sheet(name):
    return Path(finders.find(f"shuoshi/{name}")).read_text()


@pytest.fixture(scope="module")
def colours():
    return dict(re.findall(r"--ss-([\w-]+): (#[0-9a-f]{6});", sheet("tokens.css")))


def luminance(colour):
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_every_text_colour_is_legible_on_every_ground(colours):
    pale = {(ink, on): contrast(colours[ink], colours[on]) for ink, on in product(INK, GROUND)}
    assert {pair: ratio for pair, ratio in pale.items() if ratio < 4.5} == {}


def test_the_edge_of_a_control_can_be_seen(colours):
    assert min(contrast(colours["edge"], colours[ground]) for ground in GROUND) >= 3


def test_white_words_can_be_read_on_every_filled_button(colours):
    assert min(contrast(colours["paper"], colours[fill]) for fill in ["accent", "accent-deep", "good", "bad", "ink"]) >= 4.5


def test_the_sheets_a_resident_loads_stay_small():
    assert sum(len(sheet(name).encode()) for name in ("tokens.css", "resident.css")) <= 25 * 1024


@pytest.mark.parametrize("name", SHEETS)
def test_colours_are_named_in_the_tokens_alone(name):
    # A printed code is black on white whatever the palette says
    allowed = {"#fff", "#000", "#777"} if name == "codes.css" else {"#fff"}
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", sheet(name))) - allowed == set()


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_uses_only_tokens_that_exist(name):
    known = set(re.findall(r"(--ss-[\w-]+):", sheet("tokens.css")))
    assert set(re.findall(r"var\((--ss-[\w-]+)", sheet(name))) - known == set()


@pytest.mark.parametrize(
    "name",
    ["tokens.css", *SHEETS, "codes-a5.css", "codes-sticker.css"],
)
def test_a_sheet_fetches_nothing(name):
    assert re.findall(r"@import|url\(|@font-face", sheet(name)) == []
