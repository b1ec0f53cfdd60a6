"""Blocks hold customers whole, and intervals cover what they should."""

from __future__ import annotations

import numpy as np

from stat_jobs import block_bootstrap


def test_all_answers_of_a_customer_fall_into_one_block_the_same_one_each_time():
    voters = [f"c{number % 700}" for number in range(2000)]

    blocks = block_bootstrap.assign_blocks(voters)

    assert blocks.max() == block_bootstrap.MAX_BLOCKS - 1
    assert len(set(zip(voters, blocks.tolist(), strict=True))) == 700
    assert (block_bootstrap.assign_blocks(voters) == blocks).all()


def test_sums_of_blocks_are_sums_of_their_answers():
    values = np.arange(12.0).reshape(6, 2)

    sums = block_bootstrap.sum_blocks(values, np.array([0, 1, 0, 2, 1, 0]))

    assert sums.tolist() == [[14.0, 17.0], [10.0, 12.0], [6.0, 7.0]]


def test_interval_of_a_mean_is_that_of_students_t():
    from scipy.stats import t

    sample = np.random.default_rng(3).normal(5, 2, 400)
    blocks = block_bootstrap.assign_blocks([str(number) for number in range(400)])
    sums = block_bootstrap.sum_blocks(np.stack([sample, np.ones(400)], axis=1), blocks)
    drawn = block_bootstrap.draw_counts(len(sums), draws=4000) @ sums

    low, high = block_bootstrap.percentile_interval(
        np.array([sample.mean()]), drawn[:, :1] / drawn[:, 1:]
    )

    reach = t.ppf(0.975, 399) * sample.std(ddof=1) / 20
    np.testing.assert_allclose([*low, *high], sample.mean() + np.array([-reach, reach]), atol=0.02)


def test_answers_of_one_customer_are_not_taken_for_independent():
    # 100 customers, 10 like answers each: the true error is that of 100 answers, not of 1000
    likes = np.random.default_rng(4).normal(0, 1, 100)
    voters = [str(number % 100) for number in range(1000)]
    blocks = block_bootstrap.assign_blocks(voters)
    values = np.tile(likes, 10)
    sums = block_bootstrap.sum_blocks(np.stack([values, np.ones(1000)], axis=1), blocks)
    drawn = block_bootstrap.draw_counts(len(sums)) @ sums

    error = (drawn[:, 0] / drawn[:, 1]).std()

    assert abs(error / (likes.std() / 10) - 1) < 0.1


def test_draws_without_anybody_are_left_out_and_the_interval_holds_its_estimate():
    draws = np.array([[np.nan, 2.0], [1.0, 3.0], [1.0, 4.0]])

    low, high = block_bootstrap.percentile_interval(np.array([1.0, 9.0]), draws)

    assert (low[0], high[0]) == (1.0, 1.0)
    assert high[1] == 9.0
