"""说: prints the Chinese and, for a reader who chose a language, what stands beside it."""

import re
from html import unescape

from django import template
from django.template import TemplateSyntaxError
from django.template.base import Node, TextNode, VariableNode
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

register = template.Library()
MARKUP = re.compile(r"<[^>]*>")
NAME = re.compile(r"[\w.]+")


def helper_of(context):
    """辅助语言 of whoever asked for the page; None on pages that nobody asked for."""
    reader = getattr(context.get("request"), "reader", None)
    return reader and reader.helper


def beside(helper, text):
    """The helper text in an element that says its language and direction; nothing where there is none."""
    if not text:
        return ""
    return format_html(' <span class="helper" lang="{}" dir="{}">{}</span>', helper.code, helper.direction, text)


@register.simple_tag(takes_context=True)
def say(context, sentence, **values):
    """`{% say "发送" %}`, `{% say error %}`, `{% say "最多 {most} 张" most=9 %}`: the sentence, and its helper text beside it."""
    chinese = _filled(str(sentence or ""), values)
    helper = helper_of(context)
    return chinese + beside(helper, helper.text(str(sentence or ""), values)) if helper else chinese


@register.simple_tag(takes_context=True)
def plain(context, sentence, **values):
    """The same without an element, for titles, labels and placeholders: `发送 · Send`."""
    helper = helper_of(context)
    text = helper and helper.text(sentence, values)
    return _filled(sentence, values) + conditional_escape(f" · {text}" if text else "")


def _filled(sentence, values):
    shown = conditional_escape(sentence)
    for name, value in values.items():
        shown = shown.replace(f"{{{name}}}", conditional_escape(value))
    return mark_safe(shown)  # every part of it was escaped


class SaysNode(Node):
    """A sentence with elements and values inside; the helper text follows it, without the elements."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.values = {_name(node): node for node in nodes if isinstance(node, VariableNode)}
        self.source = source_of(nodes)

    def render(self, context):
        chinese = self.nodes.render(context)
        helper = helper_of(context)
        if helper is None:
            return chinese
        # Rendered they are escaped; the helper text is escaped as a whole
        values = {name: unescape(node.render(context)) for name, node in self.values.items()}
        return chinese + beside(helper, helper.text(self.source, values))


@register.tag
def says(parser, token):
    """`{% says %}请打 <a href="tel:{{ phone }}">{{ phone }}</a>。{% endsays %}`: known in the table as `请打 {phone}。`."""
    nodes = parser.parse(("endsays",))
    parser.delete_first_token()
    for node in nodes:
        if not isinstance(node, TextNode | VariableNode):
            raise TemplateSyntaxError("says 里只能有文字、标签和 {{ 值 }}：有条件的句子请分开写。")
    return SaysNode(nodes)


def source_of(nodes):
    """表中的句子: the text of a block with its values as `{name}` and its elements gone."""
    parts = [node.s if isinstance(node, TextNode) else f"{{{_name(node)}}}" for node in nodes]
    return " ".join(MARKUP.sub("", "".join(parts)).split())


def _name(node):
    return NAME.match(node.filter_expression.token)[0].replace(".", "_")
