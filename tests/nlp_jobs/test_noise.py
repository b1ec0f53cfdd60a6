import pytest

from nlp_jobs.text.noise import find_noise


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("。。。！！", "no_words"),
        ("12345", "no_words"),
        ("好好好好好好", "repeated_characters"),
        ("asasasas", "repeated_characters"),
        ("好用好用好用！", None),
        ("此用户没有填写评价。", "placeholder_text"),
        ("Did not answer", "placeholder_text"),
        ("手机兼职日结，200元一天，加微信abc12345", "advertising"),
        ("内部优惠券群，加我微信领取", "advertising"),
        ("👍👍", None),
        ("好", None),
        ("店员让我加微信才给开发票", None),
        ("app里全是赌博广告弹窗，太恶心", None),
        ("有人刷单好评，不可信", None),
    ],
)
def test_noise_reason(text: str, reason: str | None):
    assert find_noise(text) == reason
