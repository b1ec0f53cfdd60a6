"""Cases: feedback that staff take up, from the opening to the customer being told.

A case is answered and solved, answered only, or left lying. What becomes of it decides whether the
customer is won back or goes quiet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from simulator.customer_base import CustomerBase
from simulator.day_files import DayFileWriter, format_moment
from simulator.filing import Filed
from simulator.people import Customer
from simulator.planted_loyalty import RECOVERY_SHARE, SILENCE_HAZARD_RATIO
from simulator.records import rate
from simulator.staff import TEAM_DEPARTMENTS, Agent
from simulator.story import Story
from simulator.truth import TruthWriter
from simulator.world import OUR_SUBJECT, World

# chance that a case is opened, by what the feedback is and by its kind
OPENING_SHARES = {
    "safety": {"review": 0.6, "survey": 0.9, "call": 0.95, "note": 0.95},
    "complaint": {"review": 0.10, "survey": 0.46, "call": 0.36, "note": 0.32},
    "suggestion": {"review": 0.02, "survey": 0.10, "call": 0.10, "note": 0.10},
    "question": {"review": 0.0, "survey": 0.02, "call": 0.06, "note": 0.04},
    "praise": {"review": 0.004, "survey": 0.008, "call": 0.02, "note": 0.02},
}
# a complaint worth a case leaves the customer below this satisfaction
COMPLAINT_BELOW = 6.0
# how cases end; those of outstanding and poor agents shift between the first two
SOLVED_SHARE, ANSWERED_SHARE = 0.74, 0.12
SKILL_WEIGHT = 0.06
KNOWN_REVIEWER_SHARE = 0.3
RATED_SHARE, TOLD_SHARE, REOPENED_SHARE = 0.6, 0.62, 0.06
DESK_OPENS, DESK_CLOSES = time(9, 0), time(20, 0)
_SUBJECTS = {
    "complaint": "投诉", "safety": "安全隐患", "suggestion": "建议", "question": "咨询",
    "praise": "表扬",
}  # fmt: skip


@dataclass(slots=True)
class _Case:
    """A case in the making: its row as it stands, and who works on it."""

    row: dict[str, object]
    agent: Agent
    pace: float


class CaseDesk:
    """Opens cases from feedback and plays their lives."""

    def __init__(
        self, world: World, customers: CustomerBase, writer: DayFileWriter, truth: TruthWriter
    ) -> None:
        self._world = world
        self._customers = customers
        self._writer = writer
        self._truth = truth
        self._case_count = 0
        self._event_count = 0
        self._won_back: dict[date, list[Customer]] = {}

    def settle(self, day: date, rng: Random) -> None:
        """Let those whose case was solved well by this day be customers anew."""
        for due in [past for past in self._won_back if past <= day]:
            for customer in self._won_back.pop(due):
                self._customers.win_back(customer, day, rng)

    def take_up(self, story: Story, filed: Filed, rng: Random) -> None:
        """Open a case from a piece of feedback, or not."""
        kind = None if filed.is_noise else _case_type(story)
        if kind is None or rng.random() >= OPENING_SHARES[kind][story.kind]:
            return
        opened_at = filed.arrived + timedelta(
            minutes=rng.randint(2, 15 if kind == "safety" else 240)
        )
        case = self._open(story, filed, kind, opened_at, rng)
        ending = _draw_ending(case.agent, kind, rng)
        moment = opened_at + timedelta(minutes=rng.randint(5, 180))
        self._add_event(case, "assigned", moment)
        case.row["status"] = "assigned"
        self._write(case, moment)
        solved_at = None
        if ending != "unanswered":
            moment = self._respond(case, moment, rng)
            moment = self._pass_on(case, story, moment, rng)
            if ending == "solved":
                solved_at = self._resolve(case, moment, rng)
        won_back = self._move_customer(story, kind, ending, solved_at, case.agent, rng)
        if solved_at is not None:
            self._close(case, solved_at, won_back=won_back, rng=rng)
        self._truth.write(
            "cases",
            {
                "case_id": case.row["case_id"],
                "source_slug": filed.source_slug,
                "source_record_id": filed.record_id,
                "customer_id": story.customer.customer_id,
                "case_type": kind,
                "ending": ending,
                "solved_at": format_moment(solved_at) if solved_at else None,
                "is_won_back": won_back,
            },
        )

    def _open(
        self, story: Story, filed: Filed, kind: str, opened_at: datetime, rng: Random
    ) -> _Case:
        episode = next(
            (one for one in reversed(story.episodes) if one.polarity == "negative"),
            story.episodes[-1],
        )
        department = "product" if kind == "safety" else episode.department or "customer_service"
        desk = department if department in TEAM_DEPARTMENTS else "customer_service"
        agent = rng.choice(self._world.agents_by_department[desk])
        is_known = story.kind != "review" or rng.random() < KNOWN_REVIEWER_SHARE
        order = story.order
        self._case_count += 1
        touchpoint = "product_quality" if kind == "safety" else episode.touchpoint
        row: dict[str, object] = {
            "case_id": f"Z{self._case_count:09d}",
            "customer_id": story.customer.customer_id if is_known else None,
            "order_id": order.order_id if is_known else None,
            "store_id": order.store.store_id if order.store else None,
            "agent_id": agent.agent_id,
            "team_id": agent.team_id,
            "department_slug": department,
            "touchpoint_slug": touchpoint,
            "case_type": kind,
            "severity": _severity(story, kind),
            "status": "open",
            "subject": f"{order.product.category}：{_SUBJECTS[kind]}",
            "feedback_source_slug": filed.source_slug,
            "feedback_record_id": filed.record_id,
            "opened_at": format_moment(opened_at),
            "first_responded_at": None,
            "resolved_at": None,
            "closed_at": None,
            "rating_before": rate(story.satisfaction),
            "rating_after": None,
        }
        case = _Case(row, agent, self._world.team_by_id[agent.team_id].pace)
        self._add_event(case, "opened", opened_at)
        self._write(case, opened_at)
        return case

    def _respond(self, case: _Case, moment: datetime, rng: Random) -> datetime:
        hours = rng.expovariate(1 / 6) * case.pace
        if case.row["severity"] == "critical":
            hours /= 6
        responded_at = _in_desk_hours(moment + timedelta(hours=hours))
        case.row |= {"status": "in_progress", "first_responded_at": format_moment(responded_at)}
        self._add_event(case, "responded", responded_at)
        self._write(case, responded_at)
        return responded_at

    def _pass_on(self, case: _Case, story: Story, moment: datetime, rng: Random) -> datetime:
        """Send a case from team to team: breaks between departments go round more often."""
        share = 0.75 if story.handoff is not None else 0.12
        while rng.random() < share:
            share *= 0.45
            moment = _in_desk_hours(moment + timedelta(hours=rng.uniform(2, 30)))
            agent = rng.choice(self._world.agents)
            if agent.team_id == case.agent.team_id:
                continue
            self._add_event(case, "transferred", moment, to_team_id=agent.team_id)
            case.agent = agent
            case.row |= {"agent_id": agent.agent_id, "team_id": agent.team_id}
            self._write(case, moment)
        return moment

    def _resolve(self, case: _Case, moment: datetime, rng: Random) -> datetime:
        days = rng.expovariate(1 / 2.5) * case.pace
        resolved_at = _in_desk_hours(moment + timedelta(days=days, minutes=rng.randint(10, 90)))
        if rng.random() < REOPENED_SHARE:
            self._add_event(case, "resolved", resolved_at)
            reopened_at = resolved_at + timedelta(days=rng.uniform(0.5, 4))
            self._add_event(case, "reopened", reopened_at)
            resolved_at = _in_desk_hours(reopened_at + timedelta(days=rng.uniform(1, 6)))
        case.row |= {"status": "resolved", "resolved_at": format_moment(resolved_at)}
        self._add_event(case, "resolved", resolved_at)
        self._write(case, resolved_at)
        return resolved_at

    def _close(self, case: _Case, solved_at: datetime, *, won_back: bool, rng: Random) -> None:
        closed_at = solved_at + timedelta(days=rng.uniform(1, 4))
        case.row |= {"status": "closed", "closed_at": format_moment(closed_at)}
        self._add_event(case, "closed", closed_at)
        if case.row["customer_id"] is not None and rng.random() < RATED_SHARE:
            before = int(str(case.row["rating_before"]))
            better = rng.choices((4, 5), (35, 65))[0] if won_back else before + rng.choice((0, 1))
            case.row["rating_after"] = max(1, min(5, better))
            self._add_event(case, "rated", closed_at, rating=case.row["rating_after"])
        self._write(case, closed_at)
        if case.row["customer_id"] is not None and rng.random() < TOLD_SHARE:
            told_at = closed_at + timedelta(days=rng.expovariate(1 / 6))
            case.row["status"] = "told"
            self._add_event(case, "told", told_at)
            self._write(case, told_at)

    def _move_customer(
        self,
        story: Story,
        kind: str,
        ending: str,
        solved_at: datetime | None,
        agent: Agent,
        rng: Random,
    ) -> bool:
        """Let the end of a complaint do to its customer what was planted; return if won back."""
        if kind not in ("complaint", "safety"):
            return False
        if ending == "unanswered":
            day = story.occurred_at.date()
            self._customers.shorten(story.customer.number, day, SILENCE_HAZARD_RATIO)
            return False
        if solved_at is None or rng.random() >= RECOVERY_SHARE + SKILL_WEIGHT * agent.skill:
            return False
        self._won_back.setdefault(solved_at.date(), []).append(story.customer)
        return True

    def _add_event(
        self,
        case: _Case,
        kind: str,
        moment: datetime,
        *,
        to_team_id: str | None = None,
        rating: object = None,
    ) -> None:
        self._event_count += 1
        event_id = f"E{self._event_count:09d}"
        row: dict[str, object] = {
            "case_event_id": event_id,
            "case_id": case.row["case_id"],
            "event_kind": kind,
            "occurred_at": format_moment(moment),
            "agent_id": None if kind in ("opened", "rated") else case.agent.agent_id,
            "from_team_id": case.agent.team_id if to_team_id else None,
            "to_team_id": to_team_id or (case.agent.team_id if kind == "assigned" else None),
            "rating": rating,
        }
        self._writer.add("case_events", event_id, row, moment)

    def _write(self, case: _Case, moment: datetime) -> None:
        self._writer.add("cases", str(case.row["case_id"]), dict(case.row), moment)


def _case_type(story: Story) -> str | None:
    """Return which kind of case a story may become; None for noise, bursts and competitors."""
    if story.subject != OUR_SUBJECT or story.canary or not story.episodes:
        return None
    if story.ending == "safety":
        return "safety"
    polarities = {episode.polarity for episode in story.episodes}
    if "negative" in polarities:
        return "complaint" if story.satisfaction < COMPLAINT_BELOW else None
    if "suggestion" in polarities:
        return "suggestion"
    return "praise" if "positive" in polarities else "question"


def _draw_ending(agent: Agent, kind: str, rng: Random) -> str:
    solved = SOLVED_SHARE + SKILL_WEIGHT * agent.skill + (0.15 if kind == "safety" else 0.0)
    point = rng.random()
    if point < solved:
        return "solved"
    return "answered" if point < solved + ANSWERED_SHARE else "unanswered"


def _severity(story: Story, kind: str) -> str:
    if kind == "safety":
        return "critical"
    if story.ending in ("legal", "media"):
        return "high"
    if kind != "complaint":
        return "low"
    return "high" if story.satisfaction < 2 else "medium" if story.satisfaction < 4 else "low"


def _in_desk_hours(moment: datetime) -> datetime:
    """Return the moment itself, or when the desk next opens."""
    clock = moment.timetz().replace(tzinfo=None)
    if clock > DESK_CLOSES:
        moment += timedelta(days=1)
    elif clock >= DESK_OPENS:
        return moment
    opening = datetime.combine(moment.date(), DESK_OPENS, tzinfo=moment.tzinfo)
    return opening + timedelta(minutes=moment.minute, seconds=moment.second)
