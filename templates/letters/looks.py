"""公文样式: fonts, colours and paragraph styles of the templates, in the form of GB/T 9704."""

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import RGBColor

RED = RGBColor(0xE6, 0, 0)
TITLE, BODY, KAI, HEAD, PLAIN = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
LEFT, CENTRE, RIGHT, BOTH = (getattr(WD_ALIGN_PARAGRAPH, name) for name in ("LEFT", "CENTER", "RIGHT", "JUSTIFY"))
WIDTHS = (29, 49, 29, 49)
"""Of the four columns of a table, mm: they make up the 版心."""
# name: (font, points, alignment, line in points or 0 for single, first-line characters, space before, space after)
STYLES = {
    "发文机关标志": (TITLE, 25, CENTRE, 0, 0, 0, 0),
    "函发文机关标志": (TITLE, 25, CENTRE, 0, 0, 0, 0),
    "文号": (BODY, 16, CENTRE, 0, 0, 24, 0),
    "公文标题": (TITLE, 22, CENTRE, 35, 0, 24, 16),
    "表单标题": (TITLE, 22, CENTRE, 32, 0, 0, 12),
    "主送": (BODY, 16, LEFT, 29, 0, 0, 0),
    "公文正文": (BODY, 16, BOTH, 29, 2, 0, 0),
    "层次标题": (HEAD, 16, LEFT, 29, 2, 0, 0),
    "签名": (BODY, 16, LEFT, 36, 2, 0, 0),
    "草稿": (KAI, 16, CENTRE, 0, 0, 18, 0),
    "落款": (BODY, 16, RIGHT, 29, 0, 0, 0),
    "表格名": (HEAD, 12, CENTRE, 0, 0, 0, 0),
    "表格字": (BODY, 12, LEFT, 18, 0, 1, 1),
    "表注": (KAI, 12, LEFT, 18, 0, 6, 0),
    "版记": (BODY, 14, LEFT, 0, 0, 2, 2),
    "页码": (PLAIN, 14, LEFT, 0, 0, 0, 0),
}  # fmt: skip
