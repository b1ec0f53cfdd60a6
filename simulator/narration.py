"""Stories become records: each is worded, soiled, filed in its source and noted as truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from simulator import personal_data, texts
from simulator.bursts import Burst, vary
from simulator.conversations import PhoneCall
from simulator.day_files import DayFileWriter, format_moment
from simulator.dirt import make_dirty
from simulator.draft import Draft
from simulator.personal_data import Identity
from simulator.phrasebook import phrase_tree
from simulator.records import make_call, make_note, make_review, make_survey_response
from simulator.story import Story
from simulator.truth import TruthWriter
from simulator.world import Order, World

SOURCES = {"review": "reviews", "survey": "surveys", "call": "calls", "note": "crm_notes"}
ENTITIES = {
    "review": "reviews",
    "survey": "survey_responses",
    "call": "calls",
    "note": "customer_notes",
}
_ID_LETTERS = {"review": "R", "survey": "V", "call": "K", "note": "N"}

COMMENT_SHARE = 0.66  # of survey answers
NOISE_SHARES = {"review": 0.030, "survey": 0.020, "call": 0.0, "note": 0.0}
LATE_SHARE = 0.03
EDITED_SHARE = 0.02  # of reviews: the author comes back days later
SENT_AGAIN_SHARE = 0.004


class Narrator:
    """Writes the records and the truth of stories."""

    def __init__(self, world: World, writer: DayFileWriter, truth: TruthWriter) -> None:
        self._world = world
        self._writer = writer
        self._truth = truth
        self._counts = dict.fromkeys(_ID_LETTERS, 0)
        self._canary_records: dict[str, list[dict[str, str]]] = {}

    def narrate(self, story: Story, rng: Random) -> None:
        """Write one piece of feedback into its source."""
        record_id = self._next_id(story.kind)
        identity = self._identity(story, rng)
        if story.canary:
            self._canary_records.setdefault(story.customer.customer_id, []).append(
                {"source_slug": SOURCES[story.kind], "source_record_id": record_id}
            )
        if story.kind == "call":
            self._narrate_call(story, record_id, identity, rng)
        elif story.kind == "note":
            draft = texts.write_note(story, rng, identity)
            dirt = make_dirty(draft, rng, is_positive=story.mood == "positive")
            arrived = self._arrival(story.occurred_at, 10, rng)
            self._file(story, record_id, make_note(story, record_id, draft), arrived, rng)
            self._tell_truth(story, record_id, arrived, [("customer", draft)], dirt)
        else:
            self._narrate_written(story, record_id, identity, rng)

    def narrate_burst(self, burst: Burst, order: Order, moment: datetime, rng: Random) -> None:
        """Write one near-duplicate review of a burst."""
        draft = Draft()
        draft.add(vary(burst.base_text, rng))
        is_praise = burst.stance == "praise"
        story = Story(
            kind="review",
            occurred_at=moment,
            customer=order.customer,
            order=replace(order, store=burst.store),
            episodes=(),
            satisfaction=9.8 if is_praise else 0.5,
        )
        record_id = self._next_id("review")
        arrived = self._arrival(moment, 20, rng)
        record = make_review(story, record_id, draft, rng)
        record["title"] = None
        self._file(story, record_id, record, arrived, rng)
        self._tell_truth(
            story, record_id, arrived, [("customer", draft)], [], cluster=burst.cluster
        )
        self._truth.write(
            "duplicates",
            {
                "kind": "near_duplicate_burst",
                "cluster": burst.cluster,
                "stance": burst.stance,
                "source_slug": "reviews",
                "source_record_id": record_id,
                "base_text": burst.base_text,
            },
        )

    def write_canaries(self) -> None:
        """Write who the canary persons are and in which records they appear."""
        for customer in self._world.canaries:
            identity = personal_data.canary_identity(self._world.plan, customer)
            self._truth.write(
                "canaries",
                {
                    "customer_id": customer.customer_id,
                    "full_name": identity.name,
                    "phone": identity.phone,
                    "email": identity.email,
                    "id_number": identity.id_number,
                    "appearances": self._canary_records.get(customer.customer_id, []),
                },
            )

    def _narrate_call(
        self, story: Story, record_id: str, identity: Identity | None, rng: Random
    ) -> None:
        call = PhoneCall(story, rng, identity).play()
        ended = story.occurred_at + timedelta(seconds=call.seconds)
        arrived = self._arrival(ended, 90, rng)
        self._file(story, record_id, make_call(story, record_id, call, rng), arrived, rng)
        self._tell_truth(story, record_id, arrived, call.turns, [])

    def _narrate_written(
        self, story: Story, record_id: str, identity: Identity | None, rng: Random
    ) -> None:
        noise = None
        dirt: list[str] = []
        if not story.canary and rng.random() < NOISE_SHARES[story.kind]:
            noise, draft = self._draw_noise(story, rng)
        else:
            write = texts.write_review if story.kind == "review" else texts.write_comment
            draft = write(story, rng, identity)
            dirt = make_dirty(draft, rng, is_positive=story.mood == "positive")
        if story.kind == "review":
            arrived = self._arrival(story.occurred_at, 240, rng)
            record = make_review(story, record_id, draft, rng)
            self._file(story, record_id, record, arrived, rng)
            self._tell_truth(story, record_id, arrived, [("customer", draft)], dirt, noise)
            if noise is None and not story.canary and rng.random() < EDITED_SHARE:
                self._edit_review(story, record_id, record, draft, dirt, arrived, rng)
            return
        arrived = self._arrival(story.occurred_at, 15, rng)
        has_comment = story.canary or noise is not None or rng.random() < COMMENT_SHARE
        survey = self._draw_survey(story, rng)
        comment = draft.text if has_comment else None
        record = make_survey_response(story, record_id, survey, comment, rng)
        self._file(story, record_id, record, arrived, rng)
        if has_comment:
            self._tell_truth(story, record_id, arrived, [("customer", draft)], dirt, noise)

    def _draw_survey(self, story: Story, rng: Random) -> str:
        if story.follows_service:
            return "post_service"
        return rng.choices(("post_purchase", "relationship", "post_service"), (64, 28, 8))[0]

    def _draw_noise(self, story: Story, rng: Random) -> tuple[str, Draft]:
        reason = rng.choices(
            ("default_text", "meaningless", "advertisement", "off_topic"), (40, 28, 20, 12)
        )[0]
        contact = f"{rng.choice('abcdefghk')}{rng.choice('xyzw')}{rng.randint(10**5, 10**7)}"
        draft = Draft()
        draft.add(rng.choice(phrase_tree("noise")[reason]).fill(rng, {"contact": contact}))
        return reason, draft

    def _edit_review(
        self,
        story: Story,
        record_id: str,
        record: dict[str, object],
        draft: Draft,
        dirt: list[str],
        arrived: datetime,
        rng: Random,
    ) -> None:
        """Let the author add to a review days later and, at times, change the stars."""
        edited_at = arrived + timedelta(days=rng.randint(4, 25), minutes=rng.randint(1, 600))
        if edited_at > self._world.plan.last_moment:
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
        self._writer.add("reviews", record_id, edited, edited_at)
        self._tell_truth(story, record_id, edited_at, [("customer", draft)], dirt)

    def _file(
        self,
        story: Story,
        record_id: str,
        record: dict[str, object],
        arrived: datetime,
        rng: Random,
    ) -> None:
        entity = ENTITIES[story.kind]
        self._writer.add(entity, record_id, record, arrived)
        if rng.random() < SENT_AGAIN_SHARE:  # the very same record once more, in the same export
            self._writer.add(entity, record_id, dict(record), arrived)
            self._truth.write(
                "duplicates",
                {
                    "kind": "sent_again",
                    "source_slug": SOURCES[story.kind],
                    "source_record_id": record_id,
                },
            )

    def _arrival(self, moment: datetime, most_minutes: int, rng: Random) -> datetime:
        """Return when the source shows a record: soon, or days late, never after the plan."""
        arrived = moment + timedelta(seconds=rng.randint(20, most_minutes * 60))
        if rng.random() < LATE_SHARE:
            arrived += timedelta(days=rng.randint(1, 6))
        return max(moment, min(arrived, self._world.plan.last_moment))

    def _next_id(self, kind: str) -> str:
        self._counts[kind] += 1
        return f"{_ID_LETTERS[kind]}{self._counts[kind]:09d}"

    def _identity(self, story: Story, rng: Random) -> Identity | None:
        if story.canary:
            return personal_data.canary_identity(self._world.plan, story.customer)
        if texts.leaks_identity(story, rng):
            return personal_data.ordinary_identity(story.customer, rng)
        return None

    def _tell_truth(
        self,
        story: Story,
        record_id: str,
        updated_at: datetime,
        turns: list[tuple[str, Draft]],
        dirt: list[str],
        noise: str | None = None,
        cluster: str | None = None,
    ) -> None:
        units: list[dict[str, object]] = []
        for position, (speaker, draft) in enumerate(turns):
            units += draft.units(speaker, position)
        handoff, surge = story.handoff, story.surge
        self._truth.write(
            "texts",
            {
                "source_slug": SOURCES[story.kind],
                "source_record_id": record_id,
                "occurred_at": format_moment(story.occurred_at),
                "updated_at": format_moment(updated_at),
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
