"""Poisson regressions against statsmodels, which fits them one by one."""

from __future__ import annotations

import numpy
import pytest

from stat_jobs.poisson_regression import anscombe_residuals, fit_poisson, measure_dispersion


@pytest.mark.parametrize("rate", [0.05, 0.8, 6.0])
def test_regression_is_that_of_statsmodels(rate: float):
    import statsmodels.api

    rng = numpy.random.default_rng(2)
    position = 2 * numpy.pi * numpy.arange(500) / 365.25
    weekend = (numpy.arange(500) % 7 >= 5).astype(float)
    terms = numpy.column_stack(
        [numpy.ones(500), position, numpy.sin(position), numpy.cos(position), weekend]
    )
    offset = rng.normal(0, 0.3, 500)
    counts = rng.poisson(rate * numpy.exp(offset)).astype(float)
    weights = rng.uniform(0.2, 1.5, 500)

    fitted = fit_poisson(counts[None], terms, offset, weights[None])

    reference = statsmodels.api.GLM(
        counts,
        terms,
        family=statsmodels.api.families.Poisson(),
        offset=offset,
        var_weights=weights,
    ).fit(tol=1e-12)
    assert fitted.coefficients[0] == pytest.approx(reference.params, abs=1e-6)
    assert fitted.covariance[0] == pytest.approx(reference.cov_params(), rel=1e-4, abs=1e-9)
    freedom = max(1.0, reference.pearson_chi2 / reference.df_resid)
    assert measure_dispersion(counts[None], fitted, weights[None])[0] == pytest.approx(freedom)
    plain = statsmodels.api.GLM(counts, terms, family=statsmodels.api.families.Poisson()).fit()
    assert anscombe_residuals(counts, plain.fittedvalues) == pytest.approx(
        plain.resid_anscombe_unscaled
    )
