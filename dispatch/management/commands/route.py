"""`manage.py route`: what the product understands of some words, and to whom they would go. Nothing is written."""

import csv
import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dispatch import routing
from dispatch.outlook import imagined
from grievance import classify
from grievance.models import Category
from street.models import Organisation, Place

UNLOADED = (
    "库里没有这个街道的资料。请先运行：manage.py migrate；manage.py load_calendar；"
    "manage.py load_street street/data/qimashan.toml；manage.py load_policy dispatch/policies/default.toml。"
)


class Command(BaseCommand):
    """试派: one text, or a file of many in order, a JSON object a line; by the function that studies what residents send."""

    help = "试派：一段话（--text）或一个文件（--file，制表符分隔，有 community、text 两列）归到哪一类、派给谁、为什么；什么都不写"

    def add_arguments(self, parser):
        """参数: the words, and the community from whose code they are sent."""
        parser.add_argument("--text", help="居民的话")
        parser.add_argument("--community", default="", help="扫码所在社区，如 西盛社区；不写则没有点位")
        parser.add_argument("--file", help="制表符分隔的文件，第一行是列名")
        parser.add_argument("--json", action="store_true", help="每件一行 JSON；不写则给人看")

    def handle(self, *, text, community, file, json, **options):
        """One line for each message; CommandError where nothing is loaded or the file is not as it should be."""
        if (text is None) == (file is None):
            raise CommandError("请用 --text 写一段话，或用 --file 给一个文件，二者选一。")
        said = [(community, text)] if text is not None else _read(file)
        communities, lexicon, at = _communities(), classify.current(), timezone.now()
        names = {name: classify.names_near(Place(community=unit)) for name, unit in communities.items()}
        for where, words in said:
            if where and where not in communities:
                raise CommandError(f"没有“{where}”这个社区。可用：{'、'.join(communities)}。")
            found = routed(words, communities.get(where), at, lexicon=lexicon, names=names.get(where))
            self.stdout.write(dumped(found) if json else _told(found))


def dumped(found):
    """一行 JSON."""
    return json.dumps(found, ensure_ascii=False)


def _communities():
    kind = Organisation.Kind.COMMUNITY
    known = {unit.name: unit for unit in Organisation.objects.filter(kind=kind, active=True).select_related("parent")}
    if not known or not Category.objects.exists():
        raise CommandError(UNLOADED)
    return known


def _read(file):
    try:
        with open(file, encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as error:
        raise CommandError(f"打不开 {file}：{error.strerror}。") from error
    if rows and not {"community", "text"} <= rows[0].keys():
        raise CommandError(f"{file} 的第一行应写明 community 和 text 两列，用制表符分开。")
    return [((row["community"] or "").strip(), row["text"] or "") for row in rows]


def routed(text, community, at, *, lexicon=None, names=None):
    """试派一段话: the same understanding and the same duty list as for what is sent."""
    place = _spot(text, community)
    found = classify.suggest_words(text, place=place, lexicon=lexicon, names=names)
    case = imagined(found, place)
    route = routing.choose(case, at)
    category = Category.objects.filter(code=found.detail).first() or case.category
    return {
        "nature": found.nature,
        "category": {"code": category.code, "name": category.name} if category else None,
        "urgency": case.urgency,
        "lead": route.lead.name if route.lead else "",
        "assist": [unit.name for unit in route.assistants],
        "limit_class": route.limit_class,
        "confidence": found.confidence,
        "auto": route.sure,
        "reasons": route.reasons,
        "place": place.full_name if place is not None and place.pk else "",
        "parties": [party["label"] for party in found.parties],
        "several": found.several,
        "legal_path": found.legal_path["label"] if found.legal_path else "",
        "second": _second(case, at),
    }


def _spot(text, community):
    """点位: the place of the community that the words name, else the community alone."""
    if community is None:
        return None
    named = Place.objects.filter(community=community).named(text, most=1) if text.strip() else []
    return named[0] if named else Place(community=community, street=community.parent)


def _second(case, at):
    routes = routing.suggested(case, at)[1:]
    return [
        {"category": route.category.code, "lead": route.lead.name if route.lead else "", "reasons": route.reasons}
        for route in routes
    ]


def _told(found):
    category = found["category"]
    what = f"{category['code']} {category['name']}" if category else "类别未能确定"
    who = f"主办 {found['lead']}" if found["lead"] else "不派单"
    sure = "自动派单" if found["auto"] else "由人研判"
    urgent = "特急" if found["urgency"] == "urgent" else "一般"
    return f"{what}｜{found['nature']}｜{urgent}｜{who}｜{sure}（{found['confidence']}）\n  " + "\n  ".join(found["reasons"])
