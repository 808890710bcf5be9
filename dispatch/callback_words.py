"""回访问法、答法和短信: what is asked at a callback, what the answers are called, what a reply by text message means. All of it
data: the shipped file, and above it what the policy in force says."""

import tomllib
from functools import lru_cache
from pathlib import Path
from string import Formatter

SHIPPED = Path(__file__).parent / "data" / "callback_words.toml"
ANSWERS = {
    "replied": ("yes", "no"),
    "resolved": ("yes", "mostly", "no"),
    "satisfaction": ("yes", "mostly", "no"),
    "reason": ("unsolved", "attitude", "time", "result"),
}
"""三问与原因: each with the answers that are kept (domain §1.7); how they are worded is data."""
HOLES = {"code", "number", "verdict"}
"""短信里可以填的空."""
DIGITS = "123456789"


@lru_cache
def shipped():
    """系统自带的一套."""
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


def words_of(policy):
    """{项: 话}: what `policy` says, else what is shipped. One that names replies of its own means no others."""
    own = policy.callback_words
    base = shipped()
    if any(key.startswith("reply_") for key in own):
        base = {key: value for key, value in base.items() if not key.startswith("reply_")}
    return {**base, **own}


def choices(words, question):
    """[(答案, 叫法)] of one question."""
    return [(answer, words[f"{question}_{answer}"]) for answer in ANSWERS[question]]


def replies(words):
    """{回复: (是否解决, 是否满意, 原因)}: each digit and each word that is taken for it."""
    found = {}
    for digit in DIGITS:
        if meaning := words.get(f"reply_{digit}"):
            said = [digit, *words.get(f"reply_{digit}_also", "").split()]
            found |= dict.fromkeys(said, (*meaning.split(), "")[:3])
    return found


def wrong(key, text):
    """Why an item of a policy cannot stand so; empty where it can."""
    if key.startswith("reply_") and not key.endswith("_also"):
        return _wrong_reply(text)
    try:
        holes = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return "的花括号没有配对。"
    return f"只能填这几个空：{'、'.join(sorted(HOLES))}。" if holes - HOLES else ""


def _wrong_reply(text):
    parts = (*text.split(), "")[:3]
    known = all(part in ANSWERS[name] for name, part in zip(("resolved", "satisfaction"), parts, strict=False) if part)
    if len(text.split()) not in (2, 3) or not known or (parts[2] and parts[2] not in ANSWERS["reason"]):
        return "应写“是否解决 是否满意 原因”，如 no no unsolved；满意的不写原因。"
    return "不满意的须写原因，如 no no unsolved。" if parts[1] == "no" and not parts[2] else ""


def known(key):
    """Whether a policy may word this: an item of the shipped file, or what another digit means."""
    digit, _, more = key.removeprefix("reply_").partition("_")
    return key in shipped() or (key.startswith("reply_") and digit in DIGITS and len(digit) == 1 and more in ("", "also"))
