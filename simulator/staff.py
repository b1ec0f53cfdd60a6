"""Staff of the simulated company: good agents and bad ones, quick teams and slow ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from simulator.names import draw_name
from simulator.plan import Plan, stream

TEAM_DEPARTMENTS = (
    "customer_service", "after_sales", "store_operations", "sales", "installation", "logistics",
)  # fmt: skip
_TEAM_NAMES = {
    "customer_service": "客服",
    "after_sales": "售后",
    "store_operations": "门店运营",
    "sales": "销售顾问",
    "installation": "安装调度",
    "logistics": "物流调度",
}
AGENTS_PER_TEAM = 6
# of every this many agents, one is outstanding and one is poor
OUTLIER_EVERY = 17
OUTSTANDING_SKILL, POOR_SKILL = 1.3, -1.5
# how long a team takes to answer against the ordinary one, by its position
_PACES = (1.0, 0.8, 1.1, 1.0, 0.6, 1.0, 1.9)


@dataclass(frozen=True, slots=True)
class Agent:
    """A member of staff; `skill` moves the satisfaction of the customers served (points of 10)."""

    agent_id: str
    name: str
    team_id: str
    team_name: str
    department_slug: str
    hired_on: date
    skill: float

    @property
    def standing(self) -> str:
        """`outstanding`, `poor` or `ordinary`, as planted."""
        if self.skill == OUTSTANDING_SKILL:
            return "outstanding"
        return "poor" if self.skill == POOR_SKILL else "ordinary"


@dataclass(frozen=True, slots=True)
class Team:
    """A team; `pace` multiplies the time in which it answers a case."""

    team_id: str
    name: str
    department_slug: str
    pace: float


def make_teams(plan: Plan) -> list[Team]:
    """Return the teams; departments take turns so that each has some."""
    teams = []
    for number in range(plan.team_total):
        department = TEAM_DEPARTMENTS[number % len(TEAM_DEPARTMENTS)]
        name = f"{_TEAM_NAMES[department]}{number // len(TEAM_DEPARTMENTS) + 1}组"
        teams.append(Team(f"T{number + 1:02d}", name, department, _PACES[number % len(_PACES)]))
    return teams


def make_agents(plan: Plan) -> list[Agent]:
    """Return the agents, six to a team."""
    agents = []
    for number, team in enumerate(make_teams(plan)):
        for seat in range(AGENTS_PER_TEAM):
            rng = stream(plan.seed, "agent", number, seat)
            name, _ = draw_name(rng, rng.choice("FM"))
            place = number * AGENTS_PER_TEAM + seat
            hired_on = plan.go_live - timedelta(days=rng.randint(20, 2500))
            skill = round(rng.gauss(0, 0.3), 2)
            if place % OUTLIER_EVERY == 5:
                skill = OUTSTANDING_SKILL
            elif place % OUTLIER_EVERY == 11:
                skill = POOR_SKILL
            agents.append(
                Agent(
                    agent_id=f"A{place + 1:04d}",
                    name=name,
                    team_id=team.team_id,
                    team_name=team.name,
                    department_slug=team.department_slug,
                    hired_on=hired_on,
                    skill=skill,
                )
            )
    return agents
