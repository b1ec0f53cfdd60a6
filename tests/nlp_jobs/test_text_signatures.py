"""Signatures: equal for equal letters, shared bands for near copies, none for short texts."""

import time

import pytest

from nlp_jobs.text_signatures import BANDS, bare_text, is_long_enough, sign, similarity

TEXT = "前天买的洗碗机今天送到了，安装的人很仔细，厨房也收拾干净了，就是等得久了点"


def share_a_band(first: str, second: str) -> bool:
    one, other = sign([first, second])
    return bool(set(one.bands) & set(other.bands))


def test_signs_blanks_and_case_do_not_count():
    first, second = sign(["Very Good phone, 很喜欢！", "very good phone 很喜欢。。"])

    assert first == second


@pytest.mark.parametrize(
    "copy",
    [
        TEXT.replace("前天", "昨天"),
        TEXT.replace("仔细", "仔细认真"),
        TEXT.replace("厨房也收拾干净了，", ""),
        "推荐！" + TEXT,
    ],
)
def test_near_copies_share_a_band(copy: str):
    assert share_a_band(TEXT, copy)
    assert similarity(bare_text(TEXT), bare_text(copy)) > 0.6


def test_other_texts_share_none():
    assert not share_a_band(
        TEXT, "客服说周三回电话，等到周五也没有人理我，投诉也没有用，再也不来了"
    )


@pytest.mark.parametrize(
    ("text", "is_long"),
    [
        ("质量很好，物流也快", False),
        ("质量很好，物流也快，包装很结实，下次还会再来买", True),
        ("great service, thanks", False),
        ("the staff were helpful and friendly and the parcel came a day early", True),
    ],
)
def test_short_texts_have_no_bands(text: str, is_long: bool):
    assert is_long_enough(bare_text(text)) == is_long
    [signature] = sign([text])
    assert len(signature.bands) == (BANDS if is_long else 0)


def test_only_the_customer_counts_in_a_dialogue():
    first, second = sign(
        [f"[客户] {TEXT}\n[坐席] 您好，请问有什么可以帮您", f"[客户] {TEXT}\n[坐席] 这边帮您查一下"]
    )

    assert first == second


def test_signatures_do_not_depend_on_what_is_signed_with_them():
    texts = [TEXT, "short", "b" * 9000, TEXT[5:] * 3]

    assert sign(texts) == [sign([text])[0] for text in texts]


def test_signatures_are_the_same_in_every_version():
    # stored signatures are compared with new ones: a change of the hashing must fail here
    [signature] = sign([TEXT])

    assert signature.text_key == 5351944667143096756
    assert signature.bands[:2] == (1440119380, -609226314)


def test_long_texts_cost_no_more_than_the_longest_that_is_read():
    started = time.process_time()
    sign([TEXT * 3000])

    assert time.process_time() - started < 1
