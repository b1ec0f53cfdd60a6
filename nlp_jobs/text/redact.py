"""Personal data out of texts: each find becomes a typed placeholder such as `[手机号]`.

Detectors only look; `redact` decides between overlapping finds (the earlier one of `iter_finds`
wins) and rewrites. Texts are read through a view of the same length in which full-width digits
are ASCII. A text without any sign of personal data costs one regular expression.

The placeholder keeps the kind and, where values of one kind differ in length by nature, the
length class: a surname alone or a whole name, an address that ends at the house or at the door,
an order number of up to 12 characters or a longer one. Service lines (400, 800) have a kind of
their own; short public numbers (95xxx, 12315) are not personal and stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nlp_jobs.text import addresses, contact_accounts, personal_numbers
from nlp_jobs.text.addresses import find_addresses, find_english_addresses
from nlp_jobs.text.chinese_names import is_surname_only
from nlp_jobs.text.contact_accounts import find_accounts, find_emails
from nlp_jobs.text.names import NameFinder
from nlp_jobs.text.personal_numbers import (
    find_cards,
    find_ids,
    find_orders,
    find_phones,
    find_plates,
    find_spelled_numbers,
)

# Chinese and English; where a kind has two length classes, both again for the other class
PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    "phone": ("手机号", "PHONE"),
    "landline": ("座机号", "LANDLINE"),
    "hotline": ("热线号", "HOTLINE"),
    "id_number": ("身份证号", "ID NUMBER"),
    "passport": ("证件号", "PASSPORT"),
    "bank_card": ("银行卡号", "CARD NUMBER"),
    "email": ("邮箱", "EMAIL"),
    "plate": ("车牌号", "PLATE"),
    "address": ("地址", "ADDRESS", "门牌地址", "DOOR ADDRESS"),
    "order_number": ("订单号", "ORDER NUMBER", "长订单号", "LONG ORDER NUMBER"),
    "wechat": ("微信号", "WECHAT"),
    "qq": ("QQ号", "QQ"),
    "name": ("姓名", "FULL NAME", "姓", "NAME"),
}
SHORT_ORDER_NUMBER = 12
_DOOR = re.compile(
    r"室|单元|户|房|\d[-—]\d{1,4}$|\b(?:flat|apt|apartment|unit|suite|room)\b|#", re.IGNORECASE
)


@dataclass(frozen=True)
class Find:
    """A stretch of text that holds personal data of one kind (a key of `PLACEHOLDERS`)."""

    start: int
    end: int
    kind: str


class Redaction(NamedTuple):
    """The rewritten text and how many finds of each kind were replaced."""

    text: str
    counts: dict[str, int]


_FULL_WIDTH_RANGE = re.compile(r"[０-９＠Ａ-Ｚａ-ｚ＋－．＿]")
_FULL_WIDTH = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if _FULL_WIDTH_RANGE.match(chr(code))
}
# Each alternative begins with a literal, so that the scan skips other characters at C speed.
_SIGN = re.compile(
    "|".join(
        (
            *personal_numbers.SIGNS,
            *contact_accounts.SIGNS,
            *addresses.SIGNS,
            *"０１２３４５６７８９＠",
        )
    )
)
_ASCII_SIGN = re.compile(r"[0-9@]|[\[(] ?at|[\[(] ?AT|We[Cc]hat|wechat")
_NUMBER = re.compile(r"[0-9](?:[^\w\n]{0,2}[0-9]){4}")
_EMAIL_WORDS = re.compile(r"[\[(#＃] ?(?:at|AT)| dot ")
_SPELLED = re.compile("[一幺零〇○壹]")
_ACCOUNT_SIGN = re.compile(
    "|".join((*contact_accounts.SIGNS, "Q[ 群号:：]", "q[ 群号:：]", "私[我聊]", "找我", "系我"))
)
_DOOR_SIGN = re.compile(r"[号弄栋幢座室楼组房]|单元|[0-9][-—][0-9]")
_ENGLISH_WORD = re.compile("[A-Za-z](?:[A-Za-z] |[0-9])")


def iter_finds(text: str, names: NameFinder | None = None) -> Iterator[Find]:
    """All finds in order of trust: the first of two that overlap is the one to keep."""
    if (_ASCII_SIGN if text.isascii() else _SIGN).search(text):
        view = text.translate(_FULL_WIDTH) if _FULL_WIDTH_RANGE.search(text) else text
        for start, end, kind in _iter_contacts(view):
            yield Find(start, end, kind)
    if names is not None:
        for start, end in names.find(text):
            yield Find(start, end, "name")


def _iter_contacts(text: str) -> Iterator[tuple[int, int, str]]:
    """Everything but names; each group of detectors runs only where its signs are."""
    if "@" in text or _EMAIL_WORDS.search(text):
        yield from find_emails(text)
    has_number = _NUMBER.search(text) is not None
    if has_number:
        yield from find_ids(text)
    if _ACCOUNT_SIGN.search(text):
        yield from find_accounts(text)
    if has_number:
        yield from find_cards(text)
        yield from find_phones(text)
        yield from find_orders(text)
    yield from find_plates(text)
    if _SPELLED.search(text):
        yield from find_spelled_numbers(text)
    if _DOOR_SIGN.search(text):
        for start, end in find_addresses(text):
            yield start, end, "address"
    if _ENGLISH_WORD.search(text):
        for start, end in find_english_addresses(text):
            yield start, end, "address"


def _without_overlaps(finds: Iterable[Find], length: int) -> list[Find]:
    covered = bytearray(length)
    kept = []
    for find in finds:
        if not any(covered[find.start : find.end]):
            covered[find.start : find.end] = b"\x01" * (find.end - find.start)
            kept.append(find)
    return sorted(kept, key=lambda find: find.start)


def _placeholder(find: Find, value: str, language: str) -> str:
    place = 0 if language == "zh" else 1
    if (
        (find.kind == "name" and is_surname_only(value))
        or (find.kind == "address" and _DOOR.search(value) is not None)
        or (find.kind == "order_number" and len(value) > SHORT_ORDER_NUMBER)
    ):
        place += 2
    return f"[{PLACEHOLDERS[find.kind][place]}]"


def redact(text: str, names: NameFinder | None = None, language: str = "zh") -> Redaction:
    """Replace all personal data in a cleaned text; `names` adds persons to numbers and addresses.

    Placeholders are Chinese for `language` zh and English otherwise. The original values are
    neither kept nor logged. What is left of a find that overlapped a stronger one is looked at
    again in a second pass.
    """
    counts: dict[str, int] = {}
    for _ in range(2):
        finds = list(iter_finds(text, names))
        if not finds:
            break
        finds = _without_overlaps(finds, len(text))
        parts, position = [], 0
        for find in finds:
            value = text[find.start : find.end]
            parts += [text[position : find.start], _placeholder(find, value, language)]
            position = find.end
            counts[find.kind] = counts.get(find.kind, 0) + 1
        text = "".join(parts) + text[position:]
    return Redaction(text, counts)
