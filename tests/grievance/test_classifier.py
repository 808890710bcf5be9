"""The learned classifier: what it learns from labels, when it is sure, what it never does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grievance.classify import learned
from grievance.classify.learned import measures, prior
from grievance.management.commands import classifier

HERE = Path(learned.__file__).parent
WORDS = {"供热": {"暖气": 3, "供暖": 3}, "噪音": {"噪音": 3, "吵": 2}, "道路": {"路灯": 3, "坑": 2}}
HEAT = ["暖气片是凉的", "家里暖气一直不热", "供暖以后室温十三度", "楼上暖气漏水", "供暖管道不通", "暖气半夜就停"]
NOISE = ["楼下半夜太吵", "工地噪音睡不着", "音响噪音大", "广场上太吵了", "机器噪音整夜响", "吵得孩子哭"]
ROADS = ["路灯不亮", "门前路灯坏了", "马路有个大坑", "路面坑太多", "巷子没有路灯", "坑里都是水"]


def examples(times=4):
    said = [(text, label) for label, texts in (("供热", HEAT), ("噪音", NOISE), ("道路", ROADS)) for text in texts]
    return [(("", f"{text}，{number}号楼，请处理"), label) for number in range(times) for text, label in said]


@pytest.fixture(scope="module")
def model():
    return learned.train(examples(), prior=WORDS, seed=1)


def test_it_learns_from_labels_and_keeps_probabilities(model):
    opinion = model.opinion("", "老人家里暖气不热")
    assert opinion[0].label == "供热" and opinion[0].probability > 0.6
    assert sum(each.probability for each in opinion) == pytest.approx(1)
    assert sorted(each.label for each in opinion) == model.labels == ["供热", "噪音", "道路"]


def test_words_decide_before_anything_is_learned_and_are_never_sure():
    cold = learned.train([], prior=WORDS, seed=1)
    assert cold.opinion("", "工地噪音")[0].label == "噪音"
    assert not any(cold.sure(cold.opinion("", text), 0.9) for text in HEAT + NOISE + ROADS)


def test_labels_overrule_the_words_as_they_arrive():
    wrong = {"供热": {"路灯": 3}, "道路": {"暖气": 3}}
    assert learned.train([], prior=wrong, seed=1).opinion("", "暖气不热")[0].label == "道路"
    assert learned.train(examples(12), prior=wrong, seed=1).opinion("", "家里暖气一直不热")[0].label == "供热"


def test_the_reason_is_a_word_of_the_text(model):
    said = model.words_between("道路", "供热", "巷子里路灯不亮")
    assert said and all(word in "巷子里路灯不亮" for word in said)
    assert any("路灯" in word or "灯" in word for word in said)


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(ValueError, match="没有东西可以学"):
        learned.train([], seed=1)


def test_same_examples_and_seed_make_the_same_model_and_a_file_keeps_it(model, tmp_path):
    path = tmp_path / "model"
    model.save(path)
    again, read = learned.train(examples(), prior=WORDS, seed=1), learned.load(path)
    for text in ("暖气坏了", "", "𠮷 emoji 😀", "坑" * 5000):
        assert model.opinion("", text) == again.opinion("", text) == read.opinion("", text)
    assert read.thresholds == model.thresholds and read.card == model.card
    assert learned.cached(path) is learned.cached(path)


def test_a_damaged_file_is_refused(model, tmp_path):
    path = tmp_path / "model"
    model.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
    with pytest.raises(ValueError, match="已损坏"):
        learned.load(path)
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="不是分类模型文件"):
        learned.load(path)


def test_a_label_with_errors_needs_a_higher_probability():
    from grievance.classify.learned import stacking

    chance = stacking.np.array([[p, 1 - p] for p in (0.99, 0.98, 0.97, 0.9, 0.8, 0.7)] * 80)
    truth = stacking.np.array([0, 0, 0, 0, 1, 1] * 80)
    edge = stacking.thresholds(chance, truth, 2, 0.99)[0]
    assert edge == pytest.approx(0.9)
    assert stacking.thresholds(chance, 1 - truth, 2, 0.99) == {}


def test_sure_means_at_least_the_threshold_of_that_label(model):
    model = learned.Model(model.facts | {"thresholds": {"0.95": {"供热": 0.8}, "0.99": {"供热": 0.9}}}, b"" + bytes(model._table))
    likely = [learned.Opinion("供热", 0.85), learned.Opinion("道路", 0.15)]
    assert model.sure(likely, 0.95) and not model.sure(likely, 0.99)
    assert not model.sure(likely, 0.999) and not model.sure([learned.Opinion("道路", 1.0)], 0.95)


def test_measures_say_what_a_hand_counts():
    found = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]
    assert measures.macro_f1(found) == pytest.approx((2 / 3 + 0.8) / 2, abs=1e-4)
    assert measures.by_class(found)["b"] == {"n": 2, "precision": 0.6667, "recall": 1.0, "f1": 0.8}
    low, high = measures.interval(found * 50, seed=1)
    assert low < measures.macro_f1(found) < high


def test_a_process_that_judges_never_loads_numpy(model, tmp_path):
    model.save(tmp_path / "model")
    judge = (
        "import sys, django; django.setup(); from grievance.classify import learned;"
        f"learned.load({str(tmp_path / 'model')!r}).opinion('', '暖气不热'); sys.exit('numpy' in sys.modules)"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(tmp_path), "PATH": ""}
    assert subprocess.run([sys.executable, "-c", judge], cwd=HERE.parents[2], env=environment).returncode == 0


def test_only_the_training_half_of_the_package_names_numpy():
    users = {path.name for path in (HERE.parents[1]).rglob("*.py") if "import numpy" in path.read_text()}
    assert users == {"training.py", "vectors.py", "solvers.py", "stacking.py", "sayings.py"}


def run(capsys, *arguments):
    from django.core.management import call_command

    call_command("classifier", "evaluate", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.needs_shared_data
def test_real_messages_without_and_with_few_labels(shared_data, capsys):
    train, dev = (str(shared_data / f"teddy2020c_{part}.csv.gz") for part in ("train", "dev"))
    cold = run(capsys, "--test", dev)
    assert cold["n"] == 1155 and cold["macro_f1"] >= 0.835 and cold["coverage"]["0.99"] == {"coverage": 0.0, "precision": None}
    few = run(capsys, "--train", train, "--per-class", "20", "--test", dev)
    assert few["macro_f1"] >= 0.84 and few["top2"] >= 0.95
    assert few["ms_per_message"] <= 5 and few["model_mb"] <= 20


def test_the_command_says_what_is_wrong_with_a_file(tmp_path):
    from django.core.management.base import CommandError

    path = tmp_path / "a.csv"
    path.write_text("topic,label\na,b\n")
    with pytest.raises(CommandError, match="缺少这些列：body"):
        classifier.read(path)
    assert prior.shipped().keys() == {"城乡建设", "环境保护", "交通运输", "教育文体", "劳动和社会保障", "商贸旅游", "卫生计生"}
