"""地名写法: one way of writing for names that people write in many: 三号楼, 3栋, 3#楼 and 第3幢 are the same building."""

import re
import unicodedata

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
NUMERALS = "零〇一二两三四五六七八九十百"
NUMBERED = re.compile(rf"第?([{NUMERALS}]+)(?=号|栋|幢|座|#|单元|门|期|区|组|队|院)")
BUILDING = re.compile(r"第?(\d+|[a-z])(?:号楼|号栋|号幢|#楼|#|栋|幢|座)")
ENTRANCE = re.compile(r"第?(\d+)(?:单元门|单元|号门|门(?![\u4e00-\u9fff]))")
NOISE = re.compile(r"[\s,，.。、·()（）\-—_/]+")
PART = re.compile(r"\d+号楼|[a-z]号楼|\d+单元")


def plain_name(text):
    """同一写法: full and half width, case, spaces and stops do not matter; numerals before 号、栋、单元 are digits; the words
    for a building are one (号楼), and so are those for an entrance (单元)."""
    text = NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return in_digits(text)


def in_digits(text):
    """统一编号 inside a sentence: 三栋 and 3# become 3号楼, 五组 becomes 5组; every other sign stays as it is."""
    text = NUMBERED.sub(lambda found: str(_number(found[1])), text)
    return ENTRANCE.sub(r"\1单元", BUILDING.sub(r"\1号楼", text))


def _number(numerals):
    """十二 is 12, 二十 is 20, 一百零三 is 103; digits in a row (二〇三) are read one by one."""
    if not set(numerals) & set("十百"):
        return int("".join(str(DIGITS[sign]) for sign in numerals))
    whole = last = 0
    for sign in numerals:
        if sign in DIGITS:
            last = DIGITS[sign]
        else:
            whole, last = whole + (last or 1) * (10 if sign == "十" else 100), 0
    return whole + last


def parts_of(text):
    """拆开: what lies around, in one way of writing, and the numbered parts in it, the outer one first:
    “育红苑三栋2单元” → ("育红苑", ["3号楼", "2单元"])."""
    text = plain_name(text)
    return PART.sub("", text), PART.findall(text)


def spellings(text):
    """写法: how a name may stand in a table, to ask a database for it: in digits and in numerals."""
    text = NOISE.sub("", unicodedata.normalize("NFKC", text))
    plainly = plain_name(text)
    return {text, plainly, re.sub(r"\d{1,2}", lambda found: in_numerals(int(found[0])), plainly)}


def in_numerals(number):
    """汉字数字 of 0 to 99."""
    tens, ones = divmod(number, 10)
    signs = "零一二三四五六七八九"
    if not tens:
        return signs[ones]
    return f"{'' if tens == 1 else signs[tens]}十{signs[ones] if ones else ''}"
