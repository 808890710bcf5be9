"""不写明: words that anybody may read name no person, number, plate or door. What does is refused; nothing is rewritten.

A person reads the text as well: what no pattern knows (a full name, a nickname, a shop) is for the eyes of two."""

import re
import unicodedata

from grievance.casework import Refused
from grievance.models import Complainant, Event
from street.models import Place

COUNT = "0-9一二三四五六七八九十百零〇两"
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻苏潘葛范彭郎鲁韦马苗方俞任袁柳唐罗薛雷贺倪汤"
    "殷毕郝邬安常于傅卞齐康余元顾孟黄穆萧尹姚邵汪祁毛禹狄米贝明戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻贾路娄江童颜郭梅盛林"
    "刁钟徐邱骆高夏蔡田胡凌霍虞万柯管卢莫房解应宗丁邓洪包诸左石崔吉龚程邢裴陆荣翁焦巴牧车侯全班秋仲伊宫宁仇武符刘景龙叶"
    "司黎白怀蒲卓蔺池乔闻党翟谭申冉桑牛边尚温庄柴阎习艾鱼容向古易廖耿寇广东欧沃利越师关查游权益肖"
)
PLAINLY_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹魏陶姜谢邹苏潘葛范彭袁柳唐薛贺倪"
    "汤郝傅姚邵汪戴宋庞董梁杜贾郭蔡徐邱丁邓崔龚程陆刘谭廖肖"
)
TITLES = "先生|女士|小姐|师傅|大爷|大妈|大娘|大叔|大姐|大哥|阿姨|奶奶|爷爷|老师|某"
SPEAKERS = "居民|业主|住户|租户|商户|老板|老人|当事人|反映人|诉求人|姓名[:：]?|名叫"
PATTERNS = (
    ("长串数字（电话、身份证号、证件号、账号）", re.compile(r"(?:\d[\s\-—–_.·()（）]*){6,}[\dXx]")),
    ("诉求或事项编号", re.compile(r"[ASas]\d{6}-?[0-9A-Za-z]{5}|ZTC\d+")),
    ("车牌号", re.compile(r"[\u4e00-\u9fff][A-Za-z][\s·.]?[A-Za-z0-9]{5,6}(?![A-Za-z0-9])")),
    ("楼号、单元号、门牌号", re.compile(rf"[{COUNT}]+\s*(?:号(?!线|文|令)|#|栋|幢|单元|门栋|室(?!外|内|温)|弄)")),
    ("楼号、单元号、门牌号", re.compile(r"(?<!\d)\d{1,3}[-—–]\d{1,3}[-—–]\d{1,4}(?!\d)")),
    ("姓名或称呼", re.compile(rf"[{SURNAMES}](?:{TITLES})(?!些|个|种)")),
    ("姓名或称呼", re.compile(r"(?:^|[，。；：、\s])[^在对由被向从有是到与和因\W]某(?!些|个|种|处)")),
    ("姓名或称呼", re.compile(r"[\u4e00-\u9fff]{2,}[·•・‧][\u4e00-\u9fff]{2,}")),
    ("姓名或称呼", re.compile(rf"(?:{SPEAKERS})[{PLAINLY_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=反映|说|称|家|来|[，。、；]|$)")),
    ("网络账号", re.compile(r"[\w.+-]+@[\w-]+\.\w+|(?:微信|QQ|抖音)号?[:：]?\s*[A-Za-z0-9_-]{5,}")),
)
ADVICE = {
    "长串数字（电话、身份证号、证件号、账号）": "请删去；日期请写“3月14日”。",
    "楼号、单元号、门牌号": "请只写到小区或道路；日期请写“3月14日”。",
    "姓名或称呼": "请写“居民”“商户”。",
}


def refuse_named(texts, *, names=()):
    """Refused `named` where one of {label: text} holds a number, plate, door or name, or one of the private words `names`."""
    for label, text in texts.items():
        plain = unicodedata.normalize("NFKC", text)
        for what, words in _found(plain, names):
            advice = ADVICE.get(what, "请删去。")
            raise Refused("named", f"“{label}”里的“{words}”像是{what}，公开的文字不能写。{advice}", status=400)


def _found(text, names):
    for what, pattern in PATTERNS:
        if match := pattern.search(text):
            yield what, match[0].strip("，。；：、 \n")
    for name in names:
        if name in text:
            yield "本件中的人名、商铺或地址", name


def private_words(case):
    """不能写的词 of a case: names and addresses of who spoke, names of the staff who acted, the shop or door it is about."""
    spoke = Complainant.objects.filter(grievance__case=case).select_related("grievance")
    words = {word for one in spoke for word in (one.name, one.grievance.address)}
    words |= {grievance.address for grievance in case.grievances.all()}
    words |= {name for name in Event.objects.filter(case=case, actor__isnull=False).values_list("actor__name", flat=True)}
    place = case.place
    if place is not None and place.kind in (Place.Kind.SHOP, Place.Kind.ENTRANCE, Place.Kind.BUILDING):
        words.add(place.name)
    return sorted(unicodedata.normalize("NFKC", word) for word in words if len(word.strip()) > 1)
