"""The last night run again, and a demo started again: no figure moves."""

from __future__ import annotations

import pytest


@pytest.mark.slow
def test_a_night_run_again_changes_no_row_and_no_figure(demo):
    before = demo.fingerprints()
    assert before["core.fct_feedback"][0] > 0

    demo.voc("run")

    assert demo.fingerprints() == before
    assert demo.status()["last_run"]["status"] == "success"


@pytest.mark.slow
def test_a_second_demo_reuses_what_is_there(demo):
    before = demo.fingerprints()

    outcome = demo.voc("demo", "--serve", "--feedback", "4000", "--years", "2", "--seed", "7")

    assert "simulate the company" not in outcome.stdout
    assert demo.fingerprints() == before


def test_another_company_is_not_loaded_over_this_one(demo):
    outcome = demo.voc("demo", "--feedback", "5000", check=False)

    assert outcome.returncode == 1
    assert "already holds a company" in outcome.stderr
    assert "voc clean" in outcome.stderr
