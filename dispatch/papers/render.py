"""成文: facts set in a DOCX template that the office can edit. Same facts, same template, same fonts: the same bytes."""

import io
import re
import unicodedata
import zipfile
from hashlib import sha256

from django.conf import settings
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from dispatch.models import LetterTemplate
from grievance.casework import Refused

FONTS_OF = re.compile(r"<w:rFonts [^>]*/>")
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def template_of(name):
    """模板: the version last enabled at the policy desk, else the file in DATA_DIR/letters, else the one shipped."""
    enabled = LetterTemplate.objects.filter(name=name, enabled_at__isnull=False).order_by("-enabled_at", "-number").first()
    return bytes(enabled.content) if enabled else _on_disk(name)


def _on_disk(name):
    own, shipped = settings.PAPER_DIR / f"{name}.docx", settings.BASE_DIR / "templates" / "letters" / f"{name}.docx"
    return (own if own.exists() else shipped).read_bytes()


def version_of(name):
    """模板版本: the digest of the template in use."""
    return sha256(template_of(name)).hexdigest()


def render(name, facts, content=None):
    """DOCX bytes of a paper, set in the template in use, or in `content` where another is tried.

    Refused `template_broken` where an edited template names what no paper has, or cannot be opened."""
    # Sandboxed: who edits a letter shall not thereby run programs
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    out = io.BytesIO()
    try:
        template = DocxTemplate(io.BytesIO(content or template_of(name)))
        template.render({field: printable(value) for field, value in facts.items()}, environment)
        template.save(out)
    except (TemplateError, zipfile.BadZipFile, KeyError) as error:
        raise Refused("template_broken", f"公文模板 {name}.docx 有误（{error}），请改正模板后再打开。", status=500) from error
    return _settled(out.getvalue())


def printable(value):
    """What XML can hold: line ends stay, other control characters (to the library some are commands) go."""
    if isinstance(value, list):
        return [printable(one) for one in value]
    if not isinstance(value, str):
        return value
    return "".join(sign for sign in value if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cs", "Cn"})


def _settled(content):
    """The same parts with this machine's fonts, and without the clock that a ZIP writes into itself."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as settled:
        for name in made.namelist():
            part = made.read(name)
            if name.startswith("word/") and name.endswith(".xml"):
                part = FONTS_OF.sub(_fonts, part.decode()).encode()
            settled.writestr(zipfile.ZipInfo(name, LONG_AGO), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _fonts(match):
    element = match[0]
    for named, here in settings.PAPER_FONTS.items():
        family, _, weight = here.partition(":")
        if f'"{named}"' in element:
            element = element.replace(f'"{named}"', f'"{family}"') + ("<w:b/>" if weight == "bold" else "")
    return element
