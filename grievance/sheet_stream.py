"""导出文件: rows written out as XLSX or CSV while they are read, so that a hundred thousand of them need no more room than one.

Nothing in a cell is ever a formula: an XLSX holds texts and numbers only, and what begins like a formula is marked as text, so
that it stays one when it is edited; in a CSV, which knows no types, an apostrophe stands before it."""

import csv
import re
import zipfile
from xml.sax.saxutils import escape

from grievance.workbook import CONTENT_TYPE, HEAD, MAIN, OFFICE, RELATIONS, SHEET_TYPE, TYPES

FORMULA = re.compile(r"[\t\r\n]|\s*[=+@＝＋－＠-]")
"""What a spreadsheet may take for the beginning of a formula, behind blanks and in full width, too."""
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
CELL_MOST = 32_000
"""Characters that a cell can hold, with room to spare."""
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = CONTENT_TYPE
CHUNK = 64 * 1024
PLAIN, BOLD, QUOTED = 0, 1, 2
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
    '<xf xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf xfId="0" fontId="1" applyFont="1"/>'
    '<xf xfId="0" quotePrefix="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>'
)


class _Out:
    """What a zip writes into: bytes that are taken away as they come; it cannot go back."""

    def __init__(self):
        self.parts: list[bytes] = []
        self.size = 0

    def write(self, data):
        """Take bytes in."""
        self.parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self):
        """Nothing waits here."""

    def taken(self):
        """What came since the last time."""
        data, self.parts, self.size = b"".join(self.parts), [], 0
        return data


def xlsx(title, head, rows, widths=()):
    """The bytes of an XLSX, piece by piece: one sheet, its head bold and frozen."""
    out = _Out()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _parts(title).items():
            archive.writestr(name, HEAD + content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write((HEAD + _opening(widths) + _row(head, BOLD)).encode())
            for row in rows:
                sheet.write(_row(row).encode())
                if out.size >= CHUNK:
                    yield out.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield out.taken()


def csv_lines(head, rows):
    """The bytes of a CSV, piece by piece: UTF-8 with its mark, so that Excel and WPS read the characters right."""
    out = _Out()
    # All of it in quotes: where the list separator is a semicolon, one inside a cell would begin another cell
    lines = csv.writer(_Text(out), quoting=csv.QUOTE_ALL)
    out.write(b"\xef\xbb\xbf")
    lines.writerow([_defused(cell) for cell in head])
    for row in rows:
        lines.writerow([_defused(cell) for cell in row])
        if out.size >= CHUNK:
            yield out.taken()
    yield out.taken()


class _Text:
    def __init__(self, out):
        self.out = out

    def write(self, text):
        return self.out.write(text.encode())


def _defused(cell):
    if isinstance(cell, int):
        return cell
    text = _clean(cell)
    return f"'{text}" if FORMULA.match(text) else text


def _clean(cell):
    return FORBIDDEN.sub("", str(cell)[:CELL_MOST])


def _row(cells, style=PLAIN):
    return f"<row>{''.join(_cell(cell, style) for cell in cells)}</row>"


def _cell(cell, style):
    if isinstance(cell, int):
        return f'<c s="{style}"><v>{cell}</v></c>'
    text = _clean(cell)
    marked = QUOTED if style == PLAIN and FORMULA.match(text) else style
    return f'<c s="{marked}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _opening(widths):
    cols = "".join(f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1))
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"{f'<cols>{cols}</cols>' if cols else ''}<sheetData>"
    )


def _parts(title):
    def relation(number, kind, target):
        return f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'

    def part(name, kind):
        return f'<Override PartName="/xl/{name}.xml" ContentType="{SHEET_TYPE}.{kind}+xml"/>'

    overrides = part("workbook", "sheet.main") + part("worksheets/sheet1", "worksheet") + part("styles", "styles")
    related = relation(1, "worksheet", "worksheets/sheet1.xml") + relation(2, "styles", "styles.xml")
    sheet = f'<sheet name="{escape(title[:31])}" sheetId="1" r:id="rId1"/>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">{relation(1, "officeDocument", "xl/workbook.xml")}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheet}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{related}</Relationships>',
        "xl/styles.xml": STYLES,
    }
