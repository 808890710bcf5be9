"""The house rules that a machine can see (docs/decisions and the ruff and import-linter settings hold the others)."""

import ast
import re
from pathlib import Path
from statistics import median, quantiles

import pytest
from django.apps import apps
from django.db import models

REPO = Path(__file__).resolve().parent.parent
APPS = ["config", "desk", "feedback", "dispatch", "grievance", "street"]
SOURCES = sorted(path for app in APPS for path in (REPO / app).rglob("*.py") if "migrations" not in path.parts)
TEST_SOURCES = sorted((REPO / "tests").rglob("*.py"))
PAGES = sorted([*(REPO / "templates").rglob("*.html"), *(page for app in APPS for page in (REPO / app).rglob("*.html"))])
OURS = [model for model in apps.get_models() if model._meta.app_label in APPS]
# The licence of the first, the size or the age of the others: docs/decisions
REFUSED_PACKAGES = {"viewflow", "jieba", "sklearn", "pandas", "django_celery_beat", "weasyprint", "simpleui", "jazzmin"}


def name(path):
    return str(path.relative_to(REPO))


def functions(paths):
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def lines(node):
    return node.end_lineno - node.lineno + 1


def matches(pattern, paths):
    found = re.compile(pattern)
    return [
        f"{name(path)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if found.search(line)
    ]


def test_no_function_is_longer_than_fifty_lines():
    assert [f"{name(path)} {node.name}" for path, node in functions(SOURCES) if lines(node) > 50] == []


def test_functions_are_short_as_a_rule():
    lengths = [lines(node) for _, node in functions(SOURCES)]
    assert median(lengths) <= 10
    assert quantiles(lengths, n=20)[-1] <= 30


def test_no_file_is_longer_than_four_hundred_lines():
    assert [name(path) for path in SOURCES if path.read_text().count("\n") > 400] == []


def test_no_drawer_takes_what_belongs_elsewhere():
    drawers = {"common", "utils", "helpers", "core", "misc", "selectors"}
    assert [name(path) for path in SOURCES if drawers & {path.stem, *path.relative_to(REPO).parts}] == []


def test_nothing_happens_behind_a_model_signal():
    assert matches(r"^\s*@receiver\b|db\.models\.signals|\b(?:pre|post)_\w+\.connect\(", SOURCES) == []


def test_no_model_overrides_save_or_delete():
    overridden = [f"{model.__name__}.{verb}" for model in OURS for verb in ("save", "delete") if verb in vars(model)]
    assert overridden == []


def test_no_column_reads_the_clock_by_itself():
    # django.contrib.auth's own column, which decides nothing here
    framework = {"street.User.date_joined"}
    assert [str(field) for model in OURS for field in model._meta.local_fields if reads_the_clock(field)] == sorted(framework)


def reads_the_clock(field):
    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return stamped or getattr(field.default, "__name__", "") in {"now", "today", "localdate", "localtime"}


def test_every_model_has_a_chinese_name():
    assert [model.__name__ for model in OURS if not re.search(r"[\u4e00-\u9fff]", str(model._meta.verbose_name))] == []


def test_money_and_measures_are_never_floats():
    assert [str(field) for model in OURS for field in model._meta.local_fields if type(field) is models.FloatField] == []


def test_every_action_says_what_it_means():
    acting = [path for path in SOURCES if "actions" in path.parts or path.stem in {"actions", "sweeps"}]
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in acting
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_nothing_is_left_half_done():
    assert matches(r"\b(TODO|FIXME|XXX)\b|NotImplementedError", SOURCES) == []


def test_no_test_is_skipped_or_waits_by_the_clock():
    others = [path for path in TEST_SOURCES if path != Path(__file__)]
    assert matches(r"pytest\.skip|mark\.skip|xfail\(|time\.sleep\(|assert True\b", others) == []


def test_refused_packages_stay_out():
    imported = {
        (name(path), package)
        for path in [*SOURCES, *TEST_SOURCES]
        for node in ast.walk(ast.parse(path.read_text()))
        for package in _packages(node)
        if package in REFUSED_PACKAGES
    }
    assert imported == set()


def _packages(node):
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module.split(".")[0]]
    return []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a script written into the page", r"<script(?![^>]*\bsrc=)[^>]*>"),
        ("a style written into the page", r"<style\b|\sstyle=\""),
        ("a handler written into the page", r"\son(?:click|change|submit|load|input)="),
        ("a resource from elsewhere", r"(?:src|href|action)=[\"'](?:https?:)?//"),
    ],
)
def test_no_page_has(what, pattern):
    assert matches(pattern, PAGES) == []
