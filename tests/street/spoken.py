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
SCRIPTS = ("report.js", "proof.js", "aloud.js")
# Where the sentences stand that a resident may be refused with, or read as news
SPEAKING = ("grievance/said.py", "grievance/media.py", "grievance/actions/intake.py", "grievance/views", "feedback/forms.py")


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
    for tagged in (r"\{% comment %\}.*?\{% endcomment %\}", r"\{% says %\}.*?\{% endsays %\}", r"\{%.*?%\}", r"\{\{.*?\}\}"):
        text = re.sub(tagged, "", text, flags=re.DOTALL)
    return [part.strip() for part in re.split(r"[<>\n]", text) if CHINESE.search(part)]


def sentences_of(path):
    """The Chinese sentences in a module that end like one, with `{}` for each value."""
    for node in ast.walk(ast.parse(path.read_text())):
        text = _text(node)
        if text and CHINESE.search(text) and text.rstrip("”）").endswith(("。", "？")):
            yield text


def _text(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def said_by(script):
    """The Chinese texts in a script, with `{}` for each value."""
    source = re.sub(r"^\s*//.*$|/\*.*?\*/", "", (REPO / "street/static/shuoshi" / script).read_text(), flags=re.MULTILINE)
    for quoted in re.findall(r"'([^'\n]*)'|`([^`]*)`", source):
        text = "".join(quoted)
        if CHINESE.search(text):
            yield re.sub(r"\$\{[^}]*\}", "{}", text)


def without(rows, sentences):
    """Those that have no row."""
    known = {shape(source) for source in rows}
    return sorted({sentence for sentence in sentences if shape(sentence) not in known})
