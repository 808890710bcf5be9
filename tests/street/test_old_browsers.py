"""WeChat on an old phone: no syntax and no CSS newer than Chromium 86 in what a resident's phone loads, and no such script
anywhere.

No linter among the Python packages knows which browser can do what, so the table is here: what, since when, and instead of it."""

import re
from pathlib import Path

import pytest

from tests.street import spoken

REPO = Path(__file__).resolve().parents[2]
STATIC = REPO / "street" / "static" / "shuoshi"
TEMPLATES = REPO / "templates"
OLDEST = 86

# (pattern, Chromium that brought it, what an older one does with it)
SCRIPT = [
    (r"\.at\(", 92, "TypeError; write [length - 1]"),
    (r"\bstructuredClone\b", 98, "ReferenceError"),
    (r"^(?:const \w+ = |let \w+ = )?await\b", 89, "top-level await is a syntax error"),
    (r"\bstatic\s*\{", 94, "class static blocks are a syntax error"),
    (r"#\w+ in ", 91, "a syntax error"),
    (r"\.findLast(?:Index)?\(", 97, "TypeError; write a loop"),
    (r"\.to(?:Sorted|Reversed|Spliced)\(|\.with\(", 110, "TypeError; copy first"),
    (r"\bObject\.(?:hasOwn|groupBy)\b|\bMap\.groupBy\b", 93, "TypeError"),
    (r"\bArray\.fromAsync\b", 121, "TypeError"),
    (r"\bPromise\.(?:withResolvers|try)\b", 119, "TypeError"),
    (r"\bcrypto\.randomUUID\b", 92, "TypeError; ask getRandomValues"),
    (r"\bAbortSignal\.(?:timeout|any)\b", 103, "TypeError; setTimeout and abort()"),
    (r"\bIntl\.Segmenter\b", 87, "TypeError"),
    (r"\bHTMLDialogElement\b|\.showPopover\(", 114, "TypeError"),
    (r"\bimport\s.*\bwith\s*\{|\bassert\s*\{", 91, "a syntax error"),
    (r"/[dgimsuy]*v[dgimsuy]*[.,;)]", 112, "the v flag is a syntax error"),
    (r"\bURL\.canParse\b|\bnavigator\.userActivation\b", 120, "TypeError"),
    (r"\.(?:checkVisibility|replaceAllWith|setHTML)\(", 105, "TypeError"),
]
SHEET = [
    (r":has\(", 105, "the whole rule is dropped"),
    (r":is\(|:where\(", 88, "the whole rule is dropped; name the selectors"),
    (r":user-(?:in)?valid", 119, "the whole rule is dropped"),
    (r"::file-selector-button", 89, "the whole rule is dropped; ::-webkit-file-upload-button"),
    (r"(?<![\w-])inset(?:-\w+)*\s*:", 87, "ignored; top, right, bottom, left"),
    (r"(?<![\w-])aspect-ratio\s*:", 88, "ignored; a padding"),
    (r"(?:margin|padding)-(?:inline|block)\s*:", 87, "ignored; the -start and -end of it are 69"),
    (r"border-(?:inline|block)\s*:|inline-size:\s*fit", 87, "ignored"),
    (r"(?<![\w-])accent-color\s*:", 93, "ignored"),
    (r"text-wrap(?:-\w+)?\s*:", 114, "ignored"),
    (r"(?<![\w-])(?:translate|rotate|scale)\s*:", 104, "ignored; transform"),
    (r"\d(?:dvh|svh|lvh|dvw|svw|lvw|cqw|cqi)\b", 108, "ignored; vh"),
    (r"color-mix\(|light-dark\(|oklch\(|lch\(", 111, "ignored"),
    (r"@container|@layer|@property|@scope|@starting-style", 99, "the whole block is dropped"),
    (r"\bsubgrid\b|grid-template-rows:\s*masonry", 117, "ignored"),
    (r"scrollbar-(?:gutter|width|color)", 94, "ignored"),
    (r"overflow\s*:\s*clip|overflow-clip-margin", 90, "ignored"),
    (r"@media[^{]*[<>]", 104, "the block is dropped; min-width and max-width"),
    (r"^\s*&|[{;]\s*&", 112, "nesting: the rule is dropped"),
]


def newer(text, table):
    """What stands in the text that the oldest browser does not know."""
    return [
        f"{found[0].strip()} (Chromium {since}: {then})"
        for pattern, since, then in table
        if since > OLDEST
        for found in re.finditer(pattern, text, re.MULTILINE)
    ]


def bare(path):
    """A file without its comments."""
    return re.sub(r"/\*.*?\*/|^\s*//.*$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)


def loaded_by_residents():
    """Every script there is, and the sheets that a resident's page names."""
    named = {name for page in spoken.pages() for name in re.findall(r"shuoshi/([\w-]+\.css)", (TEMPLATES / page).read_text())}
    return sorted([*STATIC.glob("*.js"), *(STATIC / name for name in named)])


def test_no_script_and_no_sheet_is_newer_than_the_oldest_phone():
    found = {path.name: newer(bare(path), SCRIPT if path.suffix == ".js" else SHEET) for path in loaded_by_residents()}
    assert {"report.js", "helper.js", "tokens.css", "resident.css", "reading.css"} <= set(found)
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("const last = all.at(-1);", SCRIPT), ("const key = crypto.randomUUID();", SCRIPT), ("await start();", SCRIPT),
        (".panel:has(img) { color: red; }", SHEET), (".x { inset: 0; }", SHEET), (".x { height: 100dvh; }", SHEET),
        (".x { margin-inline: auto; }", SHEET), ("@media (width >= 30em) { }", SHEET), (".x { & .y { } }", SHEET),
    ],
)  # fmt: skip
def test_what_is_newer_is_seen(text, table):
    assert len(newer(text, table)) == 1


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("run(async () => { await start(); });", SCRIPT), ("text.replaceAll('a', 'b'); a ?? b; a?.b;", SCRIPT),
        (".x { clip-path: inset(50%); gap: 1rem; transform: rotate(4deg); }", SHEET), (".x:focus-visible { top: 0; }", SHEET),
        (".x { margin-inline-start: 1rem; }", SHEET),
    ],
)  # fmt: skip
def test_what_the_oldest_knows_is_let_through(text, table):
    assert newer(text, table) == []


def test_no_template_carries_a_script_or_a_style_of_its_own():
    pages = [path for path in TEMPLATES.rglob("*.html") if "letters" not in path.parts]
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", re.IGNORECASE)
    assert len(pages) > 40
    assert [path.name for path in pages if inline.search(path.read_text())] == []
