"""Marketing campaigns: when and where they run, and who saw, followed and bought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random

from simulator.customer_base import CustomerBase
from simulator.day_files import DayFileWriter, format_moment
from simulator.people import Customer
from simulator.plan import SHANGHAI, Plan
from simulator.seasons import campaign_on
from simulator.world import WEB_CLOCK, at_hour

# channel -> share of impressions, share of them followed, share of those that buy the same day
CHANNELS = {
    "app_push": (0.30, 0.10, 0.25),
    "sms": (0.24, 0.05, 0.20),
    "social": (0.22, 0.14, 0.08),
    "search": (0.14, 0.30, 0.35),
    "store": (0.10, 0.40, 0.30),
}
# impressions on a campaign day against the orders of that day
IMPRESSIONS_PER_ORDER = 0.6
BUDGETS = {"app_push": 20_000, "sms": 45_000, "social": 160_000, "search": 120_000, "store": 80_000}


@dataclass(frozen=True, slots=True)
class Campaign:
    """A sales campaign in one channel."""

    campaign_id: str
    name: str
    channel: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Purchase:
    """A click that becomes an order."""

    customer: Customer
    ordered_at: datetime


class CampaignDesk:
    """Plays the campaigns of a plan and writes their rows."""

    def __init__(self, plan: Plan, customers: CustomerBase, writer: DayFileWriter) -> None:
        self._plan = plan
        self._customers = customers
        self._writer = writer
        self._touch_count = 0

    @cached_property
    def campaigns(self) -> list[Campaign]:
        """Every campaign of the plan in each channel, oldest first."""
        found: list[Campaign] = []
        runs: list[tuple[str, date, date]] = []
        day = self._plan.go_live
        # to the end of what runs on the last day
        while day <= self._plan.end + timedelta(days=60):
            name = campaign_on(day)
            if name and runs and runs[-1][0] == name and runs[-1][2] == day - timedelta(days=1):
                runs[-1] = (name, runs[-1][1], day)
            elif name:
                runs.append((name, day, day))
            day += timedelta(days=1)
        for name, first, last in runs:
            if first > self._plan.end:
                break
            for channel in CHANNELS:
                found.append(
                    Campaign(f"M{len(found) + 1:04d}", f"{first.year}{name}", channel, first, last)
                )
        return found

    @cached_property
    def _running(self) -> dict[date, dict[str, Campaign]]:
        running: dict[date, dict[str, Campaign]] = {}
        for campaign in self.campaigns:
            for offset in range((campaign.last_day - campaign.first_day).days + 1):
                day = campaign.first_day + timedelta(days=offset)
                running.setdefault(day, {})[campaign.channel] = campaign
        return running

    def write_new(self, day: date) -> None:
        """Write the campaigns that start on a day."""
        for campaign in self._running.get(day, {}).values():
            if campaign.first_day != day:
                continue
            row: dict[str, object] = {
                "campaign_id": campaign.campaign_id,
                "campaign_name": campaign.name,
                "channel": campaign.channel,
                "department_slug": "marketing",
                "started_on": campaign.first_day.isoformat(),
                "ended_on": campaign.last_day.isoformat(),
                "budget_cny": BUDGETS[campaign.channel],
            }
            opened_at = datetime.combine(day, time(0, 1), tzinfo=SHANGHAI)
            self._writer.add("campaigns", campaign.campaign_id, row, opened_at)

    def iter_purchases(self, day: date, order_count: int, rng: Random) -> Iterator[Purchase]:
        """Write who saw and followed the campaigns of a day; yield the clicks that buy."""
        running = self._running.get(day)
        if not running:
            return
        shares = [share for share, _, _ in CHANNELS.values()]
        for _ in range(round(order_count * IMPRESSIONS_PER_ORDER)):
            channel = rng.choices(list(CHANNELS), shares)[0]
            _, click_share, order_share = CHANNELS[channel]
            customer = self._customers.draw(day, rng)
            seen_at = max(at_hour(day, WEB_CLOCK, rng), customer.registered_at)
            self._write_touch(running[channel], customer, "impression", seen_at)
            if rng.random() >= click_share:
                continue
            clicked_at = min(
                seen_at + timedelta(seconds=rng.randint(2, 900)), _last_second(seen_at)
            )
            self._write_touch(running[channel], customer, "click", clicked_at)
            if rng.random() < order_share:
                bought_at = clicked_at + timedelta(seconds=rng.randint(60, 5400))
                yield Purchase(customer, min(bought_at, _last_second(seen_at)))

    def _write_touch(
        self, campaign: Campaign, customer: Customer, kind: str, moment: datetime
    ) -> None:
        self._touch_count += 1
        touch_id = f"U{self._touch_count:09d}"
        row: dict[str, object] = {
            "touch_id": touch_id,
            "campaign_id": campaign.campaign_id,
            "customer_id": customer.customer_id,
            "touch_kind": kind,
            "touched_at": format_moment(moment),
        }
        self._writer.add("campaign_touches", touch_id, row, moment)


def _last_second(moment: datetime) -> datetime:
    return moment.replace(hour=23, minute=59, second=59)
