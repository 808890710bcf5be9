"""What residents' pages say: every sentence as the templates, the program and the scripts hold it."""

import ast
import re
from pathlib import Path

from django.template.base import Node
from django.template.library import SimpleNode
from django.template.loader import get_template

from street.templatetags.wording import SaysNode, plain, say
from street.wording import shape

REPO = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Pages of the desk lie in the same folder
DESK_PAGES = re.compile(r"grievance/_?codes")
STAFF_SCRIPTS = {"desk.js", "behalf.js"}
# What a resident may be refused with; the desk's own refusals stay in Chinese
REFUSING = (
    "grievance/said.py", "grievance/media.py", "grievance/throttle.py", "grievance/views/report.py", "grievance/views/follow.py",
    "grievance/views/home.py", "grievance/views/verify.py", "grievance/actions/intake.py", "grievance/actions/uploads.py",
    "grievance/actions/consent.py", "grievance/actions/phone_codes.py", "feedback/views.py", "feedback/forms.py",
)  # fmt: skip
TELLING = ("grievance/actions", "dispatch/actions", "feedback/actions")


def pages():
    """The templates that a resident or an outside body may be shown."""
    folder = REPO / "templates"
    found = [*folder.glob("*.html"), *folder.glob("grievance/*.html"), *folder.glob("feedback/*.html")]
    found += [folder / "dispatch" / "outside.html", folder / "dispatch" / "reception.html"]
    names = [str(path.relative_to(folder)) for path in sorted(found)]
    # 500 is drawn without anything that might have failed; the lock is met by staff alone
    return [name for name in names if not DESK_PAGES.match(name) and name not in {"500.html", "locked.html"}]


def said_on(page):
    """The sentences of one template that stand in a wording tag."""
    for node in get_template(page).template.nodelist.get_nodes_by_type(Node):
        if isinstance(node, SaysNode):
            yield node.source
        if isinstance(node, SimpleNode) and node.func in (say, plain) and isinstance(node.args[0].var, str):
            yield str(node.args[0].var)


def unsaid_on(page):
    """Chinese that stands on a page outside any tag: nobody could translate it."""
    text = (REPO / "templates" / page).read_text()
    # What a script is to say lies in a template of its own, and `helper.js` puts the other language beside it
    silent = (r"<template id=\"words\">.*?</template>", r"data-head=\"[^\"]*\"", r"\{#.*?#\}")
    for tagged in (
        *silent,
        r"\{% comment %\}.*?\{% endcomment %\}",
        r"\{% says %\}.*?\{% endsays %\}",
        r"\{%.*?%\}",
        r"\{\{.*?\}\}",
    ):
        text = re.sub(tagged, "", text, flags=re.DOTALL)
    return [part.strip() for part in re.split(r"[<>\n]", text) if CHINESE.search(part)]


def refusals_in(name):
    """The sentences a module refuses with, and those of its tables of answers, with `{}` for each value."""
    for node in ast.walk(ast.parse((REPO / name).read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
            yield from _texts(node.args)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            yield from _texts(node.value.values)


def news():
    """The sentences that a resident reads in the history of a matter."""
    for folder in TELLING:
        for path in sorted((REPO / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.keyword) and node.arg == "public":
                    yield from _texts([node.value])


def _texts(nodes):
    return [text for text in map(_text, nodes) if CHINESE.search(text)]


def _text(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def said_by_scripts():
    """The Chinese texts that scripts put on a resident's page, with `{}` for each value."""
    for path in (REPO / "street" / "static" / "shuoshi").glob("*.js"):
        if path.name not in STAFF_SCRIPTS:
            source = re.sub(r"(^|\s)//.*$|/\*.*?\*/", "", path.read_text(), flags=re.MULTILINE)
            quoted = ("".join(parts) for parts in re.findall(r"'([^'\n]*)'|`([^`]*)`", source))
            yield from (re.sub(r"\$\{[^}]*\}", "{}", text) for text in quoted if CHINESE.search(text))
    for page in pages():
        text = (REPO / "templates" / page).read_text()
        yield from re.findall(r"data-word=\"[^\"]*\">([^<]*)", text) + re.findall(r"data-head=\"([^\"]*)\"", text)


def without(rows, sentences):
    """Those that have no row."""
    known = {shape(source) for source in rows}
    return sorted({sentence for sentence in sentences if shape(sentence) not in known})
