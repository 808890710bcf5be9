"""公文模板: writes the DOCX templates beside this file, in the form of GB/T 9704. Run once; afterwards the office edits them.

    python templates/letters/make.py [name …]

Fonts are named as the standard names them; PAPER_FONTS says what stands for them on a machine that has not got them."""

import sys
from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from looks import LEFT, RED, RIGHT, STYLES, WIDTHS

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))
from dispatch.papers.layouts import SHEETS, TEXTS  # noqa: E402


def paper(*, letter=False):
    """An empty A4 paper: 版心 156 × 225 mm, the styles above, page numbers outside."""
    made = Document()
    for element in list(made.element.body)[:-1]:
        made.element.body.remove(element)
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(20 if letter else 25)
    for name, look in STYLES.items():
        style(made, name, *look)
    made.core_properties.author, made.core_properties.title = "说事直通车", "公文模板"
    made.settings.odd_and_even_pages_header_footer = True
    numbered(section.footer, RIGHT)
    numbered(section.even_page_footer, LEFT)
    return made


def style(made, name, font, size, alignment, line, indent, before, after):
    """A paragraph style: the office changes a font in one place."""
    new = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    new.font.size, new.font.name = Pt(size), font
    fonts = new.element.rPr.rFonts
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), font)
    shape = new.paragraph_format
    shape.alignment, shape.space_before, shape.space_after = alignment, Pt(before), Pt(after)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY if line else WD_LINE_SPACING.SINGLE
    shape.widow_control = True
    # Between numbers and characters the office's papers leave no gap: 〔2023〕1号
    for gap in ("w:autoSpaceDE", "w:autoSpaceDN"):
        spacing = OxmlElement(gap)
        spacing.set(qn("w:val"), "0")
        new.element.get_or_add_pPr().insert_element_before(spacing, "w:spacing", "w:ind", "w:jc")
    if line:
        shape.line_spacing = Pt(line)
    if indent:
        element(new.element.get_or_add_pPr(), "w:ind", firstLineChars=indent * 100, firstLine=indent * size * 20)


def element(parent, tag, **values):
    """A child of raw WordprocessingML."""
    child = OxmlElement(tag)
    for name, value in values.items():
        child.set(qn(f"w:{name}"), str(value))
    parent.append(child)
    return child


def line(made, text, look, *, red=False, keep=False):
    """A paragraph."""
    paragraph = made.add_paragraph(style=look)
    run = paragraph.add_run(text)
    if red:
        run.font.color.rgb = RED
    paragraph.paragraph_format.keep_with_next = keep
    return paragraph


def rule(paragraph, side, kind, size, *, colour="E60000", space=1):
    """A line above or below a paragraph, as wide as the 版心."""
    shape = paragraph._p.get_or_add_pPr()
    borders = shape.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        shape.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr")
    edge = element(borders, f"w:{side}", val=kind, sz=size, space=space, color=colour)
    if side == "top":
        borders.insert(0, edge)


def numbered(footer, alignment):
    """页码: 4号半角宋体 with a dash on each side, one character from the outer edge."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style, paragraph.alignment = "页码", alignment
    paragraph.paragraph_format.right_indent = paragraph.paragraph_format.left_indent = Pt(14)
    paragraph.add_run("— ")
    run = paragraph.add_run()._r
    element(run, "w:fldChar", fldCharType="begin")
    element(run, "w:instrText").text = " PAGE "
    element(run, "w:fldChar", fldCharType="end")
    paragraph.add_run(" —")


def red_head(made, *, signer=False):
    """红头: 发文机关标志, 发文字号 (with the 签发人 where it goes upwards), the red line 4 mm below."""
    line(made, "{{ organ }}", "发文机关标志", red=True)
    number = line(made, "{{ number or '（待编号）' }}", "文号")
    if signer:
        number.alignment = LEFT
        number.paragraph_format.tab_stops.add_tab_stop(Mm(150), WD_TAB_ALIGNMENT.RIGHT)
        number.paragraph_format.left_indent = Pt(16)
        number.add_run("\t签发人：{{ signer }}")
    rule(number, "bottom", "single", 12, space=11)


def letter_head(made):
    """信函格式: the name and a double line at the head of the first page, another at its foot; the number to the right."""
    section = made.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance, section.top_margin = Mm(26), Mm(48)
    head = section.first_page_header
    head.is_linked_to_previous = False
    name = head.paragraphs[0]
    name.style, run = "函发文机关标志", name.add_run("{{ organ }}")
    run.font.color.rgb = RED
    rule(name, "bottom", "thickThinSmallGap", 24, space=8)
    foot = section.first_page_footer
    foot.is_linked_to_previous = False
    foot.paragraphs[0].style = "页码"
    rule(foot.paragraphs[0], "top", "thinThickSmallGap", 24)
    number = line(made, "{{ number or '（待编号）' }}", "文号")
    number.alignment, number.paragraph_format.space_before = RIGHT, Pt(0)


def opening(made):
    """标题与主送."""
    line(made, "{%p if draft %}", "草稿")
    line(made, "（草稿，未签发）", "草稿")
    line(made, "{%p endif %}", "草稿")
    line(made, "{{ title_lines | join('\\n') }}", "公文标题")
    line(made, "{{ to }}：", "主送")


def each(made, field, look="公文正文", *, keep=False):
    """A paragraph for each text of a list."""
    line(made, f"{{%p for text in {field} %}}", look)
    line(made, "{{ text }}", look, keep=keep)
    line(made, "{%p endfor %}", look)


def attachments(made):
    """附件说明, one line below the text; it and what is signed stay with the last words of it."""
    line(made, "{%p if attachments %}", "公文正文")
    line(made, "", "公文正文", keep=True)
    line(made, "{%p for one in attachments %}", "公文正文")
    head = (
        "{% if loop.first %}附件：{% else %}　　　{% endif %}{% if not (loop.first and loop.last) %}{{ loop.index }}. {% endif %}"
    )
    line(made, head + "{{ one }}", "公文正文", keep=True)
    line(made, "{%p endfor %}", "公文正文")
    line(made, "{%p endif %}", "公文正文")


def closing(made, *, organ="{{ organ }}"):
    """署名、成文日期 and room for the seal, which is set by hand and never drawn."""
    line(made, "", "落款", keep=True)
    line(made, "", "落款", keep=True)
    line(made, f"{organ}（盖章）", "落款", keep=True).paragraph_format.right_indent = Pt(32)
    line(made, "{{ date or '（签发日期）' }}", "落款", keep=True).paragraph_format.right_indent = Pt(64)


def contact(made):
    """附注: whom to ring."""
    line(made, "（联系电话：{{ phone or '无' }}）", "公文正文")


def colophon(made, *, printed=True):
    """版记: 抄送, and where there is a red head 印发机关 and date; lines 0.35 mm at its edges."""
    line(made, "{%p if copies %}", "版记")
    above = line(made, "　抄送：{{ copies | join('，') }}。", "版记")
    rule(above, "top", "single", 8, colour="000000")
    if not printed:
        rule(above, "bottom", "single", 8, colour="000000")
    line(made, "{%p endif %}", "版记")
    if printed:
        last = line(made, "　{{ organ }}\t{% if date %}{{ date }}印发　{% endif %}", "版记")
        last.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
        rule(last, "bottom", "single", 8, colour="000000")
        rule(last, "top", "single", 8, colour="000000")


def table(made, rows, tall=()):
    """A ruled table of (label, field) pairs; a lone pair takes the width."""
    grid = made.add_table(rows=0, cols=4)
    grid.style, grid.autofit = "Table Grid", False
    for column, width in zip(grid.columns, WIDTHS, strict=True):
        column.width = Mm(width)
    for pairs in rows:
        row = grid.add_row()
        row.height, row.height_rule = Mm(22 if any(field in tall for _, field in pairs) else 9), WD_ROW_HEIGHT_RULE.AT_LEAST
        element(row._tr.get_or_add_trPr(), "w:cantSplit")
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = Mm(width)
        if len(pairs) == 1:
            row.cells[1].merge(row.cells[3])
        for (label, field), at in zip(pairs, (0, 2), strict=False):
            fill(row.cells[at], label, "表格名")
            fill(row.cells[at + 1], f"{{{{ {field} }}}}" if field else "", "表格字")


def fill(cell, text, look):
    """One paragraph in a cell, in the middle of its height."""
    cell.paragraphs[0].style = look
    cell.paragraphs[0].add_run(text)
    for other in cell.paragraphs[1:]:
        other._p.getparent().remove(other._p)
    element(cell._tc.get_or_add_tcPr(), "w:vAlign", val="center")


def supervise():
    """督办单、书记督办单."""
    made = paper()
    red_head(made)
    opening(made)
    each(made, "paragraphs", keep=True)
    attachments(made)
    closing(made)
    line(made, "督办事项签收反馈单", "表单标题", keep=True).paragraph_format.page_break_before = True
    table(made, (
        (("事项编号", "case_number"), ("工单编号", "order_number")),
        (("标题", "matter"),),
        (("地点", "place"),),
        (("督办事由", "reason"),),
        (("督办要求", "demand"),),
        (("办理期限", "due"), ("责任领导", "")),
        (("签收人", ""), ("签收时间", "")),
        (("反馈情况", ""),),
    ), tall=("demand",))  # fmt: skip
    made.tables[0].rows[-1].height = Mm(60)
    line(made, "", "版记")
    colophon(made)
    return made


def letter():
    """提醒函、函、告知函."""
    made = paper(letter=True)
    letter_head(made)
    opening(made)
    line(made, "反映内容：{{ matter }}。地点：{{ place }}。", "公文正文")
    each(made, "paragraphs")
    line(made, "办理期限：{{ due }}。", "公文正文")
    line(made, "{%p if closing %}", "公文正文")
    line(made, "{{ closing }}", "公文正文", keep=True)
    line(made, "{%p endif %}", "公文正文")
    attachments(made)
    closing(made)
    contact(made)
    line(made, "", "版记")
    colophon(made, printed=False)
    return made


def report():
    """提请挂牌督办报告, upwards: the 签发人 stands beside the number."""
    made = paper()
    red_head(made, signer=True)
    opening(made)
    line(made, "一、基本情况", "层次标题")
    line(
        made, "{{ submitted }}，{{ reporters }}人反映“{{ matter }}”（事项 {{ case_number }}，类别：{{ category }}），"
        "地点：{{ place }}。"
        "{% if households %}涉及{{ households }}户。{% endif %}", "公文正文",
    )  # fmt: skip
    line(made, "二、办理经过", "层次标题")
    each(made, "course")
    line(made, "三、提请事由", "层次标题")
    each(made, "paragraphs")
    line(made, "现提请将该事项列入区级挂牌督办，请审定。", "公文正文", keep=True)
    attachments(made)
    closing(made)
    contact(made)
    line(made, "", "版记")
    colophon(made)
    return made


def listing():
    """挂牌督办通知书."""
    made = paper()
    red_head(made)
    opening(made)
    each(made, "paragraphs")
    line(made, "摘牌条件：问题解决、群众认可，经核实后由本机关发出解除通知。", "公文正文", keep=True)
    closing(made)
    line(made, "挂牌督办事项表", "表单标题", keep=True).paragraph_format.page_break_before = True
    table(made, (
        (("事项", "matter"),),
        (("事项编号", "case_number"), ("工单编号", "order_number")),
        (("反映人数", "reporters"), ("涉及户数", "households")),
        (("牵头单位", "leads"), ("配合单位", "assists")),
        (("督办要求", "demand"),),
        (("完成时限", "due"), ("责任领导", "")),
        (("报告周期", ""), ("联络人", "")),
    ), tall=("demand",))  # fmt: skip
    line(made, "", "版记")
    colophon(made)
    return made


def unlisting():
    """解除挂牌督办通知书."""
    made = paper()
    red_head(made)
    opening(made)
    each(made, "paragraphs")
    line(made, "{%p if outcome %}", "公文正文")
    line(made, "办理结果：{{ outcome }}", "公文正文")
    line(made, "{%p endif %}", "公文正文")
    line(
        made,
        "经核实，自本通知发出之日起解除对事项 {{ case_number }} 的挂牌督办。请巩固办理成效，防止反复。",
        "公文正文",
        keep=True,
    )
    closing(made)
    line(made, "", "版记")
    colophon(made)
    return made


def sheet(name):
    """A form in a table: 派工单, 审批单, 办结报告, 催办通知书, 调解记录."""
    look, made = SHEETS[name], paper()
    section = made.sections[0]
    section.top_margin, section.bottom_margin = Mm(25), Mm(25)
    section.footer_distance = Mm(15)
    line(made, look.title, "表单标题")
    table(made, look.rows, look.tall)
    line(made, look.foot, "表注")
    if look.seal:
        line(made, f"{{{{ {look.seal} }}}}（盖章）", "落款").paragraph_format.right_indent = Pt(32)
    return made


def text(name):
    """A paper in running text: 调解申请书, 调解协议书, 法定途径告知单."""
    look, made = TEXTS[name], paper()
    line(made, look.title, "公文标题")
    if look.signs:
        number = line(made, "{{ file_number }}", "文号")
        number.alignment, number.paragraph_format.space_before = RIGHT, Pt(0)
    else:
        line(made, "{{ to }}：", "主送")
    for heading, field in look.blocks:
        line(made, f"{heading}：", "层次标题", keep=True)
        each(made, f"{field}.splitlines()")
    line(made, look.foot, "公文正文", keep=True)
    for who in look.signs:
        line(made, f"{who}：__________________", "签名", keep=True)
    if name == "advice":
        line(made, "联系电话：{{ phone }}", "签名")
        line(made, "事项编号：{{ case_number }}", "签名")
    if name == "application":
        line(made, "年　　月　　日", "落款", keep=True).paragraph_format.right_indent = Pt(64)
    else:
        closing(made, organ="{{ unit }}")
    return made


PAPERS = {
    "supervise": supervise, "letter": letter, "report": report, "listing": listing, "unlisting": unlisting,
    **{name: (lambda name=name: sheet(name)) for name in SHEETS}, **{name: (lambda name=name: text(name)) for name in TEXTS},
}  # fmt: skip

if __name__ == "__main__":
    for wanted in sys.argv[1:] or PAPERS:
        PAPERS[wanted]().save(HERE / f"{wanted}.docx")
