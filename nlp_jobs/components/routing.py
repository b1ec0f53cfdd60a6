"""`voc_routing`: touchpoint, topic, department and competitor of each unit by the pack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.taxonomy import Pack

# A longer cue is more specific, so each of its characters adds to its strength.
LENGTH_WEIGHT = {"zh": 0.3, "en": 0.08}
TOPIC_TO_TOUCHPOINT = 0.7
EXPLICIT_DEPARTMENT = 1.2
DOUBT = 1.0  # what confidence holds back for the unknown


@Language.factory("voc_routing", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_routing(nlp: Language, name: str, pack: Pack, language: str) -> Router:
    """Build the router of a pack."""
    return Router(pack, language)


class Router:
    """Adds up cue strengths per slug and takes the best; its share of the sum is the confidence."""

    def __init__(self, pack: Pack, language: str) -> None:
        self.length_weight = LENGTH_WEIGHT[language]
        self.topics = {topic.slug: topic for *_, topic in pack.iter_topics()}
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
        for unit in doc._.opinion_units:
            self.route(unit)
        return doc

    def route(self, unit: OpinionUnit) -> None:
        """Set touchpoint, topic, department and competitor of one unit."""
        departments = self._scores(unit.hits.get("department", ()))
        touchpoints = self._touchpoint_scores(unit)
        is_quoted = unit.promise_role == "promise" and unit.speaker == "customer"
        if is_quoted:
            departments = self._speakers(unit) or departments
            touchpoints = self._promise_scores(touchpoints, departments)
        unit.touchpoint_slug, unit.touchpoint_confidence = _best(touchpoints)
        topics = self._scores(unit.hits.get("topic", ()))
        here = {
            slug: score
            for slug, score in topics.items()
            if self.topics[slug].touchpoint in (unit.touchpoint_slug, None)
        }
        unit.topic_slug, unit.topic_confidence = _best(here)
        owner = self._owner(unit)
        scores = {slug: score * EXPLICIT_DEPARTMENT for slug, score in departments.items()}
        if owner is not None:
            scores[owner] = scores.get(owner, 0.0) + touchpoints.get(
                unit.touchpoint_slug or "", 0.0
            )
        if is_quoted and departments:
            scores = departments
        unit.department_slug, unit.department_confidence = _best(scores)
        competitors = unit.hits.get("competitor", ())
        unit.competitor_slug = competitors[0].slug if competitors else None

    def _speakers(self, unit: OpinionUnit) -> dict[str, float]:
        """Who gave the promise: the department named last before the word of promise."""
        said = min(hit.start for hit in unit.hits["promise"])
        before = [hit for hit in unit.hits.get("department", ()) if hit.end <= said]
        return self._scores(before[-1:])

    def _touchpoint_scores(self, unit: OpinionUnit) -> dict[str, float]:
        scores = self._scores(unit.hits.get("touchpoint", ()))
        for slug, score in self._scores(unit.hits.get("topic", ())).items():
            touchpoint = self.topics[slug].touchpoint
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
        topic = self.topics.get(unit.topic_slug or "")
        if topic is not None and topic.department is not None:
            return topic.department
        return self.owners.get(unit.touchpoint_slug or "")

    def _scores(self, hits: Iterable[Hit]) -> dict[str, float]:
        scores: dict[str, float] = defaultdict(float)
        for hit in hits:
            scores[hit.slug] += hit.strength + self.length_weight * (hit.end - hit.start)
        return dict(scores)


def _best(scores: Mapping[str, float]) -> tuple[str | None, float | None]:
    """The best slug and its share of all scores plus doubt; the first of equals wins."""
    if not scores:
        return None, None
    slug = max(scores, key=scores.__getitem__)
    return slug, round(scores[slug] / (sum(scores.values()) + DOUBT), 3)
