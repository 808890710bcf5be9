"""同一件事: how well messages about one matter are found, on a labelled stream; and sketches that are missing."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grievance.classify import matters
from grievance.classify.matters.evaluate import evaluate


class Command(BaseCommand):
    """同一件事: `evaluate` reads the files that are named and needs no database; `remember` writes sketches that are missing."""

    help = "同一件事：evaluate 在标注好的留言流上评测；remember 给近半年还没有查重摘要的事项补上"

    def add_arguments(self, parser):
        """参数: what, and for an evaluation the stream and its labels."""
        parser.add_argument("what", choices=["evaluate", "remember"])
        parser.add_argument("--stream", help="留言流 .csv.gz（msg_id, time, topic, body）")
        parser.add_argument("--labels", help="标注 .csv（msg_id, matter, matter_name, role）")
        parser.add_argument("--json", action="store_true", help="输出一行 JSON；不写则逐行")

    def handle(self, *, what, **options):
        """The figures, or how many were written, on standard output; CommandError where a file is not named."""
        if what == "remember":
            self.stdout.write(f"补了 {matters.remember_missing(at=timezone.now())} 件事项的查重摘要。")
            return
        if not (options["stream"] and options["labels"]):
            raise CommandError("评测要写 --stream 和 --labels。")
        found = evaluate(options["stream"], options["labels"])
        lines = [f"{name} {value}" for name, value in found.items()]
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(lines))
