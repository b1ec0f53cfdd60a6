"""How a story is told on the phone: turns of a customer and of one or two agents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from simulator import personal_data
from simulator.draft import Draft
from simulator.personal_data import Identity
from simulator.phrasebook import Phrase, phrase_tree
from simulator.slots import Slots
from simulator.story import Episode, Story
from simulator.texts import NoteSlots, say_fully, say_outcome

MAX_TURNS = 12
SECONDS_PER_CHARACTER = 0.23


@dataclass
class Conversation:
    """Turns in order; `transfer_seconds` says when the call was passed on, and to whom."""

    turns: list[tuple[str, Draft]] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    transfers: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0

    def ended_at(self, started_at: datetime) -> datetime:
        """Return when a call that began at a moment was over."""
        return started_at + timedelta(seconds=self.seconds)

    def say(self, speaker: str, draft: Draft, rng: Random) -> None:
        """Add a turn; the clock goes on by as long as it takes to say."""
        self.turns.append((speaker, draft))
        self.starts.append(round(self.seconds, 1))
        self.seconds += len(draft.text) * SECONDS_PER_CHARACTER + rng.uniform(0.4, 2.5)


class PhoneCall:
    """Plays one call; `play` returns the conversation, never fewer than 4 turns."""

    def __init__(self, story: Story, rng: Random, identity: Identity | None) -> None:
        self._story = story
        self._rng = rng
        self._identity = identity
        self._slots = Slots(story, rng)
        self._tree = phrase_tree("conversation")
        department = next((e.department for e in story.episodes if e.department), "")
        if story.handoff is not None:
            department = story.handoff.to_department
        self._target = str(self._tree["team_names"].get(department, "相关部门"))
        self._call = Conversation()

    def play(self) -> Conversation:
        """Return the whole call, greeting to goodbye."""
        first, rest = self._story.episodes[0], list(self._story.episodes[1:])
        self._agent("greetings")
        self._customer(self._opener(), [first])
        replies = {"negative": "empathy", "positive": "thanks"}
        self._agent(replies.get(first.polarity, "acknowledge"))
        passed_on = self._is_passed_on()
        if self._identity is not None:
            self._tell_identity(is_brief=passed_on)
        if passed_on:
            self._pass_on()
            self._customer(self._draw(self._tree["again"]) + "，", rest[:1])
            rest = rest[1:]
        while rest and len(self._call.turns) < MAX_TURNS - 5:
            self._agent("probe")
            take = 2 if len(rest) > 1 and self._rng.random() < 0.4 else 1
            self._customer("", rest[:take])
            rest = rest[take:]
        self._answer(rest)
        return self._call

    def _opener(self) -> str:
        if self._story.attempt > 1:
            return self._draw(self._tree["repeat_openers"])
        opener = "positive_openers" if self._story.mood == "positive" else "customer_openers"
        return self._draw(self._tree[opener])

    def _is_passed_on(self) -> bool:
        handoff = self._story.handoff
        if handoff is not None:
            return self._rng.random() < (0.6 if handoff.kind == "handoff" else 0.2)
        return self._story.mood != "positive" and self._rng.random() < 0.07

    def _pass_on(self) -> None:
        self._agent("transfer")
        self._call.transfers.append((round(self._call.seconds, 1), self._target))
        self._call.seconds += self._rng.uniform(5, 90)
        self._agent("transferred_greetings")

    def _tell_identity(self, *, is_brief: bool) -> None:
        assert self._identity is not None
        self._agent("ask_identity")
        draft = Draft()
        forms = (
            personal_data.canary_forms("call")
            if self._story.canary
            else [personal_data.draw_form("call", self._rng)]
        )
        for position, phrase in enumerate(forms):
            draft.add("，" if position else "")
            personal_data.add_phrase(draft, phrase, self._identity, self._rng)
        self._call.say("customer", draft, self._rng)
        if not is_brief and self._rng.random() < 0.5:
            self._agent("read_back")
            self._customer(self._draw(self._tree["confirm"]), [])

    def _answer(self, rest: list[Episode]) -> None:
        mood = self._story.mood
        handled = "promise" if mood == "negative" else "answer"
        self._agent("acknowledge" if mood == "positive" and not rest else handled)
        draft = Draft()
        for episode in rest:
            self._add_episode(draft, episode)
            draft.add("，")
        reaction = {"positive": "react_positive", "negative": "react_negative"}.get(
            mood, "react_neutral"
        )
        if mood == "negative" and self._rng.random() < 0.3:
            reaction = "react_neutral"
        if not rest and self._rng.random() < 0.3:
            draft.add(self._draw(self._tree["wrap_up"]))
        draft.add(self._draw(self._tree[reaction]))
        for words, labels in say_outcome(self._story, self._rng, self._slots):
            draft.add("，" if not draft.text.endswith("，") else "")
            draft.add(words, labels)
        self._call.say("customer", draft, self._rng)
        self._agent("closings")

    def _draw(self, phrases: tuple[Phrase, ...]) -> str:
        return self._rng.choice(phrases).fill(self._rng, NoteSlots(self._slots, self._target))

    def _agent(self, name: str) -> None:
        draft = Draft()
        draft.add(self._draw(self._tree[name]))
        self._call.say("agent", draft, self._rng)

    def _customer(self, opener: str, episodes: list[Episode]) -> None:
        draft = Draft()
        draft.add(opener)
        for position, episode in enumerate(episodes):
            if position:
                draft.add("，" + self._draw(self._tree["fillers"]) + "，")
            elif self._rng.random() < 0.35:
                draft.add(self._draw(self._tree["fillers"]) + "，")
            self._add_episode(draft, episode)
        if episodes and self._rng.random() < 0.3:
            draft.add(self._draw(phrase_tree("style")["particles"]))
        self._call.say("customer", draft, self._rng)

    def _add_episode(self, draft: Draft, episode: Episode) -> None:
        for words, labels in say_fully(self._story, episode, self._rng, self._slots):
            draft.add(words, labels)
