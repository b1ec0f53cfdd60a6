"""The baseline of a series against hand-computed examples and its error rates."""

from __future__ import annotations

import numpy
import pytest

from stat_jobs import surge_excess, surge_model


def forecast_one(counts, calendar, design):
    """Forecast the last week of one series, two weeks before it left out."""
    return surge_model.forecast(counts[None], calendar, design, 7, 14)


def quiet_design(days: int) -> numpy.ndarray:
    position = numpy.arange(days)
    weekend = (position % 7 >= 5).astype(float)
    season = 2 * numpy.pi * position / 365.25
    return numpy.column_stack([position / 365.25, numpy.sin(season), numpy.cos(season), weekend])


def test_mean_of_a_constant_series_is_its_mean():
    counts = numpy.tile([1.0, 2.0, 3.0], 150)

    prediction = forecast_one(counts, numpy.ones(450), numpy.zeros((450, 0)))

    # nothing is dispersed beyond Poisson: variance 2/3 under a mean of 2
    assert prediction.means[0] == pytest.approx([2.0] * 7)
    assert prediction.dispersion[0] == 1.0
    assert prediction.log_error[0] == pytest.approx(1 / numpy.sqrt(counts[:429].sum()), rel=1e-6)


def test_dispersion_is_pearsons():
    counts = numpy.tile([0.0, 6.0], 225)  # variance 9 around a mean of 3

    prediction = forecast_one(counts, numpy.ones(450), numpy.zeros((450, 0)))

    assert prediction.dispersion[0] == pytest.approx(3.0, rel=0.02)


def test_outbreaks_of_the_past_weigh_less():
    weights = surge_model.outbreak_weights(
        numpy.array([[0.0, 1.0, 5.16, -4.0]]), numpy.ones((1, 1)), numpy.zeros((1, 4))
    )[0]

    # 5.16 = 2 x 2.58 gets 5.16^-2 of a quiet day; a quiet outlier below keeps its weight
    assert weights.sum() == pytest.approx(4.0)
    assert weights[2] / weights[0] == pytest.approx(5.16**-2)
    assert weights[3] == weights[0]


def test_an_outbreak_in_the_baseline_hardly_raises_the_forecast():
    counts = numpy.random.default_rng(5).poisson(4, 500).astype(float)
    counts[200:215] += 30
    plain = counts[:479].mean()

    prediction = forecast_one(counts, numpy.ones(500), numpy.zeros((500, 0)))

    assert plain > 4.7
    assert prediction.means[0, 0] < 4.4


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

    prediction = forecast_one(counts, numpy.full(450, 3.0), quiet_design(450))
    (excess,) = surge_excess.measure_excess(counts[None], prediction, (3,))

    assert prediction.means[0] == pytest.approx([0.5 / (450 - 7 - 14)] * 7)
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
    prediction = forecast_one(totals, calendar, quiet_design(480))

    assert (calendar > 0).all()
    assert numpy.isfinite(calendar).all()
    for values in (prediction.means, prediction.dispersion, prediction.log_error):
        assert numpy.isfinite(values).all()


def test_a_term_without_voices_on_its_days_is_left_out():
    counts = numpy.full(400, 2.0)
    flags = numpy.zeros((400, 3))
    flags[:200, 0] = 1  # 400 of 800 voices
    flags[:4, 1] = 1  # 8 voices
    flags[:, 2] = numpy.arange(400)

    assert surge_model.heard_terms(counts[None], flags).tolist() == [[True, False, True]]


def test_p_values_hold_their_rate_when_days_are_overdispersed():
    rng = numpy.random.default_rng(11)
    days, alarms = 480, 0
    design, calendar = quiet_design(days), numpy.ones(days)
    for _ in range(150):
        counts = rng.negative_binomial(6, 0.5, days).astype(float)  # mean 6, variance 12
        prediction = forecast_one(counts, calendar, design)
        (excess,) = surge_excess.measure_excess(counts[None], prediction, (1,))
        alarms += excess.p_value < 0.05

    # 5 % at most: the tail of a count is a step, so it lies below
    assert alarms / 150 < 0.09


def test_a_series_is_forecast_alike_alone_and_among_others():
    rng = numpy.random.default_rng(6)
    counts = rng.poisson(numpy.array([[0.0], [0.03], [0.5], [4.0], [30.0]]), (5, 480)).astype(float)
    calendar = numpy.exp(rng.normal(0, 0.2, 480))

    together = surge_model.forecast(counts, calendar, quiet_design(480), 7, 14)

    for row in range(5):
        alone = forecast_one(counts[row], calendar, quiet_design(480))
        assert together.means[row] == pytest.approx(alone.means[0], rel=1e-9)
        assert together.dispersion[row] == pytest.approx(alone.dispersion[0], rel=1e-9)
        assert together.log_error[row] == pytest.approx(alone.log_error[0], rel=1e-9)
