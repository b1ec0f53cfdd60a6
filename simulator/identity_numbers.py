"""Numbers and addresses that identify a person: plausible, checked, and nobody's.

Identity numbers have a valid check digit but a county code that was never given out.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from simulator.geography import City
from simulator.people import Customer

_PLATE_LETTERS = "京沪粤苏浙川鄂湘鲁豫陕辽"
_ROADS = (
    "建设路",
    "人民路",
    "解放大道",
    "中山路",
    "学府路",
    "滨江大道",
    "和平街",
    "科技三路",
    "文昌街",
)
_ESTATES = (
    "翠湖花园",
    "阳光里",
    "锦绣家园",
    "万象城公寓",
    "水岸新城",
    "凤凰苑",
    "书香名邸",
    "金桂小区",
)


def make_id_number(rng: Random, customer: Customer) -> str:
    """Return an identity number with a valid check digit and a county code not in use."""
    province = rng.choice(("11", "31", "32", "33", "37", "42", "44", "51", "61"))
    birthday = date(customer.birth_year, 1, 1) + timedelta(days=rng.randint(0, 364))
    order = rng.randint(0, 499) * 2 + (0 if customer.gender == "F" else 1)
    body = f"{province}9999{birthday:%Y%m%d}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def make_bank_card(rng: Random) -> str:
    """Return a 19-digit card number that passes the Luhn check."""
    body = rng.choice(("622202", "622848", "621700", "622580")) + f"{rng.randrange(10**12):012d}"
    total = 0
    for position, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def make_plate(rng: Random) -> str:
    """Return a car's number plate."""
    tail = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(4))
    return f"{rng.choice(_PLATE_LETTERS)}{rng.choice('ABCDEF')}{rng.randint(1, 9)}{tail}"


def make_address(rng: Random, city: City) -> str:
    """Return a home address down to the door."""
    return (
        f"{city.name}市{rng.choice(city.districts)}{rng.choice(_ROADS)}{rng.randint(1, 399)}号"
        f"{rng.choice(_ESTATES)}{rng.randint(1, 28)}栋{rng.randint(1, 4)}单元"
        f"{rng.randint(1, 32)}0{rng.randint(1, 6)}室"
    )
