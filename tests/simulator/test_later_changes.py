"""Records that change after they came: edited, corrected, completed, withdrawn, deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

Records = Callable[[str], list[dict]]


def versions(records: list[dict], key: str) -> dict[str, list[dict]]:
    """Return id -> its different versions, oldest first; broken records are left out."""
    found: dict[str, list[dict]] = defaultdict(list)
    for record in records:
        known = found[str(record.get(key, "X"))]
        if not known or known[-1] != record:
            known.append(record)
    return {key: known for key, known in found.items() if key[0] != "X"}


def test_withdrawn_reviews_come_once_more_marked_as_deleted(
    told_records: Records, told_truth: Records
):
    reviews = versions(told_records("reviews"), "review_id")
    withdrawn = [line for line in told_truth("withdrawn") if line["source_slug"] == "reviews"]

    assert withdrawn
    for line in withdrawn:
        *before, last = reviews[line["source_record_id"]]
        assert last["deleted"] is True
        assert last["updated_at"] == line["withdrawn_at"] > before[-1]["updated_at"]
    assert sum("deleted" in known[-1] for known in reviews.values()) == len(withdrawn)


def test_some_calls_are_transcribed_anew(told_records: Records):
    changed = [one for one in versions(told_records("calls"), "call_id").values() if len(one) > 1]

    assert changed
    for first, second in changed:
        assert second["updated_at"] > first["updated_at"]
        assert second["turns"][:-1] == first["turns"][:-1]
        assert second["turns"][-1]["text"].startswith(first["turns"][-1]["text"])


def test_some_comments_come_after_their_scores(told_records: Records):
    answers = versions(told_records("survey_responses"), "response_id").values()
    late = [one for one in answers if len(one) > 1]

    assert late
    for first, second in late:
        assert (first["comment"], first["nps"]) == (None, second["nps"])
        assert second["comment"]
