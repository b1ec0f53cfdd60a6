"""The planted set: reproducible, valid by the rules of its values, and found again."""

import pytest

from nlp_jobs.evaluation.planted_personal_data import Planted, is_gone, iter_planted, main
from nlp_jobs.text.checksums import is_old_resident_id, is_resident_id, passes_luhn
from nlp_jobs.text.names import NameFinder

FINDER = NameFinder()
PLANTED = list(iter_planted(seed=5, size=900))


def test_the_set_is_reproducible_and_has_its_size():
    assert list(iter_planted(seed=5, size=900)) == PLANTED
    counts = dict.fromkeys(("zh", "en"), 0)
    for planted in PLANTED:
        counts[planted.language] += bool(planted.secret)
    assert counts == {"zh": 900, "en": 300}


def test_planted_values_pass_their_checksums():
    for planted in PLANTED:
        if planted.kind == "bank_card":
            assert passes_luhn(planted.secret.replace(" ", ""))
        if planted.kind == "id_number" and planted.language == "zh":
            assert is_resident_id(planted.secret) or is_old_resident_id(planted.secret)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_numbers_and_names_are_found(language: str):
    def recall(is_name: bool) -> float:
        right = [
            is_gone(planted, FINDER)
            for planted in PLANTED
            if planted.language == language
            and planted.secret
            and (planted.kind == "name") == is_name
        ]
        return sum(right) / len(right)

    assert recall(is_name=False) >= 0.99
    assert recall(is_name=True) >= 0.95


def test_ordinary_sentences_stay():
    assert all(is_gone(planted, FINDER) for planted in PLANTED if not planted.secret)


@pytest.mark.parametrize(
    ("text", "secret", "gone"),
    [
        ("电话13800138000打不通", "13800138000", True),
        ("暗号13800打不通", "13800", False),
        ("没有秘密", "", True),
        ("电话13800138000", "", False),
    ],
)
def test_a_secret_is_gone_only_as_a_whole(text: str, secret: str, gone: bool):
    assert is_gone(Planted(text, "zh", "phone", secret), FINDER) == gone


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]):
    main(["--size", "60", "--misses", "5"])

    assert "zh phone" in capsys.readouterr().out
