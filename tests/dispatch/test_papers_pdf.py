"""PDF of papers through LibreOffice: fonts embedded, text selectable, one page where one is enough."""

import re
import subprocess

import pytest

from dispatch.papers import pdf
from dispatch.papers.letters import letter_facts
from dispatch.papers.render import render
from dispatch.papers.sheets import order_facts
from tests.dispatch.paperwork import a_letter, an_order, signed
from tests.dispatch.scene import a_street

pytestmark = [pytest.mark.django_db, pytest.mark.needs_office]


@pytest.fixture
def scene():
    return a_street()


def printed(template, facts, folder):
    """The PDF of a paper, on disk."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf.to_pdf(render(template, facts)))
    return path


def told(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def fonts_of(path):
    """[(name, embedded)] of a PDF."""
    rows = told("pdffonts", path).splitlines()[2:]
    return [(row.split()[0], re.findall(r"\b(yes|no)\b", row)[0]) for row in rows]


@pytest.mark.parametrize("kind", ["supervise", "secretary_supervise", "caution"])
def test_letter_opens_with_its_fonts_inside_and_its_text_selectable(scene, kind, tmp_path):
    letter = signed(scene, a_letter(an_order(scene), kind))
    facts = letter_facts(letter)
    path = printed(facts["template"], facts, tmp_path)
    fonts = fonts_of(path)
    assert fonts and {embedded for _, embedded in fonts} == {"yes"}
    assert any("NotoSerifCJK" in name for name, _ in fonts)
    text = "".join(told("pdftotext", path, "-").split())
    assert letter.number in text and letter.case.number in text and "（盖章）" in text
    assert "Page size:       595" in told("pdfinfo", path)


def test_order_is_one_page_with_the_residents_words_as_text(scene, tmp_path):
    path = printed("order", order_facts(an_order(scene)), tmp_path)
    assert re.search(r"Pages: +1\n", told("pdfinfo", path))
    text = "".join(told("pdftotext", path, "-").split())
    assert "{{7*7}}" in text and "派工单" in text and "2023年3月21日19:30" in text


def test_office_that_hangs_or_fails_is_no_error(monkeypatch, tmp_path):
    refuses = tmp_path / "soffice"
    refuses.write_text("#!/bin/sh\nexit 1\n")
    refuses.chmod(0o755)
    monkeypatch.setattr(pdf, "office", lambda: str(refuses))
    assert pdf.to_pdf(b"PK") is None
    refuses.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    monkeypatch.setattr(pdf, "SECONDS", 0.5)
    assert pdf.to_pdf(b"PK") is None
