"""Baselines against hand-computed examples, other implementations and their error rates."""

from __future__ import annotations

import numpy
import pytest
from scipy import stats

from stat_jobs import surge_model
from stat_jobs.surge_model import Forecast


def quiet_design(days: int) -> numpy.ndarray:
    position = numpy.arange(days)
    weekend = (position % 7 >= 5).astype(float)
    season = 2 * numpy.pi * position / 365.25
    return numpy.column_stack([position / 365.25, numpy.sin(season), numpy.cos(season), weekend])


def test_ears_matches_the_hand_computed_example():
    # days 4-10 have mean 2 and deviation sqrt(4/6); C1 = (9 - 2) / max(1, 0.816) = 7
    counts = numpy.array([5, 5, 1, 2, 3, 2, 1, 2, 3, 2, 1, 9], dtype=float)

    first, second, third = surge_model.measure_ears(counts)

    assert first == pytest.approx(9 - counts[4:11].mean())
    assert second == pytest.approx(9 - counts[2:9].mean())
    # of the two days before, neither exceeds its own baseline by more than one
    assert third == pytest.approx(second - 1)


def test_ears_stays_quiet_on_a_steady_series():
    noise = numpy.random.default_rng(3).poisson(6, size=(800, surge_model.EARS_HISTORY))

    alarms = numpy.mean([surge_model.judge_ears(day.astype(float)).p_value < 0.01 for day in noise])

    assert alarms < 0.025


def test_mean_of_a_constant_series_is_its_mean():
    counts = numpy.tile([1.0, 2.0, 3.0], 150)

    prediction = surge_model.forecast(counts, numpy.ones(450), numpy.zeros((450, 0)), 7, 14)

    # nothing is dispersed beyond Poisson: variance 2/3 under a mean of 2
    assert prediction.means == pytest.approx([2.0] * 7)
    assert prediction.dispersion == 1.0
    assert prediction.log_error == pytest.approx(1 / numpy.sqrt(counts[:429].sum()), rel=1e-6)


def test_dispersion_is_pearsons():
    counts = numpy.tile([0.0, 6.0], 225)  # variance 9 around a mean of 3

    prediction = surge_model.forecast(counts, numpy.ones(450), numpy.zeros((450, 0)), 7, 14)

    assert prediction.dispersion == pytest.approx(3.0, rel=0.02)


def test_outbreaks_of_the_past_weigh_less():
    weights = surge_model.outbreak_weights(
        numpy.array([0.0, 1.0, 5.16, -4.0]), dispersion=1.0, leverage=numpy.zeros(4)
    )

    # 5.16 = 2 x 2.58 gets 5.16^-2 of a quiet day; a quiet outlier below keeps its weight
    assert weights.sum() == pytest.approx(4.0)
    assert weights[2] / weights[0] == pytest.approx(5.16**-2)
    assert weights[3] == weights[0]


def test_an_outbreak_in_the_baseline_hardly_raises_the_forecast():
    counts = numpy.random.default_rng(5).poisson(4, 500).astype(float)
    counts[200:215] += 30
    plain = counts[:479].mean()

    prediction = surge_model.forecast(counts, numpy.ones(500), numpy.zeros((500, 0)), 7, 14)

    assert plain > 4.7
    assert prediction.means[0] < 4.4


@pytest.mark.parametrize(("dispersion", "log_error"), [(1.0, 0.0), (2.0, 0.1)])
def test_tail_is_that_of_the_count_distribution(dispersion: float, log_error: float):
    prediction = Forecast(numpy.array([2.0, 3.0]), dispersion, log_error)

    excess = surge_model.measure_excess(numpy.array([4.0, 8.0]), prediction, 2)

    variance = dispersion * 5 + (5 * log_error) ** 2
    expected = (
        stats.poisson.sf(11, 5)
        if variance == 5
        else stats.nbinom.sf(11, 25 / (variance - 5), 5 / variance)
    )
    assert (excess.observed, excess.expected) == (12, 5.0)
    assert excess.p_value == pytest.approx(expected)


def test_forecast_follows_weekday_and_growth_of_the_calendar():
    days = 500
    weekend = (numpy.arange(days) % 7 >= 5).astype(float)
    growth = numpy.exp(0.3 * numpy.arange(days) / 365.25)
    totals = numpy.random.default_rng(9).poisson(80 * growth * (1 + 0.5 * weekend)).astype(float)

    calendar = surge_model.fit_calendar(totals, quiet_design(days), numpy.zeros(days), 7)

    truth = 80 * growth * (1 + 0.5 * weekend)
    assert calendar[-7:] == pytest.approx(truth[-7:], rel=0.08)


def test_a_series_silent_until_now_has_the_rate_of_half_a_voice():
    counts = numpy.zeros(450)
    counts[-3:] = 4

    prediction = surge_model.forecast(counts, numpy.full(450, 3.0), quiet_design(450), 7, 14)
    excess = surge_model.measure_excess(counts, prediction, 3)

    assert prediction.means == pytest.approx([0.5 / (450 - 7 - 14)] * 7)
    assert excess.observed == 12
    assert excess.p_value < 1e-6


@pytest.mark.parametrize(
    "spoken",
    [
        pytest.param(slice(0, 0), id="no day"),
        pytest.param(slice(0, 1), id="one day"),
        pytest.param(slice(0, 30), id="only long ago"),
        pytest.param(slice(440, 480), id="only of late"),
        pytest.param(slice(478, 480), id="only on judged days"),
        pytest.param(slice(0, 480, 7), id="only on one weekday"),
    ],
)
def test_calendar_of_days_without_feedback_is_above_zero(spoken: slice):
    totals = numpy.zeros(480)
    totals[spoken] = 9

    calendar = surge_model.fit_calendar(totals, quiet_design(480), numpy.zeros(480), 7)
    prediction = surge_model.forecast(totals, calendar, quiet_design(480), 7, 14)

    assert (calendar > 0).all()
    assert numpy.isfinite(calendar).all()
    assert numpy.isfinite([*prediction.means, prediction.dispersion, prediction.log_error]).all()


def test_a_term_without_voices_on_its_days_is_left_out():
    counts = numpy.full(400, 2.0)
    flags = numpy.zeros((400, 3))
    flags[:200, 0] = 1  # 400 of 800 voices
    flags[:4, 1] = 1  # 8 voices
    flags[:, 2] = numpy.arange(400)

    assert surge_model.heard_terms(counts, flags).tolist() == [True, False, True]


def test_p_values_hold_their_rate_when_days_are_overdispersed():
    rng = numpy.random.default_rng(11)
    days, alarms = 480, 0
    design, calendar = quiet_design(days), numpy.ones(days)
    for _ in range(150):
        counts = rng.negative_binomial(6, 0.5, days).astype(float)  # mean 6, variance 12
        prediction = surge_model.forecast(counts, calendar, design, 7, 14)
        alarms += surge_model.measure_excess(counts, prediction, 1).p_value < 0.05

    # 5 % at most: the tail of a count is a step, so it lies below
    assert alarms / 150 < 0.09


@pytest.mark.parametrize("rate", [0.05, 0.8, 6.0])
def test_regression_is_that_of_statsmodels(rate: float):
    import statsmodels.api

    rng = numpy.random.default_rng(2)
    terms = numpy.column_stack([numpy.ones(500), quiet_design(500)])
    offset = rng.normal(0, 0.3, 500)
    counts = rng.poisson(rate * numpy.exp(offset)).astype(float)
    weights = rng.uniform(0.2, 1.5, 500)

    fitted = surge_model.fit_poisson(counts, terms, offset, weights)

    reference = statsmodels.api.GLM(
        counts,
        terms,
        family=statsmodels.api.families.Poisson(),
        offset=offset,
        var_weights=weights,
    ).fit(tol=1e-12)
    assert fitted.coefficients == pytest.approx(reference.params, abs=1e-6)
    assert fitted.covariance == pytest.approx(reference.cov_params(), rel=1e-4, abs=1e-9)
    freedom = max(1.0, reference.pearson_chi2 / reference.df_resid)
    assert surge_model.measure_dispersion(counts, fitted, weights) == pytest.approx(freedom)
    plain = statsmodels.api.GLM(counts, terms, family=statsmodels.api.families.Poisson()).fit()
    assert surge_model.anscombe_residuals(counts, plain.fittedvalues) == pytest.approx(
        plain.resid_anscombe_unscaled
    )
