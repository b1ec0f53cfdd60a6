import pytest

from nlp_jobs.text.script import Script, detect_script, to_simplified


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("质量很好，物流也快", Script("zh", "hans")),
        ("這個東西質量很好", Script("zh", "hant")),
        ("The delivery was late", Script("en", "latn")),
        ("I bought it at 京东 last week and it works well", Script("en", "latn")),
        ("这个APP很好用", Script("zh", "hans")),
        ("这个 app 的 notification 太 annoying 了吧", Script("zh", "mixed")),
        ("O produto é muito bom e chegou no prazo", Script("und", "latn")),
        ("とても良いです。ありがとう", Script("und", "mixed")),
        ("👍👍！！", Script("und", "none")),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_language_and_script(text: str, expected: Script):
    assert detect_script(text) == expected


def test_traditional_characters_are_simplified():
    assert to_simplified("客服態度很差，發票也沒開") == "客服态度很差，发票也没开"
