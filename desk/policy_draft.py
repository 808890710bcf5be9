"""政策草稿页: the draft by sections as forms, or as its whole text; saved as typed, checked at once, never in force by itself."""

import hashlib
import json
from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from desk.doors import for_roles, page
from desk.policy import READERS, bench_for
from desk.policy_forms import FIELDS, INLINE, NEW, ONCE, RowForm
from dispatch.actions import policies
from dispatch.loading.patch import Patch
from dispatch.policy_diff import compare
from dispatch.policy_terms import DEFAULTS, KEYS, LABELS, NOUNS, SECTIONS, Speech
from grievance.casework import Refused
from street.datafile import DataFile, DataFileError

TEXT = "text"
COLUMNS = {
    "limit": ("limit_class", "anchor", "category", "urgency", "basis"),
    "allowance": ("kind", "limit_class", "step", "most", "unit", "by"),
    "rung": ("code", "limit_class", "anchor", "trigger", "unit", "measure", "to", "sentence"),
    "route": ("category", "community", "place_kind", "lead", "assistants", "limit_class", "list", "automatic"),
    "category": ("code", "name", "public_name", "lead", "limit_class", "active"),
    "cue": ("label", "kind", "text"),
    "alert": ("label", "advice", "urgent", "bars_automatic"),
}
"""列表里看的."""
AROUND = 3
"""Lines shown on either side of a mistake."""


@dataclass
class Line:
    """列表里的一行: where it stands in the text, its cells in words, and the fields that are edited in place."""

    table: str
    index: int
    cells: list
    form: RowForm | None
    way: str


class Draft:
    """打开的草稿: the text, parsed where it can be; what is typed goes through `keep`."""

    def __init__(self, request, bench):
        self.request, self.bench, self.row = request, bench, bench.draft
        self.asked = request.POST if request.method == "POST" else request.GET
        self.part = self.asked.get("part", "limits")
        try:
            self.tree = DataFile(policies.NAME, self.row.text).tree if self.row else {}
        except DataFileError:
            # Nothing but the text can be edited until it is TOML again
            self.tree, self.part = {}, TEXT

    @property
    def revision(self):
        """As the page knew it."""
        given = self.request.POST.get("revision", "")
        return int(given) if given.isdigit() else -1

    def keep(self, text):
        """保存 under the revision the page was made of."""
        return policies.save(self.row, text, revision=self.revision, by=self.request.user, at=self.bench.at)

    def values(self, table, index):
        """What the text says in one row; {} for one that is not there."""
        if table in ONCE:
            return self.tree.get(table, {})
        rows = self.tree.get(table, [])
        return rows[index] if index is not None and 0 <= index < len(rows) else {}


@for_roles(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request, street):
    """草稿: a section, a row of it, or the whole text."""
    bench = bench_for(request, street)
    opened = Draft(request, bench)
    if opened.row is None:
        messages.info(request, "现在没有草稿。")
        return redirect("desk:policy_street", street)
    if opened.part == TEXT:
        return _text(request, opened)
    if opened.asked.get("table") in {**FIELDS, **ONCE}:
        return _row(request, opened)
    return _section(request, opened)


def _page(request, opened, template, context, refusal=None):
    row = opened.row
    parts = [*((name, label) for name, (label, _) in SECTIONS.items()), (TEXT, "全文")]
    more = {
        "title": "政策草稿", "bench": opened.bench, "draft": row, "parts": parts, "part": opened.part, "refusal": refusal,
        "spot": _spot(row.text, row.problem_line), "revision": row.revision,
    }  # fmt: skip
    return page(request, template, {**more, **context}, status=refusal.status if refusal else 200)


def _spot(text, line):
    """The lines around a mistake: [(number, words, whether it is the one)]."""
    lines = text.splitlines()
    if not line or line > len(lines):
        return []
    first = max(line - AROUND, 1)
    return [(number, lines[number - 1], number == line) for number in range(first, min(line + AROUND, len(lines)) + 1)]


def _saved(request, opened, saved, way):
    if saved.problem:
        where = f"第 {saved.problem_line} 行：" if saved.problem_line else ""
        messages.warning(request, f"已保存，但还不能发布。{where}{saved.problem}")
    else:
        messages.success(request, "已保存，校验通过。")
    return redirect(way)


def _way(opened, **more):
    asked = "&".join(f"{key}={value}" for key, value in {"part": opened.part, **more}.items())
    return f"{reverse('desk:policy_draft', args=[opened.bench.street.code])}?{asked}"


# --- 全文 -------------------------------------------------------------------------------------------


def _text(request, opened):
    typed, refusal, theirs = opened.row.text, None, []
    if request.method == "POST":
        typed = _typed(request)
        try:
            return _saved(request, opened, opened.keep(typed), _way(opened))
        except Refused as refused:
            refusal = refused
            opened.row.refresh_from_db()
            theirs = _between(opened.row.text, typed)
    context = {"typed": typed, "theirs": theirs, "lines": typed.count("\n") + 1}
    return _page(request, opened, "desk/policy_text.html", context, refusal)


def _typed(request):
    file = request.FILES.get("file")
    return file.read().decode("utf-8", errors="replace").lstrip("\ufeff") if file else request.POST.get("text", "")


def _between(theirs, mine):
    """What the other one's text says otherwise than the one just typed; nothing where either is no TOML."""
    try:
        return compare(DataFile("", theirs).tree, DataFile("", mine).tree)
    except DataFileError:
        return []


# --- 一节 -------------------------------------------------------------------------------------------


def _section(request, opened):
    if opened.part not in SECTIONS:
        opened.part = "limits"
    refusal, bound = None, None
    if request.method == "POST":
        bound, lines = request.POST, _changed(opened)
        if all(line.form.is_valid() for line in lines):
            try:
                return _saved(request, opened, opened.keep(_patched(opened, lines)), _way(opened))
            except (Refused, DataFileError) as refused:
                refusal = _as_refusal(refused)
    speech = Speech(opened.tree)
    tables = [_table(opened, table, speech, bound) for table in SECTIONS[opened.part][1]]
    return _page(request, opened, "desk/policy_section.html", {"tables": tables}, refusal)


def _as_refusal(refused):
    return refused if isinstance(refused, Refused) else Refused("no_such_row", refused.reason, status=409)


def _changed(opened):
    """The rows of a section with their fields as typed."""
    tables = [table for table in SECTIONS[opened.part][1] if table in INLINE]
    lines = [line for table in tables for line in _lines(opened, table, Speech(opened.tree), opened.request.POST)]
    return [line for line in lines if line.form is not None and line.form.is_bound]


def _patched(opened, lines):
    patch = Patch(opened.row.text)
    for line in lines:
        line.form.patch(patch, line.index)
    return patch.text


def _table(opened, table, speech, bound):
    once = table not in KEYS
    found = opened.tree.get(table)
    shown = [(LABELS.get(key, key), speech.value(table, key, value)) for key, value in (found or {}).items()] if once else []
    lines = [] if once else _lines(opened, table, speech, bound)
    return {
        "name": table, "noun": NOUNS[table], "once": once, "facts": shown, "lines": lines,
        "heads": [LABELS[key] for key in COLUMNS.get(table, ())], "inline": [LABELS[key] for key in INLINE.get(table, ())],
        "way": _way(opened, table=table) if opened.bench.may_edit and (table in ONCE or table in NEW) else "",
    }  # fmt: skip


def _lines(opened, table, speech, bound):
    made, inline = [], opened.bench.may_edit and table in INLINE
    routes = {row.get("category"): row for row in opened.tree.get("route", []) if {"community", "place_kind"}.isdisjoint(row)}
    for index, values in enumerate(opened.tree.get(table, [])):
        # A category is handled by whom and within what its plain rule says
        more = routes.get(values.get("code"), {}) if table == "category" else {}
        said = {"active": DEFAULTS.get((table, "active")), **more, **values}
        cells = [speech.value(table, key, said.get(key)) for key in COLUMNS[table]]
        form = _inline(opened, table, values, bound) if inline else None
        made.append(Line(table, index, cells, form, _way(opened, table=table, row=index) if opened.bench.may_edit else ""))
    return sorted(made, key=lambda line: line.cells[1] != "法定途径") if table == "cue" else made


def _inline(opened, table, values, bound):
    """The fields edited in place, named after the row they belong to: another one's new row shifts nothing."""
    prefix = f"{table}-{_known(table, values)}"
    typed = bound if bound and f"{prefix}-{INLINE[table][0]}" in bound else None
    return RowForm(table, INLINE[table], opened.tree, values, typed, prefix)


def _known(table, values):
    """By what a row is told from every other of its table."""
    said = [values.get(key, "") for key in KEYS.get(table, ())]
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:12]


# --- 一行 -------------------------------------------------------------------------------------------


def _row(request, opened):
    table, posted = opened.asked["table"], request.method == "POST"
    index = _index(opened, table)
    values = opened.values(table, index)
    if index is not None and not values and not posted:
        messages.warning(request, "这一行已经不在草稿里了。")
        return redirect(_way(opened))
    keys = ONCE.get(table) or (NEW[table] if index is None and table in NEW else FIELDS[table])
    form, refusal = RowForm(table, keys, opened.tree, values, request.POST if posted else None), None
    if posted:
        try:
            if saved := _row_saved(opened, table, index, form):
                return _saved(request, opened, saved, _way(opened))
        except (Refused, DataFileError) as refused:
            refusal = _as_refusal(refused)
            opened.row.refresh_from_db()
    context = {"form": form, "table": table, "row": index, "name": _name(opened, table, values), "back": _way(opened)}
    more = {"known": opened.asked.get("known") or _known(table, values), "may_drop": index is not None and table in KEYS}
    return _page(request, opened, "desk/policy_row.html", {**context, **more}, refusal)


def _index(opened, table):
    """Where the row stands: as the page said, or, where others have written meanwhile, wherever it now is."""
    given = opened.asked.get("row", "")
    if table in ONCE or not given.isdigit():
        return None
    known, rows = opened.asked.get("known"), opened.tree.get(table, [])
    found = [index for index, values in enumerate(rows) if known in (None, _known(table, values))]
    return int(given) if int(given) in found else found[0] if known and found else -1


def _name(opened, table, values):
    if table in KEYS and values:
        return Speech(opened.tree).row(table, values)
    return NOUNS[table] if table in ONCE else f"{NOUNS[table]}：另加一行"


def _row_saved(opened, table, index, form):
    """The draft with the row as typed, or without it; None where what is typed cannot be read."""
    if index == -1:
        raise Refused("row_gone", "这一行刚被别人删去，没有保存。要留下您写的，请到“全文”里另加一行。")
    patch = Patch(opened.row.text)
    if "drop" in opened.request.POST and index is not None:
        patch.drop(table, index)
        return opened.keep(patch.text)
    if not form.is_valid():
        return None
    form.patch(patch, index)
    return opened.keep(patch.text)
