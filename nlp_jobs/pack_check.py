"""What is wrong or doubtful in an industry pack: gaps, overlaps, unused and unknown entries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlp_jobs.aspects import AspectReader, list_readers
from nlp_jobs.components.topics import find_topic_head
from nlp_jobs.taxonomy import CuedValue, Departments, Labels, Pack, TaxonomyError

LANGUAGES = ("zh", "en")
# Layers of cues that are no vocabulary of labels.yml; each has one slug, its own name.
SIGNAL_ROLES = frozenset(
    ("effort_hard", "effort_easy", "promise", "promise_kept", "breach", "breach_weak")
)


@dataclass(frozen=True)
class Problem:
    """`level` error: the pack cannot be used so; warning: look at it."""

    level: str
    place: str
    message: str


def find_problems(
    pack: Pack, labels: Labels, departments: Departments, other_packs: Iterable[Pack] = ()
) -> list[Problem]:
    """All problems of a pack, errors first, in file order.

    A department that one of `other_packs` uses is not missed here.
    """
    problems = [
        *_find_unknown_slugs(pack, labels, departments),
        *_find_repeated_slugs(pack),
        *_find_wrong_heads(pack),
        *_find_unknown_sellers(pack, departments),
        *_find_gaps(pack),
        *_find_overlaps(pack),
        *_find_idle_exceptions(pack),
        *_find_unused_departments((pack, *other_packs), departments),
    ]
    return sorted(problems, key=lambda problem: problem.level != "error")


def _find_unknown_slugs(pack: Pack, labels: Labels, departments: Departments) -> Iterator[Problem]:
    touchpoints = {touchpoint.slug for _, touchpoint in pack.iter_touchpoints()}
    known = {
        "department": {department.slug for department in departments.departments},
        "touchpoint": touchpoints,
        "need": labels.slugs("need_slug"),
        "cause": labels.slugs("cause_slug"),
    }
    entries: list[tuple[str, object]] = [("promises", pack.promises)]
    entries += [(f"touchpoint {entry.slug}", entry) for _, entry in pack.iter_touchpoints()]
    entries += [(f"topic {entry.slug}", entry) for *_, entry in pack.iter_topics()]
    for place, entry in entries:
        for field, slugs in known.items():
            slug = getattr(entry, field, None)
            if slug is not None and slug not in slugs:
                yield Problem("error", place, f"{field} {slug!r} is not defined")
    for vocabulary, slugs_of_pack in pack.signals.items():
        if vocabulary in SIGNAL_ROLES:
            defined = frozenset((vocabulary,))
        elif vocabulary in labels.vocabularies:
            defined = labels.slugs(vocabulary)
        else:
            yield Problem("error", "signals", f"vocabulary {vocabulary!r} is not defined")
            continue
        for slug in slugs_of_pack:
            if slug not in defined:
                yield Problem("error", f"signals {vocabulary}", f"{slug!r} is not defined")


def _find_unknown_sellers(pack: Pack, departments: Departments) -> Iterator[Problem]:
    known = {department.slug for department in departments.departments}
    for slug in pack.promises.sellers:
        if slug not in known:
            yield Problem("error", "promises", f"department {slug!r} is not defined")


def _find_repeated_slugs(pack: Pack) -> Iterator[Problem]:
    levels = {
        "stage": [stage.slug for stage in pack.stages],
        "touchpoint": [touchpoint.slug for _, touchpoint in pack.iter_touchpoints()],
        "topic": [topic.slug for *_, topic in pack.iter_topics()],
        "competitor": [competitor.slug for competitor in pack.competitors],
    }
    for level, slugs in levels.items():
        for slug, count in Counter(slugs).items():
            if count > 1:
                yield Problem("error", f"{level} {slug}", f"is defined {count} times")


def _find_wrong_heads(pack: Pack) -> Iterator[Problem]:
    topics = {topic.slug for *_, topic in pack.iter_topics()}
    for language, heads in pack.heads.items():
        place = f"heads {language}"
        if heads.reader not in list_readers():
            yield Problem("error", place, f"there is no aspect reader {heads.reader!r}")
            continue
        labels = AspectReader(heads.reader).labels
        for label, slug in heads.topics.items():
            if label not in labels:
                yield Problem("error", place, f"{heads.reader} knows no aspect {label!r}")
            if slug not in topics:
                yield Problem("error", place, f"topic {slug!r} is not defined")
    for language, name in pack.topic_heads.items():
        try:
            find_topic_head(name, pack)
        except TaxonomyError as error:
            yield Problem("error", f"topic_heads {language}", str(error))


def _find_gaps(pack: Pack) -> Iterator[Problem]:
    for place, entry in _iter_cued(pack):
        for language in LANGUAGES:
            if language not in entry.cues or not any(entry.cues[language].all()):
                yield Problem("warning", place, f"has no cues in {language}: nothing finds it")
    spoken = {topic.touchpoint for *_, topic in pack.iter_topics()}
    for _, touchpoint in pack.iter_touchpoints():
        if touchpoint.slug not in spoken:
            yield Problem("warning", f"touchpoint {touchpoint.slug}", "has no topic")


def _find_overlaps(pack: Pack) -> Iterator[Problem]:
    """The same cue with the same strength in two topics or two touchpoints decides nothing."""
    owners: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for place, entry in _iter_cued(pack):
        level, slug = place.split(" ")
        for language, cues in entry.cues.items():
            for strength, cue in cues.all():
                owners[level, language, strength, cue.lower()].append(slug)
    for (level, language, strength, cue), slugs in owners.items():
        if len(set(slugs)) > 1:
            named = ", ".join(dict.fromkeys(slugs))
            yield Problem("warning", f"{level} cue {cue}", f"{strength} {language} cue of {named}")


def _find_idle_exceptions(pack: Pack) -> Iterator[Problem]:
    for place, entry in _iter_cued(pack):
        for language, cues in entry.cues.items():
            words = [cue.split("…")[0] for _, cue in cues.all()]
            for phrase in cues.except_:
                if not any(word in phrase for word in words):
                    yield Problem("warning", place, f"{language} exception {phrase!r} holds no cue")


def _find_unused_departments(packs: Iterable[Pack], departments: Departments) -> Iterator[Problem]:
    owners = frozenset().union(*(pack.owners() for pack in packs))
    for department in departments.departments:
        if department.slug not in owners:
            yield Problem("warning", f"department {department.slug}", "owns no touchpoint")


def _iter_cued(pack: Pack) -> Iterator[tuple[str, CuedValue]]:
    for _, touchpoint in pack.iter_touchpoints():
        yield f"touchpoint {touchpoint.slug}", touchpoint
    for *_, topic in pack.iter_topics():
        yield f"topic {topic.slug}", topic
    for competitor in pack.competitors:
        yield f"competitor {competitor.slug}", competitor
