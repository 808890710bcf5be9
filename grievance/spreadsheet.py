"""表格文件: an uploaded XLSX or CSV as rows of plain words. What is hostile, damaged or no table is refused with a sentence.

The few parts of an XLSX that hold words are read with the standard library: what makes this hard is to be safe against the file,
and a library that reads charts, styles and dates would have to be fenced in all the same."""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.parsers import expat

from grievance.casework import Refused

MAX_BYTES = 2 * 1024 * 1024
MAX_PART_BYTES = 4 * 1024 * 1024
"""Bytes of an upload, and of a part of an XLSX once it is unpacked."""
MAX_PARTS = 500
MAX_ROWS = 2_000
MAX_COLUMNS = 40
MAX_CELL = 200
SAVE_AGAIN = "请在 WPS 或 Excel 里打开它，另存为 .xlsx 后再上传。"
NOT_A_TABLE = f"这不是表格文件：只收 .xlsx 和 UTF-8 的 .csv（改扩展名没有用）。{SAVE_AGAIN}"

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
RELATION = re.compile(r"\{[^}]*/relationships\}id$")
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})$")


def refuse(code, sentence):
    """Refused with 400: the file cannot be used as it is."""
    raise Refused(code, sentence, status=400)


@dataclass
class Sheet:
    """一张表: (line, words of the cells) for each line that has any, and the lines that merged cells cover."""

    rows: list = field(default_factory=list)
    merged: list = field(default_factory=list)

    def add(self, line, cells):
        """Take a line in; Refused `too_many_rows`, `too_many_columns`, `cell_too_long`."""
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            return
        if len(self.rows) > MAX_ROWS:
            refuse("too_many_rows", f"一次最多 {MAX_ROWS} 行，这个表更长。请按小区分成几个表，分次上传。")
        if len(cells) > MAX_COLUMNS:
            refuse("too_many_columns", f"第 {line} 行有 {len(cells)} 列，最多 {MAX_COLUMNS} 列。请用下载的样表填写。")
        if max(map(len, cells)) > MAX_CELL:
            refuse("cell_too_long", f"第 {line} 行有一格超过 {MAX_CELL} 个字，不像是点位表。请核对后再上传。")
        self.rows.append((line, cells))


def read(upload):
    """读表: the first sheet of an uploaded file. Refused 400 where it is too large, no table or not safe to read."""
    if upload.size > MAX_BYTES:
        most = MAX_BYTES // 1024 // 1024
        refuse("file_too_large", f"文件超过 {most} MB，没有读取。点位表通常不到 1 MB：请删去图片和用不着的工作表，或分成几个表。")
    content = upload.read(MAX_BYTES + 1)
    if not content.strip():
        refuse("empty_file", "这个文件是空的，请核对后再上传。")
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        refuse("old_or_locked", f"这是旧式 .xls，或者加了打开密码，读不了。{SAVE_AGAIN}")
    return _csv(content)


def _csv(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse("wrong_encoding", f"这个文件是 UTF-16 编码，读不了。{SAVE_AGAIN}")
    if b"\0" in content or content.startswith((b"MZ", b"%PDF", b"\x7fELF", b"<")):
        refuse("not_a_table", NOT_A_TABLE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("wrong_encoding", "这个文件不是 UTF-8 编码（多半是 GBK），汉字会读错，没有读取。请另存为 .xlsx，或“CSV UTF-8”。")
    first = text.lstrip().partition("\n")[0]
    sheet, lines = Sheet(), csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",", strict=True)
    try:
        for cells in lines:
            sheet.add(lines.line_num, cells)
    except csv.Error:
        refuse("not_a_table", f"第 {lines.line_num} 行读不通：引号没有成对，或者不是 CSV。{SAVE_AGAIN}")
    return sheet


def _workbook(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _first_sheet(_Parts(archive))
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError) as error:
        raise Refused("damaged_file", f"这个 .xlsx 已经损坏，读不了。{SAVE_AGAIN}", status=400) from error
    except (ElementTree.ParseError, expat.ExpatError) as error:
        raise Refused("damaged_file", f"这个 .xlsx 里的内容读不通。{SAVE_AGAIN}", status=400) from error


class _Parts:
    """The parts of an XLSX: only those that are asked for are unpacked, and each only so far."""

    def __init__(self, archive):
        self.archive = archive
        self.entries = {entry.filename: entry for entry in archive.infolist()}
        if len(archive.infolist()) > MAX_PARTS or len(self.entries) < len(archive.infolist()):
            refuse("not_safe", f"这个压缩包里的文件太多或重名，不是正常的表格，没有读取。{SAVE_AGAIN}")
        if "xl/workbook.xml" not in self.entries:
            refuse("not_a_table", NOT_A_TABLE)
        if any(name.lower().endswith("vbaproject.bin") for name in self.entries):
            refuse("has_macros", f"这个表格带宏，没有读取。{SAVE_AGAIN}")

    def read(self, name):
        """The bytes of a part, free of declarations that could make it grow."""
        entry = self.entries.get(name)
        if entry is None:
            raise zipfile.BadZipFile(name)
        if entry.flag_bits & 1 or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            refuse("old_or_locked", f"这个表格加了密，或者压缩方式不寻常，读不了。{SAVE_AGAIN}")
        if entry.file_size > MAX_PART_BYTES:
            refuse("not_safe", f"这个表格解开以后过大（像是压缩炸弹），没有读取。{SAVE_AGAIN}")
        with self.archive.open(entry) as part:
            content = part.read(MAX_PART_BYTES + 1)
        _refuse_declarations(content)
        return content


def _refuse_declarations(content):
    parser = expat.ParserCreate()

    def declared(*_):
        refuse("not_safe", f"这个表格里有不该有的声明（实体），没有读取。{SAVE_AGAIN}")

    parser.StartDoctypeDeclHandler = declared
    parser.Parse(content, True)


def _first_sheet(parts):
    name = _name_of_first_sheet(parts)
    shared = _shared_words(parts) if "xl/sharedStrings.xml" in parts.entries else []
    sheet = Sheet()
    for _, element in ElementTree.iterparse(io.BytesIO(parts.read(name))):
        tag = _tag(element)
        if tag == "row":
            line = int(element.get("r") or (sheet.rows[-1][0] + 1 if sheet.rows else 1))
            sheet.add(line, _cells(element, line, shared))
            element.clear()
        elif tag == "mergeCell":
            sheet.merged.append(element.get("ref", ""))
    return sheet


def _tag(element):
    return element.tag.removeprefix(MAIN).removeprefix(STRICT)


def _name_of_first_sheet(parts):
    sheets = [each for each in ElementTree.fromstring(parts.read("xl/workbook.xml")).iter() if _tag(each) == "sheet"]
    if not sheets:
        raise zipfile.BadZipFile("no sheet")
    wanted = next((value for name, value in sheets[0].attrib.items() if RELATION.search(name)), None)
    for relation in ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels")):
        if relation.get("Id") == wanted:
            target = relation.get("Target", "")
            return target[1:] if target.startswith("/") else f"xl/{target}"
    raise zipfile.BadZipFile("no such sheet")


def _shared_words(parts):
    words = []
    for _, element in ElementTree.iterparse(io.BytesIO(parts.read("xl/sharedStrings.xml"))):
        if _tag(element) == "si":
            words.append(_words(element))
            element.clear()
    return words


def _words(element):
    """The text of an item, in one piece or in runs; how a word is pronounced (rPh) is no part of it."""
    runs = [element, *(child for child in element if _tag(child) == "r")]
    return "".join(part.text or "" for run in runs for part in run if _tag(part) == "t")


def _cells(row, line, shared):
    cells: list[str] = []
    for cell in row:
        if _tag(cell) != "c":
            continue
        place = CELL.match(cell.get("r", ""))
        column = _column(place[1]) if place else len(cells)
        if column >= MAX_COLUMNS:
            if any(_tag(part) in {"v", "is", "f"} for part in cell):
                refuse("too_many_columns", f"第 {line} 行超过 {MAX_COLUMNS} 列。请用下载的样表填写。")
            continue
        cells += [""] * (column + 1 - len(cells))
        cells[column] = _value(cell, line, shared)
    return cells


def _column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell, line, shared):
    parts = {_tag(part): part for part in cell}
    if "f" in parts:
        where = f"第 {line} 行有公式（{cell.get('r', '')}）"
        refuse("has_formula", f"{where}。公式算出来的不一定是您看到的：请复制后“粘贴为数值”，再上传。")
    if cell.get("t") == "inlineStr":
        return _words(parts["is"]) if "is" in parts else ""
    value = parts["v"].text or "" if "v" in parts else ""
    if cell.get("t") == "s":
        return shared[int(value)] if value and int(value) < len(shared) else ""
    if cell.get("t") == "e":
        refuse("has_formula", f"第 {line} 行有一格是错误值 {value}，请改好再上传。")
    return value
