"""What a source writes about, and what that does to the reading of its texts."""

import numpy as np
import pytest

from nlp_jobs.annotate import Annotator, Feedback
from nlp_jobs.domain_shares import estimate_shares, shift_of
from nlp_jobs.source_domains import Source

USUAL = np.array([0.6, 0.3, 0.1])
HOTEL = ("房间很大，床也舒服，前台办入住很快", "早餐一般，离地铁站近，下次还住这家酒店", "隔音差")


def say(texts: list[str], source: str = "stays") -> list[Feedback]:
    return [Feedback(str(n), text, None, "hash", source) for n, text in enumerate(texts)]


def test_without_texts_the_shares_are_the_usual_ones():
    assert estimate_shares(np.zeros((0, 3)), USUAL) == pytest.approx(USUAL)


def test_texts_of_a_usual_mix_leave_the_shares_as_they_are():
    membership = np.repeat(np.eye(3), [600, 300, 100], axis=0)

    assert estimate_shares(membership, USUAL) == pytest.approx(USUAL)


def test_the_shares_of_many_unsure_texts_are_found():
    # a text has one of two looks; the second is four times as common in the third domain
    looks = np.array([[0.8, 0.8, 0.2], [0.2, 0.2, 0.8]])
    seen = np.repeat([0, 1], [1000, 4000])  # what 5,000 texts of the third domain look like
    membership = looks[seen] * USUAL
    membership /= membership.sum(axis=1, keepdims=True)

    assert estimate_shares(membership, USUAL)[2] > 0.9


def test_a_few_texts_move_the_shares_little():
    membership = np.tile([0.05, 0.05, 0.9], (3, 1))

    assert 0.1 < estimate_shares(membership, USUAL)[2] < 0.3


def test_a_shift_is_nought_at_the_usual_shares_and_grows_with_the_share():
    assert shift_of(USUAL, USUAL) == pytest.approx([0, 0, 0])
    assert shift_of(np.array([0.3, 0.3, 0.4]), USUAL) == pytest.approx(np.log([0.5, 1, 4]))


def test_reviews_of_stays_are_known_for_hotels(annotator: Annotator):
    learnt = annotator.learn_domains(
        say([*HOTEL] * 40) + say(["手机很好用，电池耐用"] * 90, "shop")
    )

    assert set(learnt) == {Source("stays", "zh"), Source("shop", "zh")}
    assert max(learnt["stays", "zh"].items(), key=lambda share: share[1])[0] == "hotel"
    assert learnt["shop", "zh"]["hotel"] < 0.05
    assert sum(learnt["stays", "zh"].values()) == pytest.approx(1)


def test_languages_of_a_source_are_learnt_apart(annotator: Annotator):
    learnt = annotator.learn_domains(
        say(["房间很大，床也舒服"] * 60 + ["The flight was late and nobody told us why"] * 60)
    )

    assert set(learnt) == {Source("stays", "zh"), Source("stays", "en")}
    assert set(learnt["stays", "zh"]) != set(learnt["stays", "en"])


def test_known_shares_change_only_the_reading_of_their_source(annotator: Annotator):
    texts = ["小，不过安静", "太吵", "一般般，凑合"]
    before = list(annotator.annotate_many(say(texts)))
    try:
        annotator.know_domains(annotator.learn_domains(say([*HOTEL] * 40)))
        of_the_source = list(annotator.annotate_many(say(texts)))
        of_another = list(annotator.annotate_many(say(texts, "other")))
    finally:
        annotator.know_domains({})

    scores = [
        [document["sentiment_score"] for document, _ in found]
        for found in (before, of_the_source, of_another)
    ]
    assert scores[1] != scores[0]
    assert scores[2] == scores[0]
    assert list(annotator.annotate_many(say(texts))) == before


def test_of_a_source_with_a_handful_of_texts_nothing_is_known(annotator: Annotator):
    assert annotator.learn_domains(say([*HOTEL] * 3)) == {}


def test_shares_of_another_head_are_refused(annotator: Annotator):
    with pytest.raises(ValueError, match="estimate them anew"):
        annotator.know_domains({Source("stays", "zh"): {"cheese": 1.0}})
