"""A night that fails its gate leaves yesterday's marts in place and says so."""

from __future__ import annotations

import pytest

from warehouse.postgres import connect


def published(demo) -> dict[str, tuple[int, str]]:
    return {name: found for name, found in demo.fingerprints().items() if name.startswith("marts.")}


@pytest.fixture
def leaked_phone(demo):
    """Put a phone number right of the redaction, as a broken redactor would."""
    with connect("voc_nlp", demo.settings) as connection:
        key, text = connection.execute(
            "select feedback_key, redacted_text from nlp.documents "
            "where unit_count > 0 order by feedback_key limit 1"
        ).fetchone()
        change = "update nlp.documents set redacted_text = %s where feedback_key = %s"
        connection.execute(change, (f"{text} 13912345678", key))
    yield
    with connect("voc_nlp", demo.settings) as connection:
        connection.execute(change, (text, key))


@pytest.mark.slow
def test_a_failed_gate_publishes_nothing_and_names_the_cause(demo, leaked_phone):
    before = published(demo)

    outcome = demo.voc("run", "--skip-sources", check=False)

    assert outcome.returncode == 1
    assert "GateFailed" in outcome.stderr and "nlp__documents" in outcome.stderr
    assert published(demo) == before
    assert demo.status()["last_run"]["status"] == "failed"
    assert demo.voc("doctor", check=False).returncode == 1
    failed = demo.query(
        "select count(*) from health.gate_results where not is_success and severity = 'critical'",
        role="voc_reader",
    )
    assert failed[0][0] >= 1
