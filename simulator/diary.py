"""The company's days, one after the other: orders are placed and feedback is given.

Nothing is kept of a day but the orders of the last weeks and what is still to come, so memory does
not grow with the years.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from simulator.bursts import Burst, plan_bursts
from simulator.campaigns import CampaignDesk
from simulator.case_desk import CaseDesk
from simulator.crm_records import CrmRecorder
from simulator.customer_base import CustomerBase
from simulator.day_files import DayFileWriter
from simulator.faults import FaultInjector
from simulator.invitations import InvitationDesk
from simulator.narration import Narrator
from simulator.people import Customer
from simulator.plan import WARM_UP_DAYS, Plan, stream
from simulator.planted import KIND_SHARES, KINDS, SURGES, Surge
from simulator.planted_loyalty import REPEAT_CONTACT_SHARES
from simulator.seasons import feedback_weight, iter_quotas, order_weight
from simulator.story import Story, order_traits
from simulator.storyteller import StoryTeller
from simulator.texts import can_be_english
from simulator.truth import TruthWriter
from simulator.world import (
    CALL_CLOCK,
    COMPETITORS,
    OUR_SUBJECT,
    STORE_CLOCK,
    WEB_CLOCK,
    Order,
    World,
    at_hour,
)

ENGLISH_SHARES = {"review": 0.12, "survey": 0.12, "call": 0.0, "note": 0.0}
COMPETITOR_SHARE = 0.07  # of reviews
SERVICE_SURVEY_SHARE = 0.20  # of calls
# of a day's orders, how many feedback is chosen from: bounds the memory of a large company
MAX_KEPT_ORDERS = 1500
MAX_SURGE_TRIES = 400
# an NPS answer of 6 and less, and of 9 and more, as `round` makes them of a satisfaction
DETRACTOR_BELOW, PROMOTER_FROM = 6.5, 8.5
# of dissatisfied answers: the share that is followed by another survey
ASKED_AGAIN_SHARE = 0.35
CLOCKS = {"review": WEB_CLOCK, "survey": WEB_CLOCK, "call": CALL_CLOCK, "note": STORE_CLOCK}


class Diary:
    """Plays a plan from the go-live of its CRM to its last day."""

    def __init__(self, plan: Plan, writer: DayFileWriter, truth: TruthWriter) -> None:
        self._plan = plan
        self._writer = writer
        self._truth = truth
        self._world = World(plan)
        self._customers = CustomerBase(self._world)
        self._teller = StoryTeller(self._world, self._customers)
        campaigns = CampaignDesk(plan, self._customers, writer)
        self._crm = CrmRecorder(self._world, self._customers, campaigns, writer, truth)
        self._invitations = InvitationDesk(self._customers, writer)
        self._narrator = Narrator(self._world, writer, truth, self._invitations)
        self._cases = CaseDesk(self._world, self._customers, writer, truth)
        self._faults = FaultInjector(plan, writer, truth)
        self._recent: deque[list[Order]] = deque(maxlen=WARM_UP_DAYS)
        self._bursts = plan_bursts(plan, self._world)
        self._canary_visits = self._plan_canary_visits()
        # what earlier feedback leads to: a second call, a survey after the service
        self._follow_ups: dict[date, list[Story]] = {}
        # the orders of dissatisfied customers who will be asked once more
        self._to_ask_again: dict[date, list[Order]] = {}

    def play(self, progress: Callable[[int, int], None] | None) -> None:
        """Write all days; tell `progress` how many pieces of feedback are done, of how many."""
        plan = self._plan
        self._crm.write_early_customers()
        self._crm.write_go_live()
        burst_total = sum(len(burst.moments) for burst in self._bursts)
        weights = [
            feedback_weight(day, plan.start)
            * (1 + sum(surge.share_on(day, plan) for surge in SURGES))
            for day in plan.days
        ]
        quotas = iter_quotas(plan.feedback - burst_total, weights, sum(weights))
        order_days = [plan.go_live + timedelta(days=n + 1) for n in range(WARM_UP_DAYS)] + plan.days
        order_weights = [order_weight(day, plan.start) for day in order_days]
        order_quotas = iter_quotas(plan.order_total, order_weights, sum(order_weights))
        done = 0
        for day, order_quota in zip(order_days, order_quotas, strict=True):
            rng = stream(plan.seed, "day", day)
            self._crm.write_new_customers(day, rng)
            orders = self._crm.iter_orders(day, order_quota, rng)
            self._recent.append([order for n, order in enumerate(orders) if n < MAX_KEPT_ORDERS])
            if day >= plan.start:
                done += self._play_feedback(day, next(quotas), rng)
                self._invitations.ask_others(day, self._draw_order, rng)
                self._faults.play(day)
            self._writer.write_through(day)
            if progress is not None and day >= plan.start:
                progress(done, plan.feedback)
        self._write_ends()

    def _write_ends(self) -> None:
        """Write what is known at the end alone."""
        self._narrator.write_canaries()
        for customer, last_day in self._customers.iter_ended():
            self._truth.write(
                "lifetimes",
                {"customer_id": customer.customer_id, "last_day": last_day.isoformat()},
            )

    def _play_feedback(self, day: date, quota: int, rng: Random) -> int:
        self._cases.settle(day, rng)
        given = sum(self._play_burst(burst, day, rng) for burst in self._bursts)
        room = quota
        while room and self._canary_visits and self._canary_visits[0][0] <= day:
            _, kind, customer = self._canary_visits.popleft()
            self._narrator.narrate(self._canary_story(day, kind, customer, rng), rng)
            room -= 1
        waiting = self._follow_ups.pop(day, [])
        for order in self._to_ask_again.pop(day, []):
            if self._customers.may_be_asked(order.customer, day):
                moment = at_hour(day, WEB_CLOCK, rng)
                waiting.append(self._teller.tell_when_asked_again(moment, order, rng))
        for story in waiting[:room]:
            self._play_story(story, rng)
        if waiting[room:]:
            tomorrow = day + timedelta(days=1)
            late = [
                replace(story, occurred_at=story.occurred_at + timedelta(days=1))
                for story in waiting[room:]
            ]
            self._follow_ups.setdefault(tomorrow, []).extend(late)
        for _ in range(max(0, room - len(waiting))):
            self._play_story(self._new_story(day, rng), rng)
        return given + quota

    def _play_story(self, story: Story, rng: Random) -> None:
        """Have a story told, and let it have its consequences."""
        filed = self._narrator.narrate(story, rng)
        if story.subject == OUR_SUBJECT:
            bad = [e.touchpoint for e in story.episodes if e.polarity == "negative"]
            if story.attempt == 1 and not story.follows_service:
                touchpoints = (touchpoint for touchpoint in bad if touchpoint)
                self._customers.suffer(story.customer, touchpoints, story.occurred_at.date())
            if bad and story.satisfaction < DETRACTOR_BELOW:
                self._customers.offend(story.customer)
            elif story.satisfaction >= PROMOTER_FROM:
                self._customers.forget(story.customer)
            self._cases.take_up(story, filed, rng)
        self._expect_follow_up(story, rng)

    def _play_burst(self, burst: Burst, day: date, rng: Random) -> int:
        moments = [moment for moment in burst.moments if moment.date() == day]
        for moment in moments:
            order = self._draw_order(rng)
            self._narrator.narrate_burst(burst, order, moment, rng)
        return len(moments)

    def _new_story(self, day: date, rng: Random) -> Story:
        kind = rng.choices(KINDS, KIND_SHARES)[0]
        moment = at_hour(day, CLOCKS[kind], rng)
        surge = self._teller.active_surge(day, rng)
        order = self._draw_order(rng)
        if surge is not None:
            order, surge = self._fitting_order(surge, order, rng)
        subject = OUR_SUBJECT
        if kind == "review" and surge is None and rng.random() < COMPETITOR_SHARE:
            subject = rng.choice(list(COMPETITORS))
        story = self._teller.tell(kind, moment, order, rng, surge, subject)
        if rng.random() < ENGLISH_SHARES[kind] and can_be_english(story):
            story = replace(story, language="en")
        return story

    def _canary_story(self, day: date, kind: str, customer: Customer, rng: Random) -> Story:
        moment = at_hour(day, CLOCKS[kind], rng)
        order = self._crm.place_order(customer, moment - timedelta(hours=6), rng)
        return replace(self._teller.tell(kind, moment, order, rng), canary=True)

    def _expect_follow_up(self, story: Story, rng: Random) -> None:
        day = story.occurred_at.date()
        if story.kind == "survey":
            if story.satisfaction < DETRACTOR_BELOW and rng.random() < ASKED_AGAIN_SHARE:
                later = day + timedelta(days=rng.randint(30, 80))
                self._to_ask_again.setdefault(later, []).append(story.order)
        elif story.kind == "call" and story.subject == OUR_SUBJECT:
            if story.attempt < 5 and rng.random() < _repeat_share(story):
                later = day + timedelta(days=rng.randint(1, 4))
                again = self._teller.tell_again(story, at_hour(later, CALL_CLOCK, rng), rng)
                self._follow_ups.setdefault(later, []).append(again)
            elif rng.random() < SERVICE_SURVEY_SHARE and self._customers.may_be_asked(
                story.customer, day
            ):
                later = day + timedelta(days=rng.randint(1, 2))
                survey = replace(
                    story,
                    kind="survey",
                    occurred_at=at_hour(later, WEB_CLOCK, rng),
                    ending=None,
                    attempt=1,
                    follows_service=True,
                )
                self._follow_ups.setdefault(later, []).append(survey)

    def _draw_order(self, rng: Random) -> Order:
        """Return an order of the last weeks; most feedback comes within ten days."""
        while True:
            back = int(rng.triangular(1, len(self._recent), min(6, len(self._recent))))
            orders = self._recent[-min(back, len(self._recent))]
            if orders:
                return rng.choice(orders)

    def _fitting_order(self, surge: Surge, order: Order, rng: Random) -> tuple[Order, Surge | None]:
        """Return an order that a surge can be about; without one there is no surge."""
        for _ in range(MAX_SURGE_TRIES):
            right_place = surge.region in (None, order.customer.city.region)
            if right_place and (surge.trait is None or surge.trait in order_traits(order)):
                return order, surge
            order = self._draw_order(rng)
        return order, None

    def _plan_canary_visits(self) -> deque[tuple[date, str, Customer]]:
        """Spread each canary person's call, note, review and survey over the years."""
        rng = stream(self._plan.seed, "canaries")
        span = int(len(self._plan.days) * 0.97) - 1
        visits = [
            (self._plan.start + timedelta(days=rng.randint(0, span)), kind, customer)
            for customer in self._world.canaries
            for kind in KINDS
        ]
        return deque(sorted(visits, key=lambda visit: (visit[0], visit[2].customer_id, visit[1])))


def _repeat_share(story: Story) -> float:
    """Return the chance that a caller has to call again about the same matter."""
    if story.handoff is not None:
        return story.handoff.tells_again
    bad = (e.touchpoint for e in story.episodes if e.polarity == "negative" and e.touchpoint)
    return max((REPEAT_CONTACT_SHARES.get(touchpoint, 0.0) for touchpoint in bad), default=0.0)
