"""What happens to a record later: authors edit, exports are corrected, records are withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from simulator import texts
from simulator.conversations import Conversation
from simulator.day_files import DELETED, format_moment
from simulator.draft import Draft
from simulator.filing import SOURCES, Filing
from simulator.phrasebook import phrase_tree
from simulator.plan import Plan
from simulator.story import Story

EDITED_SHARE = 0.02  # of reviews: the author comes back days later
CORRECTED_SHARE = 0.01  # of calls: the transcript is made anew, in a later export
LATE_COMMENT_SHARE = 0.012  # of survey answers with words: the score first, the words later
WITHDRAWN_SHARE = 0.008  # of reviews
DELETED_SHARE = 0.008  # of notes


class Afterthoughts:
    """Plays what becomes of records after they were filed."""

    def __init__(self, plan: Plan, filing: Filing) -> None:
        self._plan = plan
        self._filing = filing

    def edit_review(
        self,
        story: Story,
        record_id: str,
        record: dict[str, object],
        draft: Draft,
        dirt: list[str],
        arrived: datetime,
        rng: Random,
    ) -> None:
        """Let an author add to a review days later and, at times, change the stars."""
        edited_at = arrived + timedelta(days=rng.randint(4, 25), minutes=rng.randint(1, 600))
        if rng.random() >= EDITED_SHARE or edited_at > self._plan.last_moment:
            return
        more = texts.write_comment(replace(story, effect=None, ending=None), rng, None)
        opener = rng.choice(phrase_tree("style")["review_again"]).fill(rng, {})
        draft.add(" " + opener)
        draft.segments += more.segments
        stars = rng.choice((-1, 0, 0, 1))
        edited = {
            **record,
            "text": draft.text,
            "rating": min(5, max(1, int(str(record["rating"])) + stars)),
        }
        self._filing.rewrite("review", record_id, edited, edited_at)
        self._filing.tell_truth(story, record_id, edited_at, [("customer", draft)], dirt)

    def withdraw_review(
        self, record_id: str, record: dict[str, object], arrived: datetime, rng: Random
    ) -> None:
        """Take a few reviews back: the site lists them once more, marked as deleted."""
        if rng.random() >= WITHDRAWN_SHARE:
            return
        # after the last edit, so that nothing comes back from the dead
        withdrawn_at = arrived + timedelta(days=rng.randint(26, 60), minutes=rng.randint(1, 600))
        if withdrawn_at > self._plan.last_moment:
            return
        self._filing.rewrite("review", record_id, {**record, DELETED: True}, withdrawn_at)
        self._tell_withdrawn("review", record_id, "marked_deleted", withdrawn_at)

    def delete_note(self, record_id: str, arrived: datetime, rng: Random) -> None:
        """Let staff delete a few notes from the CRM."""
        deleted_at = arrived + timedelta(days=rng.randint(2, 30), minutes=rng.randint(1, 600))
        if rng.random() >= DELETED_SHARE or deleted_at > self._plan.last_moment:
            return
        self._filing.rewrite("note", record_id, {"note_id": record_id, DELETED: True}, deleted_at)
        self._tell_withdrawn("note", record_id, "row_deleted", deleted_at)

    def correct_call(
        self,
        story: Story,
        record_id: str,
        record: dict[str, object],
        call: Conversation,
        arrived: datetime,
        rng: Random,
    ) -> None:
        """Deliver a few calls again, days later, with the agent's last words transcribed anew."""
        corrected_at = arrived + timedelta(days=rng.randint(1, 4), minutes=rng.randint(1, 300))
        if rng.random() >= CORRECTED_SHARE or corrected_at > self._plan.last_moment:
            return
        last = call.turns[-1][1]
        last.segments[-1].text += rng.choice(("，再见", "，谢谢您", "，拜拜"))
        turns = [dict(turn) for turn in record["turns"]]  # type: ignore[attr-defined]
        turns[-1]["text"] = last.text
        self._filing.rewrite("call", record_id, {**record, "turns": turns}, corrected_at)
        self._filing.tell_truth(story, record_id, corrected_at, call.turns, [])

    def comment_late(self, arrived: datetime, rng: Random) -> datetime:
        """Return when the words of an answer come: with the score, or for a few hours later."""
        if rng.random() >= LATE_COMMENT_SHARE:
            return arrived
        return min(arrived + timedelta(minutes=rng.randint(10, 2000)), self._plan.last_moment)

    def _tell_withdrawn(self, kind: str, record_id: str, how: str, moment: datetime) -> None:
        self._filing.truth.write(
            "withdrawn",
            {
                "source_slug": SOURCES[kind],
                "source_record_id": record_id,
                "how": how,
                "withdrawn_at": format_moment(moment),
            },
        )
