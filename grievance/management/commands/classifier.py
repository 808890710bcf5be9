"""`manage.py classifier evaluate`: what the learned classifier is worth on messages that it has not seen."""

import csv
import gzip
import json
import random
import tempfile
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from grievance.classify import learned
from grievance.classify.learned import measures, prior

COLUMNS = ("topic", "body", "label")


class Command(BaseCommand):
    """分类实测: learns from files, measures on another; touches no database and keeps no model."""

    help = "分类实测：用已标注的留言训练，在没见过的留言上测；没有 --train 时只凭词表"
    requires_system_checks = []

    def add_arguments(self, parser):
        """参数: files (CSV, gzip or plain, with the columns topic, body, label), what to print, what to learn from."""
        parser.add_argument("verb", choices=["evaluate"])
        parser.add_argument("--train", action="append", default=[], type=Path, help="可写多次；不写则只凭词表")
        parser.add_argument("--test", required=True, type=Path)
        parser.add_argument("--json", action="store_true", help="只输出一行 JSON")
        parser.add_argument("--report", action="store_true", help="另加各类成绩、混淆表、门槛、置信区间")
        parser.add_argument("--per-class", type=int, help="每类只用这么多条训练（按 --seed 抽取）")
        parser.add_argument("--no-words", action="store_true", help="不用词表，只凭已标注的留言")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--errors", type=int, default=0, help="另写出这么多条错例，供人逐条看；含原文，不得入库")
        parser.add_argument("--out", type=Path, help="错例写到哪个文件")

    def handle(self, *, train, test, seed, **options):
        """Learn, measure, print. CommandError for a file that is missing or lacks a column, and for nothing to learn from."""
        if options["errors"] and not options["out"]:
            raise CommandError("--errors 要和 --out 一起用，写明错例写到哪个文件。")
        examples = drawn([row for path in train for row in read(path)], options["per_class"], seed)
        words = None if options["no_words"] else prior.shipped()
        if not examples and words is None:
            raise CommandError("既没有 --train 又不用词表，没有东西可以据以判断。")
        model = learned.train(examples, prior=words, seed=seed)
        rows = read(test)
        seen, spent = timed(model, rows)
        found = result(model, seen, spent, seed, full=options["report"])
        if options["errors"]:
            write_errors(options["out"], rows, seen, options["errors"], seed)
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=None if options["json"] else 2))


def read(path):
    """[((title, body), label)] of a file. CommandError where it cannot be read or lacks a column."""
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig", newline="")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as lines
        ):
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"读不了 {path}：{error}") from error
    missing = [column for column in COLUMNS if rows and column not in rows[0]]
    if missing or not rows:
        raise CommandError(f"{path} 里{'缺少这些列：' + '、'.join(missing) if missing else '没有一条留言'}。")
    return [((row["topic"] or "", row["body"] or ""), row["label"]) for row in rows]


def drawn(examples, each, seed):
    """So many of every class, drawn with the seed; all where no number is given."""
    if each is None:
        return examples
    shuffled = random.Random(seed).sample(examples, len(examples))
    kept: dict[str, list] = {}
    for example in shuffled:
        kept.setdefault(example[1], []).append(example)
    return [example for label in sorted(kept) for example in kept[label][:each]]


def timed(model, rows):
    """([Tested], milliseconds of processor time a message)."""
    began = time.process_time()
    seen = measures.tested(model, rows)
    return seen, 1000 * (time.process_time() - began) / len(rows)


def result(model, seen, spent, seed, *, full):
    """The figures; with `full` also what they are made of."""
    found = measures.headline(seen)
    found["coverage"] = {f"{wanted:.2f}": measures.covered(model, seen, wanted) for wanted in measures.PRECISIONS}
    found |= {"ms_per_message": round(spent, 3), "model_mb": round(size(model), 2)}
    if not full:
        return found
    details = measures.report_on(model, seen)
    found["macro_f1_interval"] = measures.interval(measures.pairs(seen), seed)
    found["threshold"] = {f"{wanted:.2f}": model.thresholds[wanted] for wanted in measures.PRECISIONS}
    return found | {"classes": details["classes"], "confusion": details["confusion"], "trained": model.card}


def size(model):
    """Megabytes (10⁶ bytes) of the model as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        model.save(path)
        return path.stat().st_size / 1e6


def write_errors(path, rows, seen, number, seed):
    """错例: some of those that were wrong, drawn with the seed, to be read by a person; never kept in the repository."""
    wrong = [(row, each) for row, each in zip(rows, seen, strict=True) if each.opinion[0].label != each.truth]
    chosen = random.Random(seed).sample(wrong, min(number, len(wrong)))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t")
        table.writerow(["label", "guess", "probability", "topic", "body"])
        for ((topic, body), label), each in chosen:
            guess = each.opinion[0]
            table.writerow([label, guess.label, f"{guess.probability:.3f}", topic, body])
