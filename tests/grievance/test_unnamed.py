"""不写明: what the public pages refuse in a text, and what they must let pass."""

import pytest

from grievance.casework import Refused
from grievance.unnamed import refuse_named

NAMES_SOMEBODY = [
    "请打13800001111", "１３８ ０000 1111", "电话0991-5551234", "证号65010219900101123X",
    "住在3号楼", "三号楼的人", "2单元门口", "501室", "5-2-301",
    "刘先生说", "吐某，反映",
    "阿依古丽·买买提", "居民刘建国反映", "新A·12345", "见S230314-AB2CD", "微信号 abc12345", "a@b.com", "李某某半夜放音响",
]  # fmt: skip
NAMES_NOBODY = [
    "小区路灯坏了三盏，晚上看不见路", "4月11日已装红绿灯，44家商户、3200余户受益",
    "居民高兴，说灯亮了", "室温由15度升到20度", "2023年10月底围挡拆除",
    "某些路段", "110、119都到了现场", "1号线公交恢复", "在某小区门口",
    "管道更换120米，投入35000元", "10:20到16:00施工", "住户室内温度达标",
]  # fmt: skip


@pytest.mark.parametrize("text", NAMES_SOMEBODY)
def test_text_that_names_somebody_is_refused_with_the_words_that_do(text):
    with pytest.raises(Refused, match="公开的文字不能写") as no:
        refuse_named({"公开标题": "路灯坏了", "怎么办的": text})
    assert no.value.code == "named" and "怎么办的" in no.value.message


@pytest.mark.parametrize("text", NAMES_NOBODY)
def test_ordinary_text_passes(text):
    refuse_named({"怎么办的": text})


def test_private_word_of_the_matter_is_refused_whatever_it_looks_like():
    with pytest.raises(Refused, match="小虎文具店"):
        refuse_named({"怎么办的": "小虎文具店门口已清理"}, names=["小虎文具店"])
