"""Category and urgency from words and place, with reasons that can be read."""

import dataclasses
import json

import pytest

from grievance import classify
from grievance.actions import intake
from grievance.classify.lexicon import Lexicon
from street.models import Place
from tests.builders import a_case, a_category, a_code, a_grievance, a_place, a_voice, an_alert
from tests.clock import MONDAY_NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words():
    a_category("B1", {"暖气": 1, "不热": 2, "暖气不热": 4}, name="室温不达标")
    a_category("B3", {"暖气费": 3, "报停": 2})
    a_category("D1", {"红绿灯": 3, "路口": 1})
    a_category("E1", {"噪音": 2, "广场舞": 3})
    a_category("F1", {"邻居": 2, "噪音": 1})
    a_category("L3", {"建议": 0.5})


def about(text, **options):
    return classify.suggest(a_case(description=text, **options))


def test_clear_words_make_a_sure_suggestion_with_its_reason():
    found = about("家里暖气不热，室温只有15度")
    assert (found.category_code, found.confidence, found.score) == ("B1", 1.0, 4)
    assert found.reasons == ["提到‘暖气不热’"]
    assert not found.urgent and not found.barred


def test_a_word_inside_a_longer_one_does_not_count():
    assert about("暖气费怎么收").category_code == "B3"
    assert about("暖气费交了，暖气还是不热").category_code == "B1"


def test_two_likely_categories_share_the_confidence():
    found = about("广场舞噪音太大，邻居都睡不着")
    assert found.category_code == "E1"
    assert found.alternatives == [["F1", 3]]
    assert found.confidence == 0.625


def test_a_single_weak_word_is_not_enough():
    assert about("路口").confidence == 0.5


def test_a_word_said_twice_counts_once():
    assert about("路口，就是那个路口").score == 1


def test_words_that_speak_against_a_category_take_away():
    a_category("A6", {"电梯": 2, "电梯广告": -1})
    assert about("电梯坏了，还有电梯广告").score == 1


def test_no_known_word_is_no_category():
    found = about("不知道怎么说")
    assert (found.category_code, found.confidence) == (None, 0.0)
    assert found.reasons == ["没有认出能说明类别的词语"]


def test_voice_alone_waits_for_a_person():
    found = classify.suggest(a_case(voice=a_voice()))
    assert (found.category_code, found.barred) == (None, True)


def test_place_tips_the_balance_but_never_decides_alone():
    crossroads = a_code(a_place(name="西虹路口", kind=Place.Kind.CROSSROADS))
    found = classify.suggest(a_case(crossroads, description="红绿灯不亮"))
    assert (found.category_code, found.score, found.reasons) == ("D1", 3.5, ["提到‘红绿灯’", "位置有‘路口’"])
    assert classify.suggest(a_case(crossroads, description="不知道怎么说")).category_code is None


def test_choosing_dispute_favours_disputes():
    text = "广场舞噪音，邻居不听劝"
    assert about(text, kind="report").category_code == "E1"
    found = about(text, kind="dispute")
    assert (found.category_code, found.reasons) == ("F1", ["提到‘噪音’‘邻居’", "选了“我有纠纷”"])


def test_a_suggestion_is_taken_as_one():
    found = about("希望食堂中午多开一个窗口", kind="suggestion")
    assert (found.category_code, found.reasons) == ("L3", ["选了“我建议”"])


def test_a_question_is_answered_by_a_person_first():
    found = about("暖气不热找谁", kind="question")
    assert found.category_code == "B1" and found.barred


def test_words_of_danger_make_it_urgent_and_say_so_first():
    an_alert("fire", ["着火", "起火"], label="火情")
    found = about("暖气不热，楼道里着火了")
    assert (found.urgent, found.barred, found.alerts) == (True, False, ["fire"])
    assert found.reasons == ["提到‘着火’（火情）", "提到‘暖气不热’"]


def test_some_alerts_bar_automatic_dispatch_and_need_not_be_urgent():
    an_alert("violence", ["家暴"], bars_automatic=True)
    an_alert("law", ["起诉"], urgent=False, bars_automatic=True)
    assert about("邻居家暴").barred and about("邻居家暴").urgent
    found = about("我要起诉邻居")
    assert found.barred and not found.urgent


def test_ways_of_writing_do_not_matter():
    a_category("Z", {"WiFi": 2})
    assert about("ＷＩＦＩ 坏了").category_code == "Z"
    assert about("暖 气\n不 热").category_code == "B1"


def test_what_was_added_later_counts_too():
    grievance = a_grievance(description="不知道怎么说")
    intake.add_remark(grievance, text="是暖气不热", at=MONDAY_NOON)
    assert classify.suggest(grievance.case).category_code == "B1"


def test_what_was_withdrawn_counts_no_more():
    grievance = a_grievance()
    intake.withdraw(grievance, at=MONDAY_NOON)
    assert classify.suggest(grievance.case).category_code is None


def test_a_changed_word_counts_at_once():
    assert about("墙皮掉了").category_code is None
    a_category("A4", {"墙皮": 3})
    assert about("墙皮掉了").category_code == "A4"


def test_suggestion_can_be_kept_as_json():
    assert json.loads(json.dumps(dataclasses.asdict(about("广场舞噪音，邻居"))))["category_code"] == "E1"


def test_studying_costs_so_many_queries(django_assert_num_queries):
    case = a_case()
    # Grievances, remarks, cues, categories, alerts; names of places that are no words; the model in use
    with django_assert_num_queries(7):
        classify.suggest(case)


def test_advice_for_a_text(django_assert_num_queries):
    alert = an_alert("gas", ["煤气味"], advice="先到室外")
    assert classify.alerts_in("厨房有煤气味") == [alert]
    assert classify.alerts_in("厨房有饭香") == []
    with django_assert_num_queries(0):
        assert classify.alerts_in("") == []


def test_five_thousand_characters_are_read_as_well():
    lexicon = Lexicon([(f"C{n}", f"类{n}", {f"词语{n}号": 1}) for n in range(1500)], [])
    assert set(lexicon.words_in("话" * 4980 + "词语7号，词语77号")) == {"C7", "C77"}
