"""The CRM's own rows: customers, stores, staff, products and orders as they come to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from simulator import people
from simulator.campaigns import CampaignDesk
from simulator.customer_base import CustomerBase
from simulator.day_files import DayFileWriter, format_moment
from simulator.names import draw_name
from simulator.people import MEMBER_TIERS, Customer
from simulator.plan import SHANGHAI, stream
from simulator.planted_improvements import IMPROVEMENTS, Improvement
from simulator.truth import TruthWriter
from simulator.world import STORE_CLOCK, WEB_CLOCK, Order, World, at_hour

# share of all customers whose record changes in a month, by a new tier
MONTHLY_CHANGE_SHARE = 0.01
# an improvement is entered so many days before it starts
ENTERED_DAYS_BEFORE = 20
HEAD_OFFICE = ("杭州", "华东")


def customer_row(customer: Customer) -> dict[str, object]:
    """Return a customer as the CRM stores it; `updated_at` is added on writing."""
    row: dict[str, object] = {
        "customer_id": customer.customer_id,
        "full_name": customer.full_name,
        "phone": customer.phone,
        "email": customer.email,
        "gender": customer.gender,
        "birth_year": customer.birth_year,
        "city": customer.city.name,
        "region": customer.city.region,
        "segment": customer.segment,
        "member_tier": customer.member_tier,
        "registered_at": format_moment(customer.registered_at),
    }
    return row | dict.fromkeys(customer.missing)


def order_row(order: Order, status: str) -> dict[str, object]:
    """Return an order as the CRM stores it; `updated_at` is added on writing."""
    return {
        "order_id": order.order_id,
        "customer_id": order.customer.customer_id,
        "store_id": order.store.store_id if order.store else None,
        "order_channel": "online" if order.is_online else "store",
        "product_id": order.product.product_id,
        "ordered_at": format_moment(order.ordered_at),
        "amount_cny": order.amount_cny,
        "status": status,
    }


def improvement_row(improvement: Improvement, world: World, status: str) -> dict[str, object]:
    """Return an improvement as the register holds it; `updated_at` is added on writing."""
    owner, _ = draw_name(stream(world.plan.seed, "owner", improvement.title), "M")
    ended_on = improvement.ended_on(world.plan)
    return {
        "improvement_id": improvement.improvement_id,
        "title": improvement.title,
        "problem": improvement.problem,
        "hypothesis": improvement.hypothesis,
        "action": improvement.action,
        "owner_name": owner,
        "department_slug": improvement.department,
        "touchpoint_slug": improvement.touchpoint,
        "topic_slug": None,
        "metric_slug": "negative_share",
        "target_change_pct": improvement.target_change_pct,
        "design": improvement.design,
        "pilot_cities": ";".join(improvement.cities) or None,
        "cost_cny": improvement.cost_cny,
        "started_on": improvement.started_on(world.plan).isoformat(),
        "ended_on": ended_on.isoformat() if status == "done" and ended_on else None,
        "status": status,
    }


class CrmRecorder:
    """Writes what changes in the CRM, day by day."""

    def __init__(
        self,
        world: World,
        customers: CustomerBase,
        campaigns: CampaignDesk,
        writer: DayFileWriter,
        truth: TruthWriter,
    ) -> None:
        self._world = world
        self._plan = world.plan
        self._customers = customers
        self._campaigns = campaigns
        self._writer = writer
        self._truth = truth
        self._order_count = 0

    def write_early_customers(self) -> None:
        """Write, day by day, the customers who had registered before the go-live."""
        for number in range(people.base_customer_total(self._plan)):
            customer = self._world.customer(number)
            # numbers follow the days of registration: what lies before is complete
            self._writer.write_through(customer.registered_at.date() - timedelta(days=1))
            self._write_customer(customer)

    def write_go_live(self) -> None:
        """Write the stores, staff and products that the CRM was set up with."""
        world, moment = self._world, self._world.go_live_at
        for store in world.stores:
            row: dict[str, object] = {
                "store_id": store.store_id,
                "store_name": store.name,
                "city": store.city.name,
                "region": store.city.region,
                "opened_on": store.opened_on.isoformat(),
            }
            self._writer.add("stores", store.store_id, row, moment)
        self._write_staff(moment)
        for product in world.products:
            row = {
                "product_id": product.product_id,
                "product_name": product.name,
                "category": product.category,
                "price_cny": product.price_cny,
            }
            self._writer.add("products", product.product_id, row, moment)
        self._write_improvements()

    def _write_staff(self, moment: datetime) -> None:
        for team in self._world.teams:
            site = self._world.team_sites.get(team.team_id)
            row: dict[str, object] = {
                "team_id": team.team_id,
                "team_name": team.name,
                "department_slug": team.department_slug,
                "store_id": site.store_id if site else None,
                "city": site.city.name if site else HEAD_OFFICE[0],
                "region": site.city.region if site else HEAD_OFFICE[1],
            }
            self._writer.add("teams", team.team_id, row, moment)
        for agent in self._world.agents:
            row = {
                "agent_id": agent.agent_id,
                "agent_name": agent.name,
                "team_id": agent.team_id,
                "team_name": agent.team_name,
                "department_slug": agent.department_slug,
                "hired_on": agent.hired_on.isoformat(),
            }
            self._writer.add("agents", agent.agent_id, row, moment)

    def _write_improvements(self) -> None:
        """Write each improvement as it is entered, starts and, when it does, ends."""
        for improvement in IMPROVEMENTS:
            started_on = improvement.started_on(self._plan)
            days = {"planned": started_on - timedelta(days=ENTERED_DAYS_BEFORE)}
            days["in_progress"] = started_on
            ended_on = improvement.ended_on(self._plan)
            if ended_on is not None:
                days["done"] = ended_on
            for status, day in days.items():
                moment = datetime.combine(day, time(9, 30), tzinfo=SHANGHAI)
                row = improvement_row(improvement, self._world, status)
                self._writer.add("improvements", improvement.improvement_id, row, moment)

    def write_new_customers(self, day: date, rng: Random) -> None:
        """Write the day's new customers, and the few whose tier changed."""
        before = people.known_customer_total(self._plan, day - timedelta(days=1))
        for number in range(before, people.known_customer_total(self._plan, day)):
            self._write_customer(self._world.customer(number))
        if before and rng.random() < min(1.0, before * MONTHLY_CHANGE_SHARE / 30):
            for _ in range(max(1, round(before * MONTHLY_CHANGE_SHARE / 30))):
                customer = self._world.customer(rng.randrange(before))
                rank = MEMBER_TIERS.index(customer.member_tier)
                tier = MEMBER_TIERS[min(rank + 1, len(MEMBER_TIERS) - 1)]
                row = {**customer_row(customer), "member_tier": tier}
                self._writer.add(
                    "customers", customer.customer_id, row, at_hour(day, WEB_CLOCK, rng)
                )

    def _write_customer(self, customer: Customer) -> None:
        self._writer.add(
            "customers", customer.customer_id, customer_row(customer), customer.registered_at
        )
        self._truth.write(
            "persons",
            {
                "customer_id": customer.customer_id,
                "person_id": customer.person_id,
                "record_kind": customer.record_kind,
            },
        )

    def iter_orders(self, day: date, count: int, rng: Random) -> Iterator[Order]:
        """Write and yield the orders of a day: those that a campaign brought come first."""
        self._campaigns.write_new(day)
        left = count
        for purchase in self._campaigns.iter_purchases(day, count, rng):
            if left:
                left -= 1
                yield self.place_order(purchase.customer, purchase.ordered_at, rng)
        for _ in range(left):
            ordered_at = at_hour(day, WEB_CLOCK if rng.random() < 0.6 else STORE_CLOCK, rng)
            yield self.place_order(self._customers.draw(day, rng), ordered_at, rng)

    def place_order(self, customer: Customer, ordered_at: datetime, rng: Random) -> Order:
        """Write and return an order of a customer."""
        self._order_count += 1
        order_id = f"O{self._order_count:09d}"
        order = self._world.make_order(order_id, ordered_at, customer, rng)
        self._write_order(order, rng)
        return order

    def _write_order(self, order: Order, rng: Random) -> None:
        self._writer.add("orders", order.order_id, order_row(order, "paid"), order.ordered_at)
        for position, line in enumerate(order.lines, start=1):
            row: dict[str, object] = {
                "order_item_id": f"{order.order_id}-{position}",
                "order_id": order.order_id,
                "product_id": line.product.product_id,
                "quantity": line.quantity,
                "amount_cny": line.amount_cny,
            }
            self._writer.add("order_items", str(row["order_item_id"]), row, order.ordered_at)
        settled_at = order.ordered_at + timedelta(days=rng.randint(2, 9), hours=rng.randint(0, 9))
        status = rng.choices(("completed", "returned", "cancelled"), (91, 6, 3))[0]
        self._writer.add("orders", order.order_id, order_row(order, status), settled_at)
