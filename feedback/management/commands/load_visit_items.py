"""上门事项清单: reads the list of what units may come to a door for from a file."""

import tomllib
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from feedback.models import ListedItem
from street.models import Organisation

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "visit_items.toml"
KNOWN = {"unit", "kind", "name", "basis", "starts", "ends", "rest_days", "sound_visits", "sound_rest_days"}


class Command(BaseCommand):
    """载入清单: rows are made or changed, none is taken away; whole or not at all."""

    help = "载入上门事项清单（TOML）；不写文件则用随产品的样例"

    def add_arguments(self, parser):
        """参数: the file."""
        parser.add_argument("file", nargs="?", default=str(SHIPPED))

    @transaction.atomic
    def handle(self, *, file, **options):
        """CommandError, with the number of the item, where one cannot be read."""
        try:
            rows = tomllib.loads(Path(file).read_text()).get("item", [])
        except (OSError, ValueError) as error:
            raise CommandError(f"读不了 {file}：{error}") from error
        for number, row in enumerate(rows, 1):
            try:
                _load(row)
            except (ValidationError, KeyError, Organisation.DoesNotExist) as error:
                raise CommandError(f"第 {number} 项有误：{error}。请照样例改好再载入，这次什么都没有写。") from error
        self.stdout.write(f"载入 {len(rows)} 项。")


def _load(row):
    if unknown := set(row) - KNOWN:
        raise ValidationError(f"不认识 {'、'.join(sorted(unknown))}")
    unit = Organisation.objects.get(code=row["unit"])
    same = {"unit": unit, "name": row["name"], "starts": row["starts"]}
    item = ListedItem.objects.filter(**same).first() or ListedItem(**same)
    for name in set(row) - set(same):
        setattr(item, name, row[name])
    item.full_clean()
    item.save()
