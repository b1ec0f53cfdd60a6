"""The CRM's own rows: customers, stores, staff, products and orders as they come to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from simulator import people
from simulator.day_files import DayFileWriter, format_moment
from simulator.people import MEMBER_TIERS, Customer
from simulator.world import STORE_CLOCK, WEB_CLOCK, Order, World, at_hour

# share of all customers whose record changes in a month, by a new tier
MONTHLY_CHANGE_SHARE = 0.01


def customer_row(customer: Customer) -> dict[str, object]:
    """Return a customer as the CRM stores it; `updated_at` is added on writing."""
    return {
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


class CrmRecorder:
    """Writes what changes in the CRM, day by day."""

    def __init__(self, world: World, writer: DayFileWriter) -> None:
        self._world = world
        self._plan = world.plan
        self._writer = writer
        self._order_count = 0

    def write_early_customers(self) -> None:
        """Write, day by day, the customers who had registered before the go-live."""
        for number in range(people.base_customer_total(self._plan)):
            customer = self._world.customer(number)
            registered_at = customer.registered_at
            # numbers follow the days of registration: what lies before is complete
            self._writer.write_through(registered_at.date() - timedelta(days=1))
            self._writer.add(
                "customers", customer.customer_id, customer_row(customer), registered_at
            )

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
        for agent in world.agents:
            row = {
                "agent_id": agent.agent_id,
                "agent_name": agent.name,
                "team_id": agent.team_id,
                "team_name": agent.team_name,
                "department_slug": agent.department_slug,
                "hired_on": agent.hired_on.isoformat(),
            }
            self._writer.add("agents", agent.agent_id, row, moment)
        for product in world.products:
            row = {
                "product_id": product.product_id,
                "product_name": product.name,
                "category": product.category,
                "price_cny": product.price_cny,
            }
            self._writer.add("products", product.product_id, row, moment)

    def write_new_customers(self, day: date, rng: Random) -> None:
        """Write the day's new customers, and the few whose tier changed."""
        before = people.known_customer_total(self._plan, day - timedelta(days=1))
        for number in range(before, people.known_customer_total(self._plan, day)):
            customer = self._world.customer(number)
            self._writer.add(
                "customers", customer.customer_id, customer_row(customer), customer.registered_at
            )
        if before and rng.random() < min(1.0, before * MONTHLY_CHANGE_SHARE / 30):
            for _ in range(max(1, round(before * MONTHLY_CHANGE_SHARE / 30))):
                customer = self._world.customer(rng.randrange(before))
                rank = MEMBER_TIERS.index(customer.member_tier)
                tier = MEMBER_TIERS[min(rank + 1, len(MEMBER_TIERS) - 1)]
                row = {**customer_row(customer), "member_tier": tier}
                self._writer.add(
                    "customers", customer.customer_id, row, at_hour(day, WEB_CLOCK, rng)
                )

    def iter_orders(self, day: date, count: int, rng: Random) -> Iterator[Order]:
        """Write and yield the orders of a day."""
        for _ in range(count):
            ordered_at = at_hour(day, WEB_CLOCK if rng.random() < 0.6 else STORE_CLOCK, rng)
            order = self._world.make_order(self._next_order_id(), ordered_at, rng)
            self._write_order(order, rng)
            yield order

    def place_order(self, customer: Customer, ordered_at: datetime, rng: Random) -> Order:
        """Write and return an order of a given customer."""
        order = self._world.make_order(self._next_order_id(), ordered_at, rng, customer)
        self._write_order(order, rng)
        return order

    def _next_order_id(self) -> str:
        self._order_count += 1
        return f"O{self._order_count:09d}"

    def _write_order(self, order: Order, rng: Random) -> None:
        self._writer.add("orders", order.order_id, order_row(order, "paid"), order.ordered_at)
        settled_at = order.ordered_at + timedelta(days=rng.randint(2, 9), hours=rng.randint(0, 9))
        status = rng.choices(("completed", "returned", "cancelled"), (91, 6, 3))[0]
        self._writer.add("orders", order.order_id, order_row(order, status), settled_at)
