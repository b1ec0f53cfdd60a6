"""Persons whom the CRM knows twice or three times, and families that share a telephone.

About one record in fourteen is the second one of someone who is there already: registered again
with a new number, by a clerk who misheard the name, by e-mail alone, or after moving. The truth
table `persons` says which records are one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from simulator.plan import Plan

SECOND_RECORD_SHARE = 0.07
# how a second record differs from the first -> weight; `family_phone` is another person
KINDS = {"new_phone": 30, "name_typo": 24, "email_only": 20, "moved": 10, "family_phone": 16}
# chance that a second record carries the phone and the e-mail of the first
_KEPT_SHARES = {
    "new_phone": {"email": 0.5},
    "name_typo": {"phone": 0.35, "email": 0.35},
    "email_only": {"email": 0.8},
    "moved": {"phone": 1.0, "email": 0.5},
    "family_phone": {},
}
_STREAM = 715_225_739

# what is typed or heard for one another
_CONFUSED = {
    "芳": "方", "娜": "那", "敏": "闽", "静": "婧", "丽": "莉", "艳": "燕", "娟": "鹃", "霞": "侠",
    "英": "瑛", "梅": "玫", "婷": "亭", "欣": "心", "涵": "函", "佳": "嘉", "琪": "琦", "瑶": "遥",
    "雅": "亚", "伟": "玮", "强": "墙", "磊": "蕾", "军": "均", "洋": "阳", "勇": "永", "杰": "捷",
    "涛": "滔", "超": "朝", "明": "名", "建": "健", "国": "囯", "志": "至", "海": "每", "俊": "峻",
    "轩": "萱", "浩": "皓", "宇": "雨", "航": "杭", "博": "搏", "文": "闻", "天": "田", "家": "佳",
    "永": "勇", "振": "震", "立": "力", "少": "绍", "学": "雪", "小": "晓", "嘉": "佳", "晓": "小",
    "云": "芸", "子": "紫", "逸": "益", "凡": "帆", "兰": "蓝", "玉": "钰", "红": "虹", "冬": "东",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SecondRecord:
    """Whose record it repeats, how, which contacts it keeps and which fields it lacks."""

    earlier_number: int
    kind: str
    kept: frozenset[str]
    blank: frozenset[str]


def draw_second_record(plan: Plan, number: int) -> SecondRecord | None:
    """Return what a customer number repeats; None for most numbers, and for canary persons.

    The earlier number may itself be a second record: its person is then there three times.
    """
    first = plan.canary_total
    if number <= first + 10:
        return None
    rng = Random(plan.seed * _STREAM + number)
    if rng.random() >= SECOND_RECORD_SHARE:
        return None
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    kept = {field for field, share in _KEPT_SHARES[kind].items() if rng.random() < share}
    blank = {"phone"} if kind == "email_only" else set()
    return SecondRecord(rng.randrange(first, number), kind, frozenset(kept), frozenset(blank))


def retype(full_name: str, surname: str, number: int) -> str:
    """Return a name as someone mistook it: a like-sounding character, or one left out."""
    given = full_name.removeprefix(surname)
    places = [position for position, char in enumerate(given) if char in _CONFUSED]
    rng = Random(number)
    if len(given) > 1 and (not places or rng.random() < 0.15):
        return surname + given[-1:]
    if not places:
        return full_name + given[-1:]
    place = rng.choice(places)
    return surname + given[:place] + _CONFUSED[given[place]] + given[place + 1 :]
