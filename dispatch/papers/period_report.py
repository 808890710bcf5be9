"""综合报告的版式: sections and tables of a street's 日报、周报、月报、年报, for the page, the template and what fills them."""

from dataclasses import dataclass

NAME = "report_of_period"
"""The template's file."""


@dataclass(frozen=True)
class Table:
    """一张表: its title and its columns as (label, width in mm); the widths make up the 版心 of 156 mm."""

    title: str
    columns: tuple


@dataclass(frozen=True)
class Section:
    """一节: heading, tables below its words, and whether it is left out where nobody wrote anything."""

    heading: str
    tables: tuple = ()
    optional: bool = False


TABLES = {
    "rates": Table("主要指标", (
        ("指标", 36), ("本期", 22), ("n", 18), ("上期", 22), ("增减（百分点）", 26), ("另列、无法回访", 32),
    )),
    "units": Table("承办单位", (
        ("单位", 27), ("派单", 12), ("到期", 12), ("按时", 12), ("超期", 12), ("按期办结率", 18), ("回访到", 11),
        ("不满意", 12), ("满意率", 18), ("无法回访", 11), ("另列", 11),
    )),
    "categories": Table("类别", (("类别", 60), ("本期", 24), ("上期", 24), ("增减", 24), ("本期结案", 24))),
    "communities": Table("社区", (
        ("社区", 35), ("事项", 14), ("上期", 14), ("万人诉求比", 20), ("主动发现", 14), ("结案", 14), ("满意率", 20),
        ("无法回访", 13), ("另列", 12),
    )),
    "hotspots": Table("集中诉求", (("类别", 38), ("社区", 36), ("本期", 14), ("上期", 14), ("集中在", 54))),
    "dissatisfied": Table("不满意事项", (
        ("事项编号", 32), ("社区", 28), ("承办单位", 32), ("轮次", 12), ("原因", 22), ("起草时状态", 30),
    )),
    "supervised": Table("督办事项", (
        ("事项编号", 32), ("层级", 36), ("承办单位", 32), ("督办状态", 28), ("督办时限", 28),
    )),
}  # fmt: skip
SECTIONS = {
    "overall": Section("一、总体情况", ("rates",)),
    "handling": Section("二、办理情况", ("units",)),
    "spread": Section("三、诉求分布", ("categories", "communities")),
    "hotspots": Section("四、集中诉求", ("hotspots",)),
    "typical": Section("五、典型事项"),
    "dissatisfied": Section("六、不满意详情", ("dissatisfied",)),
    "supervised": Section("七、督办事项", ("supervised",)),
    "next": Section("八、下一步工作", optional=True),
}
"""各节 in their order (domain §5: 总体情况、表格、集中诉求、不满意详情、督办事项)."""
FOOT = (
    "n 为分母；分母不足{shown_from}的不列比率。基本解决、基本满意按 k={mostly} 折算。无法回访的不当作满意，不计入比率；"
    "经两级复核另列的单独列数。{source}。"
)
