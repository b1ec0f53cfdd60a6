"""Files records in their sources and notes beside them what is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulator.day_files import DayFileWriter, format_moment
from simulator.draft import Draft
from simulator.plan import Plan
from simulator.story import Story
from simulator.truth import TruthWriter

SOURCES = {"review": "reviews", "survey": "surveys", "call": "calls", "note": "crm_notes"}
ENTITIES = {
    "review": "reviews",
    "survey": "survey_responses",
    "call": "calls",
    "note": "customer_notes",
}
ID_LETTERS = {"review": "R", "survey": "V", "call": "K", "note": "N"}

LATE_SHARE = 0.03
SENT_AGAIN_SHARE = 0.004


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a story was filed: the native id, and when the source came to show it."""

    source_slug: str
    record_id: str
    arrived: datetime
    is_noise: bool = False


class Filing:
    """Gives out record ids, writes records and the truth about their texts."""

    def __init__(self, plan: Plan, writer: DayFileWriter, truth: TruthWriter) -> None:
        self._plan = plan
        self._writer = writer
        self.truth = truth
        self._counts = dict.fromkeys(ID_LETTERS, 0)

    def next_id(self, kind: str) -> str:
        """Return a new native id of a kind of feedback."""
        self._counts[kind] += 1
        return f"{ID_LETTERS[kind]}{self._counts[kind]:09d}"

    def arrival(self, moment: datetime, most_minutes: int, rng: Random) -> datetime:
        """Return when the source shows a record: soon, or days late, never after the plan."""
        arrived = moment + timedelta(seconds=rng.randint(20, most_minutes * 60))
        if rng.random() < LATE_SHARE:
            arrived += timedelta(days=rng.randint(1, 6))
        return max(moment, min(arrived, self._plan.last_moment))

    def file(
        self,
        story: Story,
        record_id: str,
        record: dict[str, object],
        arrived: datetime,
        rng: Random,
        noise: str | None = None,
    ) -> Filed:
        """Write a new record into its source; a few are sent twice in the same export."""
        self.rewrite(story.kind, record_id, record, arrived)
        if rng.random() < SENT_AGAIN_SHARE:
            self.rewrite(story.kind, record_id, dict(record), arrived)
            self.truth.write(
                "duplicates",
                {
                    "kind": "sent_again",
                    "source_slug": SOURCES[story.kind],
                    "source_record_id": record_id,
                },
            )
        return Filed(SOURCES[story.kind], record_id, arrived, is_noise=noise is not None)

    def rewrite(
        self, kind: str, record_id: str, record: dict[str, object], updated_at: datetime
    ) -> None:
        """Write a version of a record into its source."""
        self._writer.add(ENTITIES[kind], record_id, record, updated_at)

    def tell_truth(
        self,
        story: Story,
        record_id: str,
        updated_at: datetime,
        turns: list[tuple[str, Draft]],
        dirt: list[str],
        noise: str | None = None,
        cluster: str | None = None,
    ) -> None:
        """Note what a version of a text truly says, and who says it."""
        units: list[dict[str, object]] = []
        for position, (speaker, draft) in enumerate(turns):
            units += draft.units(speaker, position)
        handoff, surge = story.handoff, story.surge
        self.truth.write(
            "texts",
            {
                "source_slug": SOURCES[story.kind],
                "source_record_id": record_id,
                "occurred_at": format_moment(story.occurred_at),
                "updated_at": format_moment(updated_at),
                "customer_id": story.customer.customer_id,
                "person_id": story.customer.person_id,
                "language": story.language if noise is None else None,
                "script": "hant" if "traditional" in dirt else "hans",
                "is_relevant": noise is None,
                "noise_reason": noise,
                "duplicate_cluster": cluster,
                "dirt": dirt,
                "subject_slug": story.subject,
                "satisfaction": story.satisfaction,
                "attempt": story.attempt,
                "handoff": handoff.slug if handoff and noise is None else None,
                "breakpoint_kind": handoff.kind if handoff and noise is None else None,
                "surge": surge.slug if surge and noise is None else None,
                "themes": sorted({e.theme for e in story.episodes if e.theme}),
                "units": units if noise is None else [],
                "personal_data": [data for _, draft in turns for data in draft.personal_data],
            },
        )
