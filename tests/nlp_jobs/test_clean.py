import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlp_jobs.text import clean


@pytest.mark.parametrize(
    ("rule", "dirty", "expected"),
    [
        (clean.drop_control_characters, "好\x00评\ufeff\u200b", "好评"),
        (clean.drop_control_characters, "坏\ufffd了\ue000", "坏了"),
        (clean.drop_control_characters, "一家👨‍👩‍👧都喜欢", "一家👨‍👩‍👧都喜欢"),
        (clean.strip_html, "很好<br/>下次<b>再</b>来", "很好\n下次再来"),
        (clean.strip_html, "A&amp;B &lt;3", "A&B <3"),
        (clean.strip_html, "价格<100 是>80", "价格<100 是>80"),
        (clean.strip_injected_pinyin, "企業(yè)服务（wù）好", "企業服务好"),
        (clean.strip_injected_pinyin, "尺码(XL)偏小", "尺码(XL)偏小"),
        (clean.normalise_width, "１３８ＡＢＣ，很好！", "138ABC，很好！"),
        (clean.normalise_width, "cafe\u0301", "café"),
        (clean.collapse_white_space, " 好 \u3000 \r\n\r\n 的 ", "好\n的"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_rule(rule, dirty: str, expected: str):
    assert rule(dirty) == expected


def test_entities_that_spell_control_characters_do_not_survive():
    assert "\x00" not in clean.clean("坏&#0;了&#x200b;")


def test_cleaning_keeps_emoji_and_punctuation():
    assert clean.clean("太好了！！！😀👍🏻…") == "太好了！！！😀👍🏻…"


@pytest.mark.parametrize(
    "text",
    ["送货很快，客服（小李）不错！😀", "works fine (mostly), 5-10 min", "", "价格：100～200"],
)
def test_ordinary_text_needs_no_rule(text: str):
    assert clean.is_clean(text)


@given(
    st.text(max_size=40)
    | st.text("a1 \n\u3000（(à)＜<&＆éＡ，。\u0301\u200b中\ufe0f😀", max_size=12)
)
@example("好 ")
@example("好  的")
@example("(à)")
def test_what_counts_as_clean_is_changed_by_no_rule(text: str):
    unchanged = all(rule(text) == text for rule in clean.RULES)

    assert unchanged or not clean.is_clean(text)
