"""综合报告模板: 日报、周报、月报、年报, set like the papers of make.py, with its tables.

python templates/letters/report_of_period.py"""

from docx.enum.text import WD_LINE_SPACING
from docx.shared import Mm, Pt
from looks import CENTRE, LEFT
from make import HERE, closing, colophon, contact, each, element, fill, line, paper, red_head

from dispatch.papers.period_report import NAME, SECTIONS, TABLES

SMALL = Pt(9.5)


def grid(made, name):
    """A ruled table with one row for each of the figures; its head is repeated on the next page."""
    columns = TABLES[name].columns
    table = made.add_table(rows=4, cols=len(columns))
    table.style, table.autofit = "Table Grid", False
    margins = element(table._tbl.tblPr, "w:tblCellMar")
    for side in ("left", "right"):
        element(margins, f"w:{side}", w=40, type="dxa")
    for number, (label, width) in enumerate(columns):
        table.columns[number].width = Mm(width)
        looks = ("表格名", "表格字", "表格字", "表格字")
        for row, look, text in zip(table.rows, looks, (label, "", f"{{{{ row[{number}] }}}}", ""), strict=True):
            row.cells[number].width = Mm(width)
            fill(row.cells[number], text, look)
            small(row.cells[number].paragraphs[0], number)
    table.rows[1].cells[0].paragraphs[0].add_run(f"{{%tr for row in rows_{name} %}}")
    table.rows[3].cells[0].paragraphs[0].add_run("{%tr endfor %}")
    element(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    element(table.rows[2]._tr.get_or_add_trPr(), "w:cantSplit")


def small(paragraph, number):
    """Words of a table: small, numbers in the middle of their column."""
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    paragraph.alignment = CENTRE if number else LEFT
    for run in paragraph.runs:
        run.font.size = SMALL


def report():
    """综合报告."""
    made = paper()
    red_head(made, signer=True)
    line(made, "{%p if draft %}", "草稿")
    line(made, "（草稿，未签发）", "草稿")
    line(made, "{%p endif %}", "草稿")
    line(made, "{{ title_lines | join('\\n') }}", "公文标题")
    for key, section in SECTIONS.items():
        part(made, key, section)
    line(made, "{{ foot }}", "表注")
    closing(made)
    contact(made)
    line(made, "", "版记")
    colophon(made)
    return made


def part(made, key, section):
    """One section: heading, words, tables; one that nobody wrote is left out where it may be."""
    if section.optional:
        line(made, f"{{%p if said_{key} %}}", "公文正文")
    line(made, section.heading, "层次标题", keep=True)
    each(made, f"said_{key}")
    for name in section.tables:
        line(made, f"{{%p if rows_{name} %}}", "公文正文")
        line(made, TABLES[name].title, "表格名", keep=True).paragraph_format.space_before = Pt(8)
        grid(made, name)
        line(made, "", "版记")
        line(made, "{%p endif %}", "公文正文")
    if section.optional:
        line(made, "{%p endif %}", "公文正文")


if __name__ == "__main__":
    report().save(HERE / f"{NAME}.docx")
