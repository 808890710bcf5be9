"""辅助文字: the words of other languages as a page finds them, remembered by each process for half a minute."""

import json
import re
from dataclasses import dataclass, field
from time import monotonic

from django.utils.functional import cached_property

from street.models import Language, Wording

LASTS = 30.0
"""Seconds until a change made in another process is seen in this one."""
SLOT = re.compile(r"\{(\w*)\}")
MOMENT = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日(?: ?(\d\d:\d\d))?")
LONGEST = 600
"""Characters beyond which a sentence is no form of ours: matching must stay cheap whatever stands there."""
LANGUAGE_COOKIE, ELDER_COOKIE = "language", "elder"


def shape(sentence):
    """句式: a sentence with its values made nameless, so that `最多 {most} 张` and `最多 {n} 张` are one."""
    return SLOT.sub("{}", sentence)


@dataclass
class Helper:
    """一种辅助语言: its words by Chinese sentence, and the sentences that carry values."""

    code: str
    name: str
    direction: str
    note: str
    words: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    script: dict[str, str] = field(default_factory=dict)
    forms: list = field(default_factory=list)

    def learn(self, source, text, part):
        """Take in one row."""
        self.words[shape(source)] = text, SLOT.findall(source)
        if part == Wording.Part.SCRIPT:
            self.script[source] = text
        if "{" in source:
            pieces = [re.escape(piece) for piece in SLOT.split(source)[::2]]
            self.forms.append((re.compile("(.+?)".join(pieces), re.DOTALL), SLOT.findall(source), text))

    def text(self, sentence, values=None):
        """译文 of a Chinese sentence, whole or with `{…}`; empty where there is none."""
        sentence = sentence.strip()
        known = self.words.get(shape(sentence))
        if known is None:
            return self._of_a_form(sentence)
        # Two pages may name the same value differently: what counts is its place
        said = [(values or {}).get(name, "") for name in SLOT.findall(sentence)]
        return self._filled(known[0], dict(zip(known[1], said, strict=True)))

    def _of_a_form(self, sentence):
        if len(sentence) > LONGEST:
            return ""
        for form, names, text in self.forms:
            if found := form.fullmatch(sentence):
                return self._filled(text, dict(zip(names, found.groups(), strict=True)))
        return ""

    def _filled(self, text, values):
        return SLOT.sub(lambda slot: self._value(str(values.get(slot[1], ""))), text)

    def _value(self, value):
        """A value is often a word that is itself known; dates lose their Chinese."""
        value = MOMENT.sub(_plain_moment, value)
        value = value.replace("（北京时间）", f" ({self._word('北京时间')})")
        return self._word(value)

    def _word(self, value):
        return self.words.get(value, (value,))[0]


def _plain_moment(found):
    year, month, day, clock = found.groups()
    return f"{year}-{int(month):02}-{int(day):02}" + (f" {clock}" if clock else "")


_memory: dict = {"until": 0.0, "helpers": {}}


def forget():
    """Read anew with the next page: a row was changed here."""
    _memory["until"] = 0.0


def remember(helpers):
    """Hold these for half a minute; none at all is something to remember too."""
    _memory.update(until=monotonic() + LASTS, helpers=helpers)


def helpers():
    """{code: Helper} of the languages that may be chosen. Two queries every half minute, else none."""
    if monotonic() >= _memory["until"]:
        remember(_read())
    return _memory["helpers"]


def _read():
    found = {row.pk: Helper(row.code, row.name, row.direction, row.note) for row in Language.objects.offered()}
    rows = Wording.objects.shown().values_list("language_id", "source", "text", "part") if found else []
    for language, source, text, part in rows:
        if language in found:
            found[language].learn(source, text, part)
    for helper in found.values():
        # The form that says most comes first: a bare `{unit}已受理。` fits too much
        helper.forms.sort(key=lambda form: -len(form[0].pattern))
    return {helper.code: helper for helper in found.values()}


class Reader:
    """读者: how this phone wants its pages: in which language beside the Chinese, and whether large."""

    def __init__(self, cookies):
        self.cookies = cookies
        self.asked = False

    @cached_property
    def helper(self):
        """辅助语言 chosen on this phone, where it is (still) offered; else None."""
        self.asked = True
        chosen = self.cookies.get(LANGUAGE_COOKIE)
        return helpers().get(chosen) if chosen else None

    @cached_property
    def elder(self):
        """大字版."""
        self.asked = True
        return self.cookies.get(ELDER_COOKIE) == "1"

    @property
    def languages(self):
        """The languages of the switch."""
        return helpers().values()

    @property
    def script(self):
        """What the scripts say, for `helper.js`; empty without a language."""
        if self.helper is None:
            return ""
        said = {"lang": self.helper.code, "dir": self.helper.direction, "words": self.helper.script}
        return json.dumps(said, ensure_ascii=False)
