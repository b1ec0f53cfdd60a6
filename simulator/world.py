"""The world of a plan: stores, staff, products, competitors and the rows the CRM holds of them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random

from simulator import people, staff
from simulator.catalog import Product, choose_product, make_catalog
from simulator.geography import CITIES, REGIONS, City
from simulator.people import Customer
from simulator.plan import COMPANY_NAME, SHANGHAI, Plan, stream
from simulator.seasons import CALL_HOURS, STORE_HOURS, WEB_HOURS
from simulator.staff import Agent, Team

OUR_SUBJECT = "us"
# slug -> name that customers use
COMPETITORS = {"yunshan": "云杉电器", "baiyue": "百悦商城", "jiguang": "极光优选"}

OUTSTANDING_STORE_EFFECT, POOR_STORE_EFFECT = 1.0, -1.2

_STORE_PLACES = (
    "万达店", "银泰店", "火车站店", "大学城店", "中心店", "奥体店", "吾悦广场店", "人民路店",
    "高新店", "步行街店", "地铁口店", "龙湖天街店",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Store:
    """A shop; `effect` moves the satisfaction of its customers (points of 10)."""

    store_id: str
    name: str
    city: City
    opened_on: date
    effect: float

    @property
    def standing(self) -> str:
        """`outstanding`, `poor` or `ordinary`, as planted."""
        if self.effect == OUTSTANDING_STORE_EFFECT:
            return "outstanding"
        return "poor" if self.effect == POOR_STORE_EFFECT else "ordinary"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product of an order; the amount is what the line cost after its discount."""

    product: Product
    quantity: int
    amount_cny: float


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase; `store` is None when it was made online. Feedback is about `product`."""

    order_id: str
    customer: Customer
    store: Store | None
    product: Product
    ordered_at: datetime
    amount_cny: float
    lines: tuple[OrderLine, ...] = ()

    @property
    def is_online(self) -> bool:
        """Whether the order was placed online."""
        return self.store is None


Clock = tuple[float, ...]
WEB_CLOCK: Clock = tuple(accumulate(WEB_HOURS))
CALL_CLOCK: Clock = tuple(accumulate(CALL_HOURS))
STORE_CLOCK: Clock = tuple(accumulate(STORE_HOURS))


def at_hour(day: date, clock: Clock, rng: Random) -> datetime:
    """Return a moment of a day; `clock` holds the hours' cumulated weights."""
    hour = bisect_right(clock, rng.random() * clock[-1])
    second = int(rng.random() * 3600)
    return datetime.combine(day, time(hour, second // 60, second % 60, tzinfo=SHANGHAI))


def _store_effect(number: int, rng: Random) -> float:
    """Return how far a store moves satisfaction: of twenty, one shines and one is poor."""
    usual = round(rng.gauss(0, 0.3), 2)
    return {3: OUTSTANDING_STORE_EFFECT, 11: POOR_STORE_EFFECT}.get(number % 20, usual)


@dataclass(frozen=True)
class World:
    """Everything that stands still while the days go by."""

    plan: Plan

    @cached_property
    def go_live_at(self) -> datetime:
        """When the CRM was filled at first."""
        return datetime.combine(self.plan.go_live, time(6, 0), tzinfo=SHANGHAI)

    @cached_property
    def products(self) -> list[Product]:
        """All products."""
        return make_catalog(self.plan.seed)

    @cached_property
    def agents(self) -> list[Agent]:
        """All agents."""
        return staff.make_agents(self.plan)

    @cached_property
    def teams(self) -> list[Team]:
        """All teams, in the order of their ids."""
        return staff.make_teams(self.plan)

    @cached_property
    def team_by_id(self) -> dict[str, Team]:
        """Team id -> team."""
        return {team.team_id: team for team in self.teams}

    @cached_property
    def team_sites(self) -> dict[str, Store]:
        """Team id -> the store at which a team of store staff sits."""
        local = [team for team in self.teams if team.department_slug == "store_operations"]
        return {team.team_id: self.stores[n % len(self.stores)] for n, team in enumerate(local)}

    @cached_property
    def stores(self) -> list[Store]:
        """Stores by city weight; the largest city of each region comes first and has one."""
        rng = stream(self.plan.seed, "stores")
        capitals = [
            max((city for city in CITIES if city.region == region), key=lambda city: city.weight)
            for region in REGIONS
        ]
        rest = rng.choices(
            CITIES,
            [city.weight for city in CITIES],
            k=self.plan.store_total - len(capitals),
        )
        cities = capitals + rest
        stores = []
        for number, city in enumerate(cities):
            stores.append(
                Store(
                    store_id=f"S{number + 1:03d}",
                    name=f"{COMPANY_NAME}{city.name}"
                    f"{_STORE_PLACES[cities[:number].count(city) % len(_STORE_PLACES)]}",
                    city=city,
                    opened_on=self.plan.go_live - timedelta(days=rng.randint(60, 3000)),
                    effect=_store_effect(number, rng),
                )
            )
        return stores

    @cached_property
    def stores_by_city(self) -> dict[str, list[Store]]:
        """City name -> its stores."""
        grouped: dict[str, list[Store]] = {}
        for store in self.stores:
            grouped.setdefault(store.city.name, []).append(store)
        return grouped

    @cached_property
    def stores_by_region(self) -> dict[str, list[Store]]:
        """Region -> its stores."""
        grouped: dict[str, list[Store]] = {}
        for store in self.stores:
            grouped.setdefault(store.city.region, []).append(store)
        return grouped

    @cached_property
    def agents_by_department(self) -> dict[str, list[Agent]]:
        """Department slug -> its agents."""
        grouped: dict[str, list[Agent]] = {}
        for agent in self.agents:
            grouped.setdefault(agent.department_slug, []).append(agent)
        return grouped

    @cached_property
    def _products_by_category(self) -> dict[str, list[Product]]:
        grouped: dict[str, list[Product]] = {}
        for product in self.products:
            grouped.setdefault(product.category, []).append(product)
        return grouped

    @cached_property
    def canaries(self) -> list[Customer]:
        """Persons whose personal data appears in texts; they are among the first customers."""
        return [people.make_customer(self.plan, number) for number in range(self.plan.canary_total)]

    def customer(self, number: int) -> Customer:
        """Return the customer of a number."""
        return people.make_customer(self.plan, number)

    def near_store(self, city: City, rng: Random) -> Store:
        """Return a store where someone from a city would shop."""
        return rng.choice(
            self.stores_by_city.get(city.name)
            or self.stores_by_region.get(city.region)
            or self.stores
        )

    def make_order(
        self, order_id: str, ordered_at: datetime, customer: Customer, rng: Random
    ) -> Order:
        """Return an order of a customer: one thing mostly, at times two or three."""
        # the older shop in a store, the young online
        online_share = 0.78 if self.is_young(customer) else 0.52
        lines = [self._make_line(rng)]
        while len(lines) < 3 and rng.random() < 0.18:
            lines.append(self._make_line(rng))
        return Order(
            order_id=order_id,
            customer=customer,
            store=None if rng.random() < online_share else self.near_store(customer.city, rng),
            product=lines[0].product,
            ordered_at=max(ordered_at, customer.registered_at),
            amount_cny=round(sum(line.amount_cny for line in lines), 2),
            lines=tuple(lines),
        )

    def _make_line(self, rng: Random) -> OrderLine:
        product = choose_product(self._products_by_category, rng)
        discount = rng.choice((1.0, 1.0, 0.95, 0.9, 0.85))
        quantity = rng.choices((1, 2, 3), (88, 9, 3))[0] if product.price_cny < 500 else 1
        return OrderLine(product, quantity, round(product.price_cny * discount * quantity, 2))

    def is_young(self, customer: Customer) -> bool:
        """Whether a customer belongs to the young cohort of the planted theme shift."""
        return self.plan.end.year - customer.birth_year <= people.YOUNG_AGE
