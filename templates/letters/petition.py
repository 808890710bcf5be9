"""信访文书模板: 信访事项告知书 and 信访事项处理意见书, set like the papers of make.py.

python templates/letters/petition.py"""

from looks import LEFT
from make import HERE, closing, colophon, line, paper, red_head

HEADINGS = "['一、信访请求', '二、事实和理由', '三、处理意见及法律依据']"


def said(made):
    """The text, with headings where the text has them."""
    line(made, "{%p for text in paragraphs %}", "公文正文")
    line(made, f"{{%p if text in {HEADINGS} %}}", "公文正文")
    line(made, "{{ text }}", "层次标题", keep=True)
    line(made, "{%p else %}", "公文正文")
    line(made, "{{ text }}", "公文正文")
    line(made, "{%p endif %}", "公文正文")
    line(made, "{%p endfor %}", "公文正文")


def to_the_petitioner(noun):
    """A paper to the person: name and address are written in by hand, since no file of ours keeps them in clear."""
    made = paper()
    red_head(made)
    line(made, "{%p if draft %}", "草稿")
    line(made, "（草稿，未签发）", "草稿")
    line(made, "{%p endif %}", "草稿")
    line(made, noun, "公文标题")
    number = line(made, "信访信息系统编号：{{ petition_number }}", "落款")
    number.alignment = LEFT
    line(made, "{{ to }}____________：", "主送")
    said(made)
    line(made, "特此告知。", "公文正文", keep=True)
    closing(made)
    line(made, "（联系电话：{{ phone or '无' }}。时间均为北京时间。）", "公文正文")
    line(made, "送达回证", "层次标题", keep=True)
    for what in ("受送达人（签名）：____________", "送达时间：______年____月____日", "送达人（签名）：____________"):
        line(made, what, "签名", keep=True)
    line(made, "", "版记")
    colophon(made)
    return made


PAPERS = {"petition_notice": "信访事项告知书", "petition_opinion": "信访事项处理意见书"}

if __name__ == "__main__":
    for name, noun in PAPERS.items():
        to_the_petitioner(noun).save(HERE / f"{name}.docx")
