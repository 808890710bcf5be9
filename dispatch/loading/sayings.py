"""载入例句: invented sentences beside a policy file, one to a line of a .tsv; what they say is made so, the rest stays."""

import csv
from collections import Counter
from pathlib import Path

from grievance.models import Category, Cue, Saying
from street.datafile import DataFileError
from street.loading.ledger import CHANGED, CREATED, UNCHANGED

FOLDER = "examples"
COLUMNS = ("category", "nature", "urgent", "text")
YES_NO = {"": None, "1": True, "0": False}
SHORTEST, LONGEST = 2, 200
BATCH = 500


def load_sayings(policy, tally):
    """载入例句 of the folder `examples` beside a policy file; nothing where there is none. DataFileError names file and line."""
    folder = Path(policy).parent / FOLDER
    categories = dict(Category.objects.filter(parent__isnull=False).values_list("code", "pk"))
    natures = set(Cue.objects.filter(kind=Cue.Kind.NATURE).values_list("label", flat=True))
    said: dict[str, dict] = {}
    for path in sorted(folder.glob("*.tsv")):
        for line, row in _rows(path):
            text, answers = _read(path, line, row, categories, natures)
            # The same sentence may answer one question here and another there
            said[text] = {**said.get(text, {}), **answers}
    if said:
        _write(said, tally)


def _rows(path):
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(path, 0, f"读不了这个文件：{error}") from error
    head = lines[0].split("\t") if lines else []
    if "text" not in head or not set(head) <= set(COLUMNS):
        raise DataFileError(path, 1, f"第一行应是列名，须有 text，可以有 {'、'.join(COLUMNS[:-1])}，用制表符分开。")
    table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    yield from ((table.line_num, row) for row in table)


def _read(path, line, row, categories, natures):
    text, code = (row["text"] or "").strip(), (row.get("category") or "").strip()
    nature, urgent = (row.get("nature") or "").strip(), (row.get("urgent") or "").strip()
    wrong = (
        (None in row, "多了一列：每行的列数要和第一行一样。"),
        (not SHORTEST <= len(text) <= LONGEST, f"例句应有 {SHORTEST} 至 {LONGEST} 个字，现在 {len(text)} 个。"),
        (code and code not in categories, f"没有“{code}”这个二级或三级类别，请改正代码，或先在政策文件里写它。"),
        (nature and nature not in natures, f"性质没有“{nature}”这一种，可用：{'、'.join(sorted(natures))}。"),
        (urgent not in YES_NO, f"“urgent”应写 1（特急）、0（一般）或不写，现在是“{urgent}”。"),
    )
    for is_wrong, reason in wrong:
        if is_wrong:
            raise DataFileError(path, line, reason)
    answers = {"category_id": categories.get(code), "nature": nature, "urgent": YES_NO[urgent]}
    return text, {name: value for name, value in answers.items() if value not in (None, "")}


def _write(said, tally):
    known = {row.text: row for row in Saying.objects.all()}
    new = [Saying(text=text, **answers) for text, answers in said.items() if text not in known]
    differing = []
    for text, answers in said.items():
        row = known.get(text)
        if row is not None and any(getattr(row, name) != value for name, value in answers.items()):
            for name, value in answers.items():
                setattr(row, name, value)
            differing.append(row)
    Saying.objects.bulk_create(new, batch_size=BATCH)
    Saying.objects.bulk_update(differing, ["category", "nature", "urgent"], batch_size=BATCH)
    tally["例句"] = Counter({CREATED: len(new), CHANGED: len(differing), UNCHANGED: len(said) - len(new) - len(differing)})
