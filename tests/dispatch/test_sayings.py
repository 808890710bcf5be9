"""例句: a table with a mistake is refused with its row; what is learned is learned once, and anew where it was edited."""

import pytest

from dispatch.actions import coaching
from dispatch.loading.sayings import load_sayings
from grievance import classify
from grievance.classify import taught
from grievance.models import Category, Cue, Saying
from street.datafile import DataFileError
from street.loading.ledger import Tally

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("table", "line", "why"),
    [
        ("category\ttext\nA1\t楼道没人扫\nZ9\t没有这一类\n", 3, "Z9"),
        ("nature\ttext\n抱怨\t楼道没人扫\n", 2, "抱怨"),
        ("urgent\ttext\n很急\t楼道没人扫\n", 2, "urgent"),
        ("text\tcategory\n楼道没人扫\tA1\t多\n", 2, "多了一列"),
        ("category\tsaid\nA1\t楼道没人扫\n", 1, "列名"),
    ],
)
def test_a_table_of_sentences_with_a_mistake_is_refused_with_its_row_and_changes_nothing(tmp_path, table, line, why):
    Category.objects.create(code="A1", name="物业服务", parent=Category.objects.create(code="A", name="住房与物业"))
    Cue.objects.create(code="ask", kind=Cue.Kind.NATURE, label="咨询", words={})
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "mine.tsv").write_text(table, encoding="utf-8")
    with pytest.raises(DataFileError, match=why) as refused:
        load_sayings(tmp_path / "policy.toml", Tally())
    assert refused.value.line == line and not Saying.objects.exists()


def test_sentences_are_learned_once_and_anew_only_where_they_were_edited(own_files):
    heat = Category.objects.create(code="B1", name="室温", parent=Category.objects.create(code="B", name="供热"))
    noise = Category.objects.create(code="E1", name="噪声", parent=Category.objects.create(code="E", name="环境"))
    assert coaching.coach() == 0 and taught.taught() is None and not coaching.due()
    for number in range(6):
        Saying.objects.create(text=f"屋里冻得发抖{number}", category=heat, urgent=False)
        Saying.objects.create(text=f"半夜敲锣打鼓{number}", category=noise, nature="投诉")
    assert coaching.coach() == 12 and coaching.coach() == 0
    found = classify.suggest_words("一屋子人冻得发抖", learned=None)
    assert found.category_code == "B1" and any("冻得发抖"[:2] in reason for reason in found.reasons)
    assert found.second is None or found.second["confidence"] <= found.confidence
    Saying.objects.filter(category=heat).update(active=False)
    assert coaching.due() and coaching.coach() == 6
    assert taught.taught().labels == ["category:E1", "nature:投诉"], "what is no longer in use teaches nothing"
