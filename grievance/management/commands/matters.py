"""同一件事: how well messages about one matter are found, on a labelled stream."""

import json

from django.core.management.base import BaseCommand

from grievance.classify.matters.evaluate import evaluate


class Command(BaseCommand):
    """同一件事: reads the files that are named and nothing else; needs no database."""

    help = "同一件事：在标注好的留言流上评测"

    def add_arguments(self, parser):
        """参数: evaluate, the stream, the labels."""
        parser.add_argument("what", choices=["evaluate"], help="evaluate：评测")
        parser.add_argument("--stream", required=True, help="留言流 .csv.gz（msg_id, time, topic, body）")
        parser.add_argument("--labels", required=True, help="标注 .csv（msg_id, matter, matter_name, role）")
        parser.add_argument("--json", action="store_true", help="输出一行 JSON；不写则逐行")

    def handle(self, *, stream, labels, json: bool, **options):
        """评测: the figures on standard output."""
        found = evaluate(stream, labels)
        self.stdout.write(_as_json(found) if json else "\n".join(f"{name} {value}" for name, value in found.items()))


def _as_json(found):
    return json.dumps(found)
