"""Log-odds with a Dirichlet prior against the paper's formula, written out word by word."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stat_jobs.log_odds import compare_words


def test_a_word_by_hand():
    # y = 30 of 1000 against 10 of 2000, background share 0.01, prior of 500 words: a = 5
    # delta = ln(35 / 1465) - ln(15 / 2485) = -3.734263 + 5.109978; var = 1/35 + 1/15
    odds = compare_words([30], 1000, [10], 2000, [0.01])

    assert odds.delta[0] == pytest.approx(1.375715, abs=1e-6)
    assert odds.error[0] == pytest.approx(0.308607, abs=1e-5)
    assert odds.z[0] == pytest.approx(4.45783, abs=1e-5)
    assert odds.low[0] == pytest.approx(0.770857, abs=1e-6)
    assert odds.high[0] == pytest.approx(1.980573, abs=1e-6)
    assert odds.p_value[0] == pytest.approx(8.279e-06, rel=0.01)


def test_a_whole_vocabulary_as_the_widely_used_script_computes_it():
    # the loop of the `fightin-words` script (J. Hessel): prior counts per word, z = delta / sd
    rng = np.random.default_rng(2)
    vocabulary = rng.dirichlet(np.full(60, 0.5)) + 1e-4
    vocabulary /= vocabulary.sum()
    first, second = (rng.multinomial(total, vocabulary) + 1 for total in (4000, 9000))
    priors = 500 * (first + second) / (first + second).sum()
    expected = []
    for one, two, prior in zip(first, second, priors, strict=True):
        term_one = math.log((one + prior) / (first.sum() + priors.sum() - one - prior))
        term_two = math.log((two + prior) / (second.sum() + priors.sum() - two - prior))
        variance = 1.0 / (one + prior) + 1.0 / (two + prior)
        expected.append((term_one - term_two) / math.sqrt(variance))

    odds = compare_words(first, first.sum(), second, second.sum(), priors / priors.sum())

    assert odds.z == pytest.approx(expected)


def test_the_prior_draws_rare_words_to_no_difference():
    rare = compare_words([2], 1000, [0], 1000, [0.001], prior_words=[10, 500])

    assert rare.delta[0] > rare.delta[1] > 0
    assert rare.z[1] < 1.96  # two mentions prove nothing


@pytest.mark.parametrize(("share", "ratio"), [(0.01, 1), (0.01, 3), (0.004, 3)])
def test_intervals_hold_the_truth_when_the_prior_is_light(share: float, ratio: float):
    rng = np.random.default_rng(6)
    counts, others = rng.binomial(500, share * ratio, 2000), rng.binomial(1500, share, 2000)
    truth = math.log(share * ratio / (1 - share * ratio)) - math.log(share / (1 - share))

    odds = compare_words(counts, 500, others, 1500, (counts + others) / 2000, prior_words=100)
    held = np.mean((odds.low <= truth) & (truth <= odds.high))

    assert held >= 0.93  # 95 is meant; one standard error is half a point
