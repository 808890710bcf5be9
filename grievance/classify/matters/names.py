"""地名与名称: where a text says it is and whom it names, read from how such names end; no list of names is needed."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from street.naming import in_digits


def _any(words):
    """One of some words, as a pattern."""
    return "|".join(words.split())


FINE = _any(
    """小区 花园 家园 公寓 公馆 别墅 山庄 新村 大厦 大楼 广场 国际 时代 中心 商城 市场 公园 学院 大学 中学 小学 学校 幼儿园
    医院 酒店 宾馆 公司 集团 工业园 产业园 科技园 物流园 宿舍 家属院 大院 安置区 帝景 豪庭 水岸 春天 半岛 天地 首府 名都
    世家 世纪 地铁站 火车站 汽车站 高铁站 停车场 加油站 机场 体育馆 驾校 影城 夜市 平台 车贷 易贷 联盟 水库
    城(?![管市乡镇区建]) 园(?![区林方长]) 苑 (?<!政)府(?!部) 庭 湾 居(?![民住委然]) 邸 郡 墅 轩 阁 寓 坊"""
)
"""Endings of estates, buildings, schools, firms."""
ROAD = _any(
    r"""[东南西北][一二三四五六七八九十\d]+线 大道 高架 立交桥 大桥 隧道 联络线 \d+号线 高速 环线 国道 省道
    路(?![人况灯过政径]) 街(?![道上头]) 巷"""
)
AREA = _any("街道 镇(?!政) 乡(?!镇|政|村) 村(?![民委里庄]) 社区")
NAME = re.compile(rf"([\u4e00-\u9fffa-z0-9·]{{1,10}}?)(?:((?:{FINE})+)|({ROAD})|({AREA}))")
CUED = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fffa-z0-9·]{2,9}?(?=\d+期|[a-z]?\d+号楼)")
"""A name of any ending, told by the number of a building or a phase after it."""
TAIL = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fffa-z0-9·]{2,9}$")
CUES = {"业主", "开发商", "物业", "楼盘", "项目"}
PART = re.compile(r"[a-z]?\d+号楼|\d+单元|\d+期|\d+[组队]")
ADMIN = re.compile(r"[a-z]\d*(?:县市|[省市区县])|[\u4e00-\u9fff]{2,3}[省市](?![场民政委])|经开区|高新区|开发区")
STOPS = re.compile(
    _any(
        r"""请问 咨询 投诉 举报 反映 反应 关于 建议 要求 恳请 希望 询问 问问 再次 位于 附近 旁边 周边 里面 购买 居住 尊敬
        领导 我们 你们 强烈 请求 现在 目前 没有 不能 对面 位置 业主 居民 方向 以及 因为 由于 属于 入住 就读 小孩 孩子
        学生 家长 地方 所有 一个 各位 部门 书记 (?<![a-z\d])[市区县局]长 以[东南西北] 之间 等等 开发商 物业 楼盘 项目
        违规 违法 非法 无证 解决 加快 督促 帮忙 帮助 拆除 增设 增建 处理 控告 能否 导致 造成 经过 联系 打造 修建 创建
        通过 感谢 途经 地处 靠近 距离 毗邻 紧邻 隔壁 后面 前面 楼[上下] 底层 门口 门前 建设(?!集团|银行|工程|有限|开发)
        为何 何时 什么 怎么 是否 严重 长期 今年 去年 月份
        [的了是在我你他们请被把吗呢从与及或而但因为这那该个本某很也又还就只让给对并却到至买想求盼旁]
        都(?=[在是没有不很会能要]) [会能](?![所源展]) 向(?!阳) 住(?![宅房]) 办(?![公学]) [^\w·]"""
    )
)
"""Words at which a name ends, or before which none began."""
VAGUE = re.compile(
    _any(
        r"""小区 社区 楼盘 项目 住宅 居民 商业 商品房 安置 配套 门面 公共 服务 管理 活动 购物 文化 政务 卫生 教育 行政
        幼儿园 学校 公司 医院 公园 中学 小学 大学 学院 中心 广场 市场 集团 酒店 宾馆 宿舍 平台 大厦 大楼 停车场 地铁站
        火车站 国际 时代 世纪 公寓 大道 马路 道路 花园 家园 别墅 城区 街道 地产 房地产 置业 有限 责任 股份 投资 发展
        开发 技术 职业 旧城 老城 新城 门口 临街 后街 小路 城镇 农村 乡村 农贸 影响 未经 违建 邻居 其他 其它 老旧 大型
        高档 民办 公办 公立 私立 普惠性? 营利性 一级 安居 交房 必须 无法 各个 多个 学生 业主 附属 重点 建设 家庭 国家
        城市 城际 省直 市直 自来水 公交 公积金 不动产 移动 电信 联通 体育 建筑 食品 网络 科技 物流 物业 实业 贸易 水泥路
        公路 线路 铁路 出路 修路 烂路 泥路 绝路 高速 环线 国道 省道 [东西南北中内外前后]路 [一二三\d]+条[路街] 通行 临时
        无路 [走跑套]路"""
    )
)
"""What says of what kind a place or firm is, not which one."""


@dataclass(frozen=True)
class Spot:
    """所说之处: names of estates, schools and firms (`fine`), of roads, of areas, in the order they stand; numbered parts,
    and administrative areas. `main` are the fine ones that say where it is; the others may be told of in passing."""

    main: tuple = ()
    fine: tuple = ()
    roads: tuple = ()
    areas: tuple = ()
    parts: frozenset = frozenset()
    admin: frozenset = frozenset()

    @property
    def named(self):
        """Whether any place or firm is named."""
        return bool(self.fine or self.roads or self.areas)


def smooth(text):
    """同一写法 of a sentence, its stops kept: full and half width, case, spaces, numerals of buildings, phases and groups."""
    return in_digits("".join(unicodedata.normalize("NFKC", text).casefold().split()))


def spot(text):
    """所说之处 of a smooth text."""
    found: dict[str, list] = {"fine": [], "roads": [], "areas": []}
    admin: set = set()
    begin = 0
    for stop in [*STOPS.finditer(text), None]:
        end, cue = (stop.start(), stop[0]) if stop else (len(text), "")
        if end - begin > 1:
            _read(text[begin:end], cue in CUES, found, admin)
        begin = stop.end() if stop else end
    fine, roads, areas = (tuple(dict.fromkeys(names)) for names in found.values())
    return Spot(fine[:1], fine, roads, areas, frozenset(PART.findall(text)), frozenset(admin))


def _read(piece, cued, found, admin):
    """The names in a piece between two stops; of several the later ones begin where the earlier end."""
    at = 0
    while (area := ADMIN.match(piece, at)) is not None:
        admin.add(area[0])
        at = area.end()
    for name in NAME.finditer(piece, at):
        _keep(found, "fine" if name[2] else "roads" if name[3] else "areas", name[0])
        at = name.end()
    rest = piece[at:]
    for name in CUED.findall(rest):
        _keep(found, "fine", name)
    if cued and at == 0 and (name := TAIL.match(rest)):
        _keep(found, "fine", name[0])


def _keep(found, kind, name):
    name = PART.sub("", name).removesuffix("小区").removesuffix("社区") if kind == "fine" else name
    if len(core(name)) > 1 and not name.isascii():
        found[kind].append(name)


@cache
def core(name):
    """名称的特征: what of a name says which place, empty where it only says of what kind."""
    return VAGUE.sub("", name)


def common(one, other):
    """同名: what two spellings of one name have in common, empty where they are two names. The one may begin or end as the other
    (万科魅力之城, 魅力之城), or both end alike after words that only lead to the name; numbers are never cut (115路, 15路)."""
    short, long = sorted((one, other), key=len)
    if long.startswith(short) and _whole(short, long):
        return short
    alike = 0
    while alike < len(short) and short[-1 - alike] == long[-1 - alike]:
        alike += 1
    ending = short[len(short) - alike :]
    if ending[:1].isdigit() and any(name[: len(name) - alike][-1:].isdigit() for name in (short, long)):
        return ""
    return ending if alike == len(short) or (alike > 2 and len(core(ending)) > 1) else ""


def _whole(short, long):
    """A beginning is the same name where it says enough, not where it is a builder's name (万科, 万科城)."""
    cut_number = short[-1].isdigit() and long[len(short) :][:1].isdigit()
    return not cut_number and (len(core(short)) > 2 or core(short) == core(long))


def slip(one, other):
    """笔误: one sign of a long name written wrongly, or the same signs in another order (千山制药, 山千制药)."""
    if len(one) != len(other) or len(one) < 4:
        return False
    return sorted(one) == sorted(other) or (len(one) > 4 and sum(a != b for a, b in zip(one, other, strict=True)) == 1)
