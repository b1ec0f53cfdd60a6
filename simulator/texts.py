"""How a story is written: reviews, survey comments and notes by staff."""

from __future__ import annotations

from random import Random

from simulator import personal_data
from simulator.draft import Draft, label_episode, label_outcome
from simulator.personal_data import LEAK_SHARES, Identity
from simulator.phrasebook import phrase_tree, touchpoint_phrases
from simulator.slots import Slots
from simulator.story import Episode, Story

# chance that someone says a second thing about the same touchpoint
_SAY_MORE_SHARES = {"review": 0.34, "survey": 0.14, "call": 0.5, "note": 0.15}
_GOOD_EFFECTS = ("recommend", "repurchase", "purchase")


def can_be_english(story: Story) -> bool:
    """Whether the phrase files can tell a story in English."""
    if story.handoff is not None:
        return story.attempt == 1
    return all(
        episode.polarity in touchpoint_phrases(episode.phrase_file).english
        for episode in story.episodes
    )


def say_episode(story: Story, episode: Episode, rng: Random, slots: Slots) -> tuple[str, dict]:
    """Return the words for an episode and their true labels."""
    if episode.handoff_half and story.handoff:
        half = phrase_tree("handoffs")[story.handoff.slug][episode.handoff_half]
        return rng.choice(half).fill(rng, slots), label_episode(episode, episode.issue)
    wanted = episode.issue
    if wanted is None and episode.polarity == "neutral" and story.kind == "call":
        wanted = "question"  # nobody rings up to say that something is so-so
    issue, phrase = touchpoint_phrases(episode.phrase_file).draw(
        episode.polarity, story.traits, rng, wanted
    )
    return phrase.fill(rng, slots), label_episode(episode, issue)


def say_fully(
    story: Story, episode: Episode, rng: Random, slots: Slots
) -> list[tuple[str, dict | None]]:
    """Return an episode's words and labels; at times people say more about the same thing.

    An entry without labels only joins the two others.
    """
    words, labels = say_episode(story, episode, rng, slots)
    said: list[tuple[str, dict | None]] = [(words, labels)]
    may_go_on = not episode.handoff_half and episode.polarity in ("negative", "positive")
    if may_go_on and rng.random() < _SAY_MORE_SHARES[story.kind]:
        more, more_labels = say_episode(story, episode, rng, slots)
        if more[:4] != words[:4]:
            said += [(rng.choice(("，", "，", "。", "！")), None), (more, more_labels)]
    return said


def say_outcome(story: Story, rng: Random, slots: Slots) -> list[tuple[str, dict]]:
    """Return what the customer will do and any threat or hazard, as (words, labels)."""
    tree = phrase_tree("outcomes")
    said = []
    if story.ending:
        severity = {"safety": "safety", "legal": "legal", "media": "media"}[story.ending]
        words = rng.choice(tree["endings"][story.ending]).fill(rng, slots)
        said.append((words, label_outcome("negative", "complaint", severity=severity)))
    if story.effect:
        words = rng.choice(tree["effects"][story.effect]).fill(rng, slots)
        is_good = story.effect in _GOOD_EFFECTS
        intent = "praise" if is_good else "churn_threat" if story.effect == "churn" else "complaint"
        sentiment = "positive" if is_good else "negative"
        said.append((words, label_outcome(sentiment, intent, effect=story.effect)))
    return said


def write_review(story: Story, rng: Random, identity: Identity | None) -> Draft:
    """Return a review: an opener, the episodes joined, what follows from them, an ending."""
    if story.language == "en":
        return _write_english(story, rng, with_frame=True)
    draft = Draft()
    slots = Slots(story, rng)
    style = phrase_tree("style")
    draft.add(rng.choice(style["openers"][story.mood]).fill(rng, slots))
    _add_episodes(draft, story, rng, slots)
    for words, labels in say_outcome(story, rng, slots):
        draft.add(rng.choice(("。", "，", "！", "，")))
        draft.add(words, labels)
    draft.add(rng.choice(style["enders"][story.mood]).fill(rng, slots))
    _add_identity(draft, story, rng, identity)
    return draft


def write_comment(story: Story, rng: Random, identity: Identity | None) -> Draft:
    """Return a survey comment: short, mostly without frame."""
    if story.language == "en":
        return _write_english(story, rng, with_frame=False)
    draft = Draft()
    slots = Slots(story, rng)
    style = phrase_tree("style")
    if rng.random() < 0.15:
        draft.add(rng.choice(style["openers"][story.mood]).fill(rng, slots))
    _add_episodes(draft, story, rng, slots)
    if rng.random() < 0.6:
        for words, labels in say_outcome(story, rng, slots):
            draft.add("，")
            draft.add(words, labels)
    draft.add(rng.choice(("", "", "。", "！", "")))
    _add_identity(draft, story, rng, identity)
    return draft


def write_note(story: Story, rng: Random, identity: Identity | None) -> Draft:
    """Return a note by staff: who said it, what they said in the third person, what was done."""
    draft = Draft()
    slots = Slots(story, rng)
    notes = phrase_tree("notes")
    frame = rng.choice(notes["frames"])
    draft.add(frame.fill(rng, slots))
    spoken = Draft()
    _add_episodes(spoken, story, rng, slots)
    for words, labels in say_outcome(story, rng, slots):
        spoken.add("，")
        spoken.add(words, labels)
    spoken.change(_in_third_person)
    draft.segments += spoken.segments
    draft.add("。")
    targets = phrase_tree("conversation")["team_names"]
    department = next((e.department for e in story.episodes if e.department), "customer_service")
    closing = NoteSlots(slots, str(targets[department]))
    draft.add(rng.choice(notes["closers"][story.mood]).fill(rng, closing))
    if identity is not None:
        phrases = notes["contact"] if story.canary else [rng.choice(notes["contact"])]
        for phrase in phrases:
            personal_data.add_phrase(draft, phrase, identity, rng)
        if story.canary:
            tree = phrase_tree("personal_data")["call"]
            personal_data.add_phrase(draft, tree["id_number"][0], identity, rng)
    return draft


class NoteSlots:
    """The slots of staff language on top of those of the story."""

    def __init__(self, slots: Slots, target: str) -> None:
        self._slots = slots
        self._target = target

    def __getitem__(self, name: str) -> str:
        if name == "target":
            return self._target
        # staff name a promised time limit, customers the time that they have lost
        return self._slots["promised" if name == "hours" else name]


def leaks_identity(story: Story, rng: Random) -> bool:
    """Whether a text will hold personal data."""
    return story.canary or rng.random() < LEAK_SHARES[story.kind]


def _in_third_person(text: str) -> str:
    return text.replace("我们", "客户").replace("我", "客户").replace("你们", "我们")


def _add_episodes(draft: Draft, story: Story, rng: Random, slots: Slots) -> None:
    style = phrase_tree("style")
    is_journey = len(story.episodes) >= 3 and story.handoff is None
    steps = sorted(rng.sample(range(len(style["journey"])), min(len(story.episodes), 8)))
    if story.attempt > 1:
        repeat = rng.choice(phrase_tree("conversation")["repeat_openers"])
        draft.add(repeat.fill(rng, slots))
    before: Episode | None = None
    for position, episode in enumerate(story.episodes):
        in_time = is_journey and rng.random() < 0.55
        if before is not None:
            draft.add(_connect(before, episode, story, rng, slots, in_time=in_time))
        if in_time:
            draft.add(style["journey"][steps[position]].fill(rng, slots))
        for words, labels in say_fully(story, episode, rng, slots):
            draft.add(words, labels)
        before = episode


def _connect(
    before: Episode, after: Episode, story: Story, rng: Random, slots: Slots, *, in_time: bool
) -> str:
    connectors = phrase_tree("style")["connectors"]
    if before.handoff_half == "from" and after.handoff_half == "to" and story.handoff:
        joins = phrase_tree("handoffs")[story.handoff.slug]["join"]
        return str(rng.choice(joins).fill(rng, slots))
    if in_time or "neutral" in (before.polarity, after.polarity):
        return str(rng.choice(connectors["plain"]).fill(rng, slots))
    polarities = (before.polarity, after.polarity)
    if polarities == ("positive", "negative"):
        choices = connectors["turn"]
    elif polarities == ("negative", "positive"):
        choices = connectors["redeem"]
    else:
        choices = connectors["same"]
    return str(rng.choice(choices).fill(rng, slots))


def _add_identity(draft: Draft, story: Story, rng: Random, identity: Identity | None) -> None:
    if identity is None:
        return
    forms = (
        personal_data.canary_forms("review")
        if story.canary
        else [personal_data.draw_form("review", rng)]
    )
    for phrase in forms:
        draft.add(rng.choice(("，", "。", " ")))
        personal_data.add_phrase(draft, phrase, identity, rng)


def _write_english(story: Story, rng: Random, *, with_frame: bool) -> Draft:
    draft = Draft()
    slots = Slots(story, rng)
    style = phrase_tree("style")["english"]
    if with_frame:
        draft.add(rng.choice(style["openers"][story.mood]).fill(rng, slots))
    if story.handoff is not None:
        # one English sentence tells both halves: it is one unit, labelled by where it broke
        words = rng.choice(phrase_tree("handoffs")["english"][story.handoff.slug])
        ending = next(episode for episode in story.episodes if episode.handoff_half == "to")
        draft.add(words.fill(rng, slots), label_episode(ending, ending.issue))
        episodes = [episode for episode in story.episodes if not episode.handoff_half]
        episodes = [e for e in episodes if e.polarity in touchpoint_phrases(e.phrase_file).english]
    else:
        episodes = list(story.episodes)
    for position, episode in enumerate(episodes):
        if position or story.handoff is not None:
            turn = position > 0 and episodes[position - 1].polarity != episode.polarity
            draft.add(rng.choice(style["turns" if turn else "connectors"]).fill(rng, slots))
        words = rng.choice(touchpoint_phrases(episode.phrase_file).english[episode.polarity])
        draft.add(words.fill(rng, slots), label_episode(episode, None))
    draft.add(rng.choice(style["enders"][story.mood]).fill(rng, slots))
    return draft
