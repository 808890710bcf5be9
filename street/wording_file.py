"""辅助文字文件: one language, its wording by Chinese sentence, as people write it by hand."""

from dataclasses import dataclass
from pathlib import Path

from street.datafile import DataFile, DataFileError
from street.models import Language, Wording
from street.wording import SLOT

SHIPPED = Path(__file__).parent / "data" / "wording"
PARTS = Wording.Part.values


@dataclass(frozen=True)
class Words:
    """一份辅助文字: the language's own row, and {Chinese: (text, part)}."""

    language: dict
    rows: dict


def shipped():
    """随附的辅助文字: the files of the product, in order of their names."""
    return sorted(SHIPPED.glob("*.toml"))


def read(path):
    """读取; DataFileError with file, line and reason."""
    file = DataFile.read(path)
    file.only("language", *PARTS)
    rows: dict = {}
    for part in PARTS:
        for source, text in file.tree.get(part, {}).items():
            _check(file, rows, source, text)
            rows[source] = (text.strip(), part)
    return Words(_language(file.table("language")), rows)


def _language(row):
    row.only("code", "name", "direction", "note", "needs_approval", "on", "place")
    return {
        "code": row.code("code", most=12),
        "name": row.text("name", most=40),
        "direction": row.choice("direction", Language.Direction, required=False, default="ltr"),
        "note": row.text("note", required=False),
        "needs_approval": row.get("needs_approval", bool, True),
        "on": row.get("on", bool, False),
        "place": row.count("place", default=0),
    }


def _check(file, rows, source, text):
    line = next((number for number, said in enumerate(file.lines, 1) if f'"{source}"' in said), 0)
    if source in rows:
        raise DataFileError(file.path, line, f"“{source}”写了两次。")
    if not isinstance(text, str) or not text.strip():
        raise DataFileError(file.path, line, f"“{source}”的译文不能为空；没有译文就不写这一行。")
    if unknown := set(SLOT.findall(text)) - set(SLOT.findall(source)):
        raise DataFileError(file.path, line, f"“{source}”里没有 {{{unknown.pop()}}} 这个值，译文不能用。")
