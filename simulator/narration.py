"""Stories become records: each is worded, soiled, filed in its source and noted as truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from random import Random

from simulator import personal_data, texts
from simulator.afterthoughts import Afterthoughts
from simulator.bursts import Burst, vary
from simulator.conversations import PhoneCall
from simulator.day_files import DayFileWriter
from simulator.dirt import make_dirty
from simulator.draft import Draft
from simulator.filing import SOURCES, Filed, Filing
from simulator.invitations import InvitationDesk
from simulator.personal_data import Identity
from simulator.phrasebook import phrase_tree
from simulator.records import make_call, make_note, make_review, make_survey_response
from simulator.story import Story
from simulator.truth import TruthWriter
from simulator.world import Order, World

COMMENT_SHARE = 0.66  # of survey answers
NOISE_SHARES = {"review": 0.030, "survey": 0.020, "call": 0.0, "note": 0.0}


class Narrator:
    """Writes the records and the truth of stories."""

    def __init__(
        self,
        world: World,
        writer: DayFileWriter,
        truth: TruthWriter,
        invitations: InvitationDesk,
    ) -> None:
        self._world = world
        self._truth = truth
        self._invitations = invitations
        self._filing = Filing(world.plan, writer, truth)
        self._later = Afterthoughts(world.plan, self._filing)
        self._canary_records: dict[str, list[dict[str, str]]] = {}

    def narrate(self, story: Story, rng: Random) -> Filed:
        """Write one piece of feedback into its source; return where it stands."""
        record_id = self._filing.next_id(story.kind)
        identity = self._identity(story, rng)
        if story.canary:
            self._canary_records.setdefault(story.customer.customer_id, []).append(
                {"source_slug": SOURCES[story.kind], "source_record_id": record_id}
            )
        narrate = {
            "call": self._narrate_call,
            "note": self._narrate_note,
            "review": self._narrate_review,
            "survey": self._narrate_survey,
        }[story.kind]
        return narrate(story, record_id, identity, rng)

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
        record_id = self._filing.next_id("review")
        arrived = self._filing.arrival(moment, 20, rng)
        record = make_review(story, record_id, draft, rng)
        record["title"] = None
        self._filing.file(story, record_id, record, arrived, rng)
        self._filing.tell_truth(
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
    ) -> Filed:
        call = PhoneCall(story, rng, identity).play()
        arrived = self._filing.arrival(call.ended_at(story.occurred_at), 90, rng)
        record = make_call(story, record_id, call, rng)
        filed = self._filing.file(story, record_id, record, arrived, rng)
        self._filing.tell_truth(story, record_id, arrived, call.turns, [])
        if not story.canary:
            self._later.correct_call(story, record_id, record, call, arrived, rng)
        return filed

    def _narrate_note(
        self, story: Story, record_id: str, identity: Identity | None, rng: Random
    ) -> Filed:
        draft = texts.write_note(story, rng, identity)
        dirt = self._soil(draft, story, rng)
        arrived = self._filing.arrival(story.occurred_at, 10, rng)
        record = make_note(story, record_id, draft)
        filed = self._filing.file(story, record_id, record, arrived, rng)
        self._filing.tell_truth(story, record_id, arrived, [("customer", draft)], dirt)
        if not story.canary:
            self._later.delete_note(record_id, arrived, rng)
        return filed

    def _narrate_review(
        self, story: Story, record_id: str, identity: Identity | None, rng: Random
    ) -> Filed:
        draft, dirt, noise = self._write(story, identity, rng)
        arrived = self._filing.arrival(story.occurred_at, 240, rng)
        record = make_review(story, record_id, draft, rng)
        filed = self._filing.file(story, record_id, record, arrived, rng, noise)
        self._filing.tell_truth(story, record_id, arrived, [("customer", draft)], dirt, noise)
        if not story.canary:
            self._later.withdraw_review(record_id, record, arrived, rng)
            if noise is None:
                self._later.edit_review(story, record_id, record, draft, dirt, arrived, rng)
        return filed

    def _narrate_survey(
        self, story: Story, record_id: str, identity: Identity | None, rng: Random
    ) -> Filed:
        draft, dirt, noise = self._write(story, identity, rng)
        arrived = self._filing.arrival(story.occurred_at, 15, rng)
        has_comment = story.canary or noise is not None or rng.random() < COMMENT_SHARE
        survey = self._draw_survey(story, rng)
        channel = self._invitations.draw_channel(rng)
        comment = draft.text if has_comment else None
        record = make_survey_response(story, record_id, survey, channel, comment, rng)
        commented = self._later.comment_late(arrived, rng) if has_comment else arrived
        if commented > arrived and any(record[score] is not None for score in ("nps", "csat")):
            self._filing.rewrite("survey", record_id, {**record, "comment": None}, arrived)
        filed = self._filing.file(story, record_id, record, commented, rng, noise)
        if has_comment:
            self._filing.tell_truth(story, record_id, commented, [("customer", draft)], dirt, noise)
        self._invitations.note_answer(story, record, arrived, rng)
        return filed

    def _write(
        self, story: Story, identity: Identity | None, rng: Random
    ) -> tuple[Draft, list[str], str | None]:
        """Return a text, its dirt, and why it is noise if it is."""
        if not story.canary and rng.random() < NOISE_SHARES[story.kind]:
            noise, draft = self._draw_noise(rng)
            return draft, [], noise
        write = texts.write_review if story.kind == "review" else texts.write_comment
        draft = write(story, rng, identity)
        return draft, self._soil(draft, story, rng), None

    def _soil(self, draft: Draft, story: Story, rng: Random) -> list[str]:
        region = story.customer.city.region
        return make_dirty(draft, rng, is_positive=story.mood == "positive", region=region)

    def _draw_survey(self, story: Story, rng: Random) -> str:
        if story.follows_service:
            return "post_service"
        if story.asked_again:
            return "relationship"
        return rng.choices(("post_purchase", "relationship", "post_service"), (64, 28, 8))[0]

    def _draw_noise(self, rng: Random) -> tuple[str, Draft]:
        reason = rng.choices(
            ("default_text", "meaningless", "advertisement", "off_topic"), (40, 28, 20, 12)
        )[0]
        contact = f"{rng.choice('abcdefghk')}{rng.choice('xyzw')}{rng.randint(10**5, 10**7)}"
        draft = Draft()
        draft.add(rng.choice(phrase_tree("noise")[reason]).fill(rng, {"contact": contact}))
        return reason, draft

    def _identity(self, story: Story, rng: Random) -> Identity | None:
        if story.canary:
            return personal_data.canary_identity(self._world.plan, story.customer)
        if texts.leaks_identity(story, rng):
            return personal_data.ordinary_identity(story.customer, rng)
        return None
