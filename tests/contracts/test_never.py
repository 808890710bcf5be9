"""What this must never become (docs/glossary.md names the rest): it follows matters, never people."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import get_resolver

from grievance.models import Complainant

REPO = Path(__file__).resolve().parents[2]
OURS = ("street", "grievance", "dispatch", "feedback", "desk", "config")
TRAITS = re.compile(
    r"民族|族别|宗教|信仰|籍贯|户籍地|原籍|重点人员|重点人|维稳|黑名单|信用分|积分|打卡|签到次数|在线时长|画像"
    r"|ethnic|religio|nationality|hukou|birthplace|key_person|blacklist|credit_score|award_points|check_in|profile_of",
    re.IGNORECASE,
)
SHIPPED = ("*.py", "*.html", "*.toml", "*.js", "*.css")


def fields():
    """Every field of every model of ours, with all the words it shows."""
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.get_fields():
                words = [field.name, getattr(field, "verbose_name", ""), getattr(field, "help_text", "")]
                words += [str(part) for choice in getattr(field, "choices", None) or [] for part in choice]
                yield f"{model.__name__}.{field.name}", " ".join(map(str, words))


def test_no_field_is_about_what_a_person_is():
    seen = dict(fields())
    assert len(seen) > 200
    assert [name for name, words in seen.items() if TRAITS.search(words)] == []


def test_no_page_rule_or_script_speaks_of_what_a_person_is():
    files = [path for app in (*OURS, "templates") for kind in SHIPPED for path in (REPO / app).rglob(kind)]
    assert len(files) > 50
    assert [str(path.relative_to(REPO)) for path in files if TRAITS.search(spoken(path))] == []


def spoken(path):
    """A file without the line in which the privacy page promises that nothing of the kind is kept."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if "不记录您的民族" not in line)


def test_complainant_belongs_to_one_grievance_and_to_nothing_else():
    links = [field for field in Complainant._meta.get_fields() if field.is_relation]
    assert [(field.name, field.one_to_one) for field in links] == [("grievance", True)]


def test_nothing_points_at_a_complainant():
    pointing = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.fields
        if field.is_relation and field.related_model is Complainant
    ]
    assert pointing == []


@pytest.mark.parametrize("word", ["ranking", "rank", "leaderboard", "profile", "person"])
def test_no_address_leads_to_a_person(word):
    routes = []

    def walk(patterns, prefix=""):
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                walk(entry.url_patterns, route)
            else:
                routes.append(route)

    walk(get_resolver().url_patterns)
    assert len(routes) > 10
    assert [route for route in routes if word in route] == []
