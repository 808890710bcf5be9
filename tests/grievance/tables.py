"""Tables of places as people send them, and as nobody should."""

import io
import struct
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

from grievance import workbook

HEADINGS = ["社区", "小区", "楼栋", "单元/门牌", "类型", "网格", "纬度", "经度", "坐标系"]
LUXI = "骑马山路西社区"


def a_table(*rows, headings=HEADINGS, name="点位.xlsx", above=()):
    """An XLSX with these rows below its headings."""
    return SimpleUploadedFile(name, workbook.workbook({"点位": [*above, headings, *rows]}))


def a_csv(*rows, encoding="utf-8", name="点位.csv"):
    """The same as CSV."""
    text = "\r\n".join(",".join(row) for row in [HEADINGS, *rows])
    return SimpleUploadedFile(name, text.encode(encoding))


def repacked(changes, *, method=zipfile.ZIP_DEFLATED):
    """An XLSX of one good row, some parts of which say something else: {part: bytes}, or None to leave it out."""
    plain, out = a_table([LUXI, "幸福小区"]), io.BytesIO()
    with zipfile.ZipFile(plain) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return out.getvalue()


def with_cells(cells, after=""):
    """An XLSX whose first sheet has the headings, and below them this XML."""
    heads = "".join(f'<c t="inlineStr"><is><t>{word}</t></is></c>' for word in HEADINGS)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData><row r="1">{heads}</row>{cells}</sheetData>{after}</worksheet>'
    return repacked({"xl/worksheets/sheet1.xml": sheet.encode()})


def a_bomb(size=200 * 1024 * 1024):
    """A sheet of a few hundred kilobytes that unpacks to `size`."""
    return repacked({"xl/worksheets/sheet1.xml": b" " * size})


def a_lying_bomb():
    """The same, with the size in its directory said to be small."""
    content, size = bytearray(a_bomb(20 * 1024 * 1024)), struct.pack("<I", 20 * 1024 * 1024)
    at = content.find(size)
    while at >= 0:
        content[at : at + 4] = struct.pack("<I", 1000)
        at = content.find(size, at + 1)
    return bytes(content)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">&b;</worksheet>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
DEEP = b"<a>" * 100_000 + b"</a>" * 100_000

HOSTILE = {
    # what is sent: (name, content, code of the refusal)
    "a program called .xlsx": ("点位.xlsx", b"MZ\x90\0\x03" + bytes(500), "not_a_table"),
    "a program for Linux called .csv": ("点位.csv", b"\x7fELF\x02\x01\x01" + bytes(500), "not_a_table"),
    "a page of the web called .csv": ("点位.csv", b"<html><script>alert(1)</script></html>", "not_a_table"),
    "a picture": ("点位.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_a_table"),
    "nothing at all": ("点位.xlsx", b" \n", "empty_file"),
    "three megabytes": ("点位.csv", b"a" * (3 * 1024 * 1024), "file_too_large"),
    "a zip that unpacks to 200 MB": ("点位.xlsx", a_bomb(), "not_safe"),
    "a zip that lies about its size": ("点位.xlsx", a_lying_bomb(), "damaged_file"),
    "a zip packed so that it cannot be read in pieces": ("点位.xlsx", repacked({}, method=zipfile.ZIP_LZMA), "old_or_locked"),
    "a zip of 501 files": ("点位.xlsx", repacked({f"{n}.xml": b"" for n in range(501)}), "not_safe"),
    "a zip that is no table": ("点位.xlsx", repacked({"xl/workbook.xml": None}), "not_a_table"),
    "a zip cut off": ("点位.xlsx", repacked({})[:400], "damaged_file"),
    "a table without its sheet": ("点位.xlsx", repacked({"xl/worksheets/sheet1.xml": None}), "damaged_file"),
    "a sheet that is no XML": ("点位.xlsx", repacked({"xl/worksheets/sheet1.xml": b"<a><b></a>"}), "damaged_file"),
    "entities that grow": ("点位.xlsx", repacked({"xl/worksheets/sheet1.xml": LAUGHS}), "not_safe"),
    "entities that read files": ("点位.xlsx", repacked({"xl/worksheets/sheet1.xml": OUTSIDE}), "not_safe"),
    "a hundred thousand levels": ("点位.xlsx", repacked({"xl/worksheets/sheet1.xml": DEEP}), "no_headings"),
    "macros": ("点位.xlsx", repacked({"xl/vbaProject.bin": b"x"}), "has_macros"),
    "an old or locked workbook": ("点位.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_or_locked"),
    "a formula": ("点位.xlsx", with_cells('<row r="2"><c r="A2"><f>HYPERLINK("http://x")</f><v>1</v></c></row>'), "has_formula"),
    "an error for a value": ("点位.xlsx", with_cells('<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>'), "has_formula"),
    "a cell in column XFD": ("点位.xlsx", with_cells('<row r="2"><c r="XFD2"><v>1</v></c></row>'), "too_many_columns"),
    "a cell like a novel": ("点位.csv", f"社区,小区\n{LUXI},{'长' * 201}".encode(), "cell_too_long"),
    "quotes that never end": ("点位.csv", f'社区,小区\n{LUXI},"幸福小区'.encode(), "not_a_table"),
    "GBK": ("点位.csv", a_csv([LUXI, "幸福小区"], encoding="gbk").read(), "wrong_encoding"),
    "UTF-16": ("点位.csv", a_csv([LUXI, "幸福小区"], encoding="utf-16").read(), "wrong_encoding"),
    "merged cells": (
        "点位.xlsx",
        with_cells('<row r="2"><c r="A2"><v>1</v></c></row>', '<mergeCells><mergeCell ref="B2:B9"/></mergeCells>'),
        "merged_cells",
    ),
    "headings of something else": ("点位.csv", "姓名,电话\n刘先生,13912345678".encode(), "no_headings"),
    "the same heading twice": ("点位.csv", "社区,小区,单元,门牌\na,b,c,d".encode(), "heading_twice"),
    "headings alone": ("点位.csv", "社区,小区\n".encode(), "no_rows"),
    "2001 rows": ("点位.csv", ("社区,小区\n" + "".join(f"{LUXI},小区{n}\n" for n in range(2001))).encode(), "too_many_rows"),
}
