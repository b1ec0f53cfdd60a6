"""Customers of the simulated world, by number.

A customer record is a pure function of the seed and a number, so that a company of any size needs
no table of customers in memory.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random

from simulator.geography import CITIES, City
from simulator.names import (
    CANARY_GIVEN,
    CANARY_SURNAMES,
    DOUBLE_SURNAMES,
    draw_name,
    make_email,
    make_phone,
)
from simulator.plan import SHANGHAI, Plan
from simulator.second_records import SecondRecord, draw_second_record, retype

SEGMENTS = ("家庭用户", "年轻白领", "银发用户", "学生", "小微企业")
MEMBER_TIERS = ("普通", "银卡", "金卡", "黑金")
# those known when the CRM went live had registered over this many days before
BASE_DAYS = 900
# someone at most this old when the plan ends belongs to the young cohort
YOUNG_AGE = 30
# chance that the CRM does not know a field of an ordinary customer
MISSING_SHARES = {"email": 0.12, "birth_year": 0.08, "gender": 0.03, "phone": 0.02}

_CITY_WEIGHTS = list(accumulate(city.weight for city in CITIES))
_PERSON_STREAM = 982_451_653


@dataclass(frozen=True, slots=True)
class Customer:
    """A record of a customer: what the CRM holds, and what it does not know but texts may tell.

    `person_id` is who it really is (truth, never landed); `record_kind` says how this record came
    to be: `first`, or one of `second_records.KINDS`. Fields in `missing` are blank in the CRM.
    """

    customer_id: str
    person_id: str
    record_kind: str
    full_name: str
    latin_surname: str
    phone: str
    email: str
    gender: str
    birth_year: int
    city: City
    segment: str
    member_tier: str
    registered_at: datetime
    missing: frozenset[str] = frozenset()

    @property
    def number(self) -> int:
        """The number by which `make_customer` makes this record."""
        return int(self.customer_id[1:]) - 1

    @property
    def surname(self) -> str:
        """The family name, of one or two characters."""
        return self.full_name[:2] if self.full_name[:2] in DOUBLE_SURNAMES else self.full_name[0]

    @property
    def honorific(self) -> str:
        """How staff call the customer, e.g. 王女士."""
        return self.surname + ("女士" if self.gender == "F" else "先生")


@lru_cache(maxsize=4096)
def make_customer(plan: Plan, number: int) -> Customer:
    """Return the customer record of a number (0 is the first that was registered)."""
    record = _make_first_record(plan, number)
    second = draw_second_record(plan, number)
    if second is None:
        return record
    return _copy_person(plan, record, second)


def _make_first_record(plan: Plan, number: int) -> Customer:
    rng = Random(plan.seed * 1_000_000_007 + number)
    gender = "F" if rng.random() < 0.54 else "M"
    full_name, latin = draw_name(rng, gender)
    is_canary = number < plan.canary_total
    if is_canary:
        full_name = CANARY_SURNAMES[number % len(CANARY_SURNAMES)] + CANARY_GIVEN[number]
    age = min(82, max(18, round(rng.gauss(38, 12))))
    segment = _draw_segment(rng, age)
    tier = rng.choices(MEMBER_TIERS, (58, 25, 13, 4))[0]
    missing = {field for field, share in MISSING_SHARES.items() if rng.random() < share}
    return Customer(
        customer_id=f"C{number + 1:08d}",
        person_id=f"H{number + 1:08d}",
        record_kind="first",
        full_name=full_name,
        latin_surname=latin,
        phone=make_phone(plan.seed, number),
        email=make_email(latin, rng),
        gender=gender,
        birth_year=plan.end.year - age,
        city=rng.choices(CITIES, cum_weights=_CITY_WEIGHTS)[0],
        segment=segment,
        member_tier=tier,
        registered_at=_registration_time(plan, number, rng),
        # a record without phone and e-mail cannot be reached: nobody registers so
        missing=frozenset() if is_canary or missing >= {"phone", "email"} else frozenset(missing),
    )


def _copy_person(plan: Plan, record: Customer, second: SecondRecord) -> Customer:
    """Return the record of someone who, or whose family, is in the CRM already."""
    earlier = make_customer(plan, second.earlier_number)
    if second.kind == "family_phone":
        # another person of the household: a surname, a home and a telephone are shared
        rng = Random(plan.seed * _PERSON_STREAM + record.number)
        given = record.full_name.removeprefix(record.surname)
        surname = earlier.surname if rng.random() < 0.5 else record.surname
        return replace(
            record,
            full_name=surname + given,
            phone=earlier.phone,
            city=earlier.city,
            record_kind=second.kind,
            missing=record.missing - {"phone"},
        )
    missing = set(record.missing) | second.blank
    for field in ("phone", "email"):
        if field in second.kept and field not in second.blank:
            missing.discard(field)
    return replace(
        record,
        person_id=earlier.person_id,
        record_kind=second.kind,
        full_name=(
            retype(earlier.full_name, earlier.surname, record.number)
            if second.kind == "name_typo"
            else earlier.full_name
        ),
        latin_surname=earlier.latin_surname,
        phone=earlier.phone if "phone" in second.kept else record.phone,
        email=earlier.email if "email" in second.kept else record.email,
        gender=earlier.gender,
        birth_year=earlier.birth_year,
        city=record.city if second.kind == "moved" else earlier.city,
        segment=earlier.segment,
        missing=frozenset(missing),
    )


def _draw_segment(rng: Random, age: int) -> str:
    if age >= 60 and rng.random() < 0.8:
        return "银发用户"
    if age <= 23 and rng.random() < 0.6:
        return "学生"
    if rng.random() < 0.05:
        return "小微企业"
    return "年轻白领" if age <= 34 and rng.random() < 0.7 else "家庭用户"


def base_customer_total(plan: Plan) -> int:
    """Return how many customers were known when the CRM went live."""
    return plan.customer_total * 2 // 5


@lru_cache(maxsize=8)
def _known_by_day(plan: Plan) -> list[int]:
    """Return how many customers were known at the end of each day from the go-live on."""
    base = base_customer_total(plan)
    period = (plan.end - plan.go_live).days
    won = plan.customer_total - base
    shares = [day / period for day in range(period + 1)]
    # quadratic: a growing company wins more customers in its later years
    return [base + int(won * (0.75 * share + 0.25 * share * share)) for share in shares]


def known_customer_total(plan: Plan, day: date) -> int:
    """Return how many customers have registered by the end of a day."""
    known = _known_by_day(plan)
    return known[min(len(known) - 1, max(0, (day - plan.go_live).days))]


def _registration_time(plan: Plan, number: int, rng: Random) -> datetime:
    moment = time(rng.randint(8, 22), rng.randint(0, 59), rng.randint(0, 59), tzinfo=SHANGHAI)
    base = base_customer_total(plan)
    if number < base:
        day = plan.go_live - timedelta(days=1 + int(BASE_DAYS * (1 - number / base)))
    else:  # the first day by which this number is known
        day = plan.go_live + timedelta(days=bisect_right(_known_by_day(plan), number))
    return datetime.combine(day, moment)
