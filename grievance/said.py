"""诉求内容的检查: what residents type, made storable and held to its limits. Pages escape text; nothing here strips it."""

import re
import unicodedata

from grievance.casework import Refused
from grievance.models import Grievance

DESCRIPTION_MAX, ADDRESS_MAX, NAME_MAX, LANGUAGE_MAX = 5000, 200, 60, 20
TITLE, BROKEN_NUMBER = 40, re.compile(r"[\d+ -]*\d$")
# Mobile with or without the country's prefix; fixed line with or without area code and extension; 7 or 8 digits inside one area
PHONE = re.compile(r"(?:(?:\+|00)?86-?)?(1[3-9]\d-?\d{4}-?\d{4})|((?:0\d{2,3}-?)?[2-9]\d{2,3}-?\d{4}(?:[-转]\d{1,6})?)")


def kind(value):
    """类型: one of the choices, 我要反映 where nothing was chosen. Refused `unknown_kind`."""
    value = clean(value) or Grievance.Kind.REPORT
    try:
        return Grievance.Kind(value).value
    except ValueError as error:
        wrong = "请选“我要反映”“我有纠纷”“我想问”“我建议”或“我有心愿”中的一项。"
        raise Refused("unknown_kind", wrong, status=400) from error


def description(value):
    """内容: up to 5,000 characters. Refused `description_too_long`."""
    return _limited(value, DESCRIPTION_MAX, "description_too_long", "内容", "请删减后再发送；材料较多的，可以拍照上传。")


def address(value):
    """具体位置: up to 200 characters. Refused `address_too_long`."""
    return _limited(value, ADDRESS_MAX, "address_too_long", "具体位置", "请写短一些，例如“3号楼2单元门口”。")


def name(value):
    """姓名: up to 60 characters of any script; long names with · are ordinary here. Refused `name_too_long`."""
    return _limited(value, NAME_MAX, "name_too_long", "姓名", "请只写姓名。")


def language(value):
    """联系语言: up to 20 characters. Refused `language_too_long`."""
    return _limited(value, LANGUAGE_MAX, "language_too_long", "语言", "请只写语言的名称。")


def phone(value):
    """电话: a mobile or fixed number in any usual writing, or none. Refused `bad_phone`."""
    compact = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", clean(value))).replace("—", "-")
    if not compact:
        return ""
    match = PHONE.fullmatch(compact)
    if match is None:
        raise Refused(
            "bad_phone", "电话号码不对：手机是 11 位数字，座机请带区号，例如 0991-1234567。不想留可以空着。", status=400
        )
    return match[1].replace("-", "") if match[1] else match[2]


def headline(description):
    """标题: the first forty characters; a number is never cut in two, since half of one would pass every mask."""
    line = " ".join(description.split())
    head, rest = line[:TITLE], line[TITLE:]
    return (BROKEN_NUMBER.sub("", head) if rest[:1].isdigit() else head).rstrip("。！!.；;，, ")


def clean(value):
    """Text that every database takes: without NUL and half characters, with one kind of line end."""
    text = str(value or "").encode("utf-8", "ignore").decode()
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def _limited(value, limit, code, noun, advice):
    text = clean(value)
    if len(text) > limit:
        raise Refused(code, f"{noun}有 {len(text)} 个字，最多 {limit} 个字。{advice}", status=400)
    return text
