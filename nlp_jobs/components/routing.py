"""`voc_routing`: touchpoint, topic, department and competitor of each unit by the pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OPINION_UNITS, CueWeights, OpinionUnit
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.taxonomy import Pack

# A longer cue is more specific, so each of its characters adds to its strength.
LENGTH_WEIGHT = {"zh": 0.3, "en": 0.08}
TOPIC_TO_TOUCHPOINT = 0.7
EXPLICIT_DEPARTMENT = 1.2
DOUBT = 1.0  # what confidence holds back for the unknown
# Promises too: one that names nobody is routed to where promises are made.
_LAYERS = frozenset(("touchpoint", "topic", "department", "competitor", "promise"))


@Language.factory("voc_routing", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_routing(nlp: Language, name: str, pack: Pack, language: str) -> Router:
    """Build the router of a pack."""
    return Router(pack, language)


class Router:
    """Adds up cue strengths per slug and takes the best; its share of the sum is the confidence."""

    def __init__(self, pack: Pack, language: str) -> None:
        self.length_weight = LENGTH_WEIGHT[language]
        topics = [topic for *_, topic in pack.iter_topics()]
        self.places = {topic.slug: topic.touchpoint for topic in topics}
        self.topic_owners = {topic.slug: topic.department for topic in topics}
        self.owners = {
            touchpoint.slug: touchpoint.department for _, touchpoint in pack.iter_touchpoints()
        }
        self.promises = pack.promises
        stages = [stage.slug for stage in pack.stages]
        maker_stage = next(
            stages.index(stage.slug)
            for stage, touchpoint in pack.iter_touchpoints()
            if touchpoint.slug == pack.promises.touchpoint
        )
        # Touchpoints up to the one where promises are usually made are places to make one.
        self.promise_touchpoints = frozenset(
            touchpoint.slug
            for stage, touchpoint in pack.iter_touchpoints()
            if stages.index(stage.slug) <= maker_stage
        )

    def __call__(self, doc: Doc) -> Doc:
        """Route the units of one doc."""
        for unit in doc.user_data[OPINION_UNITS]:
            if unit.promise_role == "promise" or not _LAYERS.isdisjoint(unit.hits):
                self.route(unit)
        return doc

    def route(self, unit: OpinionUnit) -> None:
        """Set touchpoint, topic, department and competitor of one unit."""
        hits = unit.hits
        departments = self._scores(hits["department"]) if "department" in hits else {}
        topics, touchpoints = unit.cue_weights = self.weigh(hits)
        is_quoted = unit.promise_role == "promise" and unit.speaker == "customer"
        if is_quoted:
            departments = self._speakers(unit) or departments
            touchpoints = self._promise_scores(touchpoints, departments)
        elif unit.promise_role == "breach" and "promise" in hits and not touchpoints | departments:
            # a broken promise that names nothing else is told of those who give promises
            touchpoints = self._promise_scores(touchpoints, departments)
        if touchpoints:
            unit.touchpoint_slug, unit.touchpoint_confidence = _best(touchpoints)
        if topics:
            unit.topic_slug, unit.topic_confidence = self._best_topic(topics, unit.touchpoint_slug)
        if not (is_quoted and departments):
            departments = {slug: score * EXPLICIT_DEPARTMENT for slug, score in departments.items()}
            owner = self._owner(unit)
            if owner is not None:
                score = touchpoints.get(unit.touchpoint_slug or "", 0.0)
                departments[owner] = departments.get(owner, 0.0) + score
        if departments:
            unit.department_slug, unit.department_confidence = _best(departments)
        if "competitor" in hits:
            unit.competitor_slug = hits["competitor"][0].slug

    def weigh(self, hits: Mapping[str, Sequence[Hit]]) -> CueWeights:
        """The strength of cues by topic and by touchpoint, where those of its topics count too."""
        topics = self._scores(hits["topic"]) if "topic" in hits else {}
        return topics, self._touchpoint_scores(hits.get("touchpoint", ()), topics)

    def _best_topic(
        self, topics: Mapping[str, float], touchpoint: str | None
    ) -> tuple[str | None, float | None]:
        """The best of the topics that happen at the touchpoint, or anywhere."""
        possible = {
            slug: score
            for slug, score in topics.items()
            if (place := self.places[slug]) is None or place == touchpoint
        }
        return _best(possible)

    def _speakers(self, unit: OpinionUnit) -> dict[str, float]:
        """Who gave the promise: the department named last before the word of promise.

        Where no word tells of it, as the head may find, the first that is named.
        """
        named = unit.hits.get("department", ())
        if "promise" in unit.hits:
            said = min(hit.start for hit in unit.hits["promise"])
            speakers = self._scores([hit for hit in named if hit.end <= said][-1:])
        else:
            speakers = self._scores(named[:1])
        return {
            self.promises.department if slug in self.promises.sellers else slug: score
            for slug, score in speakers.items()
        }

    def _touchpoint_scores(
        self, hits: Sequence[Hit], topics: Mapping[str, float]
    ) -> dict[str, float]:
        scores = self._scores(hits)
        for slug, score in topics.items():
            touchpoint = self.places[slug]
            if touchpoint is not None:
                scores[touchpoint] = scores.get(touchpoint, 0.0) + TOPIC_TO_TOUCHPOINT * score
        return scores

    def _promise_scores(
        self, touchpoints: Mapping[str, float], departments: Mapping[str, float]
    ) -> dict[str, float]:
        """Where a promise was made, not what about: 「销售说好免费安装」 is no installation."""
        if departments:
            speakers = {
                slug: score
                for slug, score in touchpoints.items()
                if self.owners[slug] in departments
            }
        else:
            speakers = {
                slug: score
                for slug, score in touchpoints.items()
                if slug in self.promise_touchpoints
            }
        return speakers or {self.promises.touchpoint: max(touchpoints.values(), default=1.0)}

    def _owner(self, unit: OpinionUnit) -> str | None:
        topic, touchpoint = unit.topic_slug or "", unit.touchpoint_slug or ""
        return self.topic_owners.get(topic) or self.owners.get(touchpoint)

    def _scores(self, hits: Iterable[Hit]) -> dict[str, float]:
        scores: dict[str, float] = {}
        for start, end, slug, strength in hits:
            worth = strength + self.length_weight * (end - start)
            scores[slug] = scores.get(slug, 0.0) + worth
        return scores


def _best(scores: Mapping[str, float]) -> tuple[str | None, float | None]:
    """The best slug and its share of all scores plus doubt; the first of equals wins."""
    if len(scores) == 1:
        [(slug, score)] = scores.items()
        return slug, _share(score, score)
    if not scores:
        return None, None
    slug = max(scores, key=scores.__getitem__)
    return slug, _share(scores[slug], sum(scores.values()))


@lru_cache(maxsize=4096)
def _share(score: float, total: float) -> float:
    """What is remembered: the same few scores come again, and to round takes long."""
    return round(score / (total + DOUBT), 3)
