"""Personal data out of texts: each find becomes a typed placeholder such as `[手机号]`.

Detectors only look; `redact` decides between overlapping finds (the earlier detector in
`DETECTORS` wins) and rewrites. Numbers are read through a view in which Chinese digits are
ASCII, so 「一三八零零…」 is a phone too. Company hotlines (400, 800, 95xxx) are not personal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from nlp_jobs.text.addresses import find_addresses
from nlp_jobs.text.checksums import is_resident_id, passes_luhn
from nlp_jobs.text.names import NameFinder

PLACEHOLDERS = {
    "phone": ("手机号", "PHONE"),
    "landline": ("座机号", "LANDLINE"),
    "id_number": ("身份证号", "ID NUMBER"),
    "passport": ("证件号", "PASSPORT"),
    "bank_card": ("银行卡号", "CARD NUMBER"),
    "email": ("邮箱", "EMAIL"),
    "plate": ("车牌号", "PLATE"),
    "address": ("地址", "ADDRESS"),
    "order_number": ("订单号", "ORDER NUMBER"),
    "wechat": ("微信号", "WECHAT"),
    "qq": ("QQ号", "QQ"),
    "name": ("姓名", "NAME"),
}
_CHINESE_DIGITS = str.maketrans(
    "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789"
)
_DIGIT_SIGNS = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖0-9"
_CHINESE_RUN = re.compile(rf"[{_DIGIT_SIGNS}][{_DIGIT_SIGNS}\- ]{{5,}}")

_EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}\s?[@＠]\s?[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"
)
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[-\s]?)?1[3-9]\d(?:[-\s.·]{0,2}\d){8}(?!\d)")
_LANDLINE = re.compile(
    r"(?<!\d)(?:\+?86[-\s]?)?[(（]?0(?:10|2\d|[3-9]\d{2})[)）]?[-\s]{0,2}[2-9]\d{2,3}[-\s]?\d{4}"
    r"(?:\s?(?:转|分机|-|ext\.?)\s?\d{1,6})?(?!\d)"
)
_LOCAL_PHONE = re.compile(
    r"(?:电话|座机|固话|致电|联系方式)(?:号码?|是|为|[:：\s]){0,3}([2-9]\d{6,7})(?!\d)"
)
_INTERNATIONAL = re.compile(
    r"(?<![\w.])(?:\+\d{1,3}[-.\s]?(?:\(?\d{1,4}\)?[-.\s]?){2,4}\d{2,4}"
    r"|(?!\(?[48]00)\(?\d{3}\)?[-.\s]\d{3}[-.\s]\d{4}|0\d{4}[-\s]?\d{6}|0\d{3}[-\s]\d{3}[-\s]\d{4}|07\d{3}[-\s]?\d{3}[-\s]?\d{3})(?![\w])"
)
_RESIDENT_ID = re.compile(
    r"(?<![0-9A-Za-z])\d{6}[-\s]?\d{4}[-\s]?\d{4}[-\s]?\d{3}[0-9Xx](?![0-9A-Za-z])"
)
_ID_AFTER_CUE = re.compile(
    r"(?:身份证|证件)(?:号码?|是|为|[:：\s]){0,3}(\d{14,17}[0-9Xx])(?![0-9A-Za-z])"
)
_SOCIAL_SECURITY = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
_PASSPORT = re.compile(
    r"(?:护照|港澳通行证|通行证|passport)(?:\s?(?:号码?|number|no\.?|is|是|为|[:：#])){0,3}\s?([A-Za-z]{1,2}\d{7,8})(?!\w)",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<![\d.])\d(?:[-\s]?\d){12,18}(?!\d)")
_CARD_AFTER_CUE = re.compile(
    r"(?:卡号|银行卡|账号|尾号以外|储蓄卡|信用卡)(?:号码?|是|为|[:：\s]){0,3}(\d(?:[-\s]?\d){9,18})(?!\d)"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
    r"[·.\s]?(?=[A-HJ-NP-Z0-9]{0,5}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:订单|运单|单号|工单|快递单|物流单|退款单|合同|流水|服务单|order|tracking|ticket|case|reference)"
    r"(?:编号|号码|号|number|no\.?|id|ref|是|为|is|[:：#\s]){0,4}([A-Za-z]{0,4}[-_]?\d[A-Za-z0-9-_]{5,30})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"(?<![\d.])[A-Z]{0,4}\d{12,30}(?!\d)")
_WECHAT = re.compile(
    r"(?:微信号?|薇信|威信|V信|(?<![A-Za-z])(?:vx|wx|wechat)(?:\s?id)?)(?:号|账号|是|为|叫|is|加我|联系|[:：\s]){0,4}"
    r"([A-Za-z][A-Za-z0-9_-]{5,19}|[A-Za-z]{1,6}[0-9_-]{3,14}|1[3-9]\d{9})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
_QQ = re.compile(
    r"(?:(?<![A-Za-z])QQ|扣扣|企鹅号)(?:号码?|群|是|为|[:：\s]){0,4}([1-9]\d{4,11})(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Find:
    """A stretch of text that holds personal data of one kind (a key of `PLACEHOLDERS`)."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Redaction:
    """The rewritten text and how many finds of each kind were replaced."""

    text: str
    counts: dict[str, int]


def _find(pattern: re.Pattern[str], kind: str, text: str) -> Iterator[Find]:
    for match in pattern.finditer(text):
        yield Find(*match.span(match.lastindex or 0), kind)


def find_emails(text: str) -> Iterator[Find]:
    """`li.lei@example.com`, also with blanks around the at sign."""
    if "@" in text or "＠" in text:
        yield from _find(_EMAIL, "email", text)


def find_ids(text: str) -> Iterator[Find]:
    """Resident IDs with a right checksum, or any number that the text calls an ID."""
    for match in _RESIDENT_ID.finditer(text):
        if is_resident_id(re.sub(r"[-\s]", "", match[0])):
            yield Find(*match.span(), "id_number")
    yield from _find(_ID_AFTER_CUE, "id_number", text)
    yield from _find(_SOCIAL_SECURITY, "id_number", text)
    yield from _find(_PASSPORT, "passport", text)


def find_cards(text: str) -> Iterator[Find]:
    """13 to 19 digits that pass the Luhn check, or any number that the text calls a card."""
    for match in _CARD.finditer(text):
        if passes_luhn(re.sub(r"\D", "", match[0])):
            yield Find(*match.span(), "bank_card")
    yield from _find(_CARD_AFTER_CUE, "bank_card", text)


def find_phones(text: str) -> Iterator[Find]:
    """Mobile numbers, landlines with area code, and numbers in international form."""
    yield from _find(_MOBILE, "phone", text)
    yield from _find(_LANDLINE, "landline", text)
    yield from _find(_LOCAL_PHONE, "landline", text)
    yield from _find(_INTERNATIONAL, "phone", text)


def find_spelled_phones(text: str) -> Iterator[Find]:
    """Numbers spelled in Chinese digits: 「一三八零零一三八零零零」."""
    for run in _CHINESE_RUN.finditer(text):
        if run[0].isascii():
            continue
        digits = run[0].rstrip("- ").translate(_CHINESE_DIGITS)
        for pattern, kind in ((_MOBILE, "phone"), (_LANDLINE, "landline")):
            for match in pattern.finditer(digits):
                yield Find(run.start() + match.start(), run.start() + match.end(), kind)


def find_plates(text: str) -> Iterator[Find]:
    """Vehicle plates with the province character, new-energy plates included."""
    yield from _find(_PLATE, "plate", text)


def find_accounts(text: str) -> Iterator[Find]:
    """WeChat and QQ ids after a word that names the service."""
    yield from _find(_WECHAT, "wechat", text)
    yield from _find(_QQ, "qq", text)


def find_order_numbers(text: str) -> Iterator[Find]:
    """Numbers that the text calls an order, and any other number of 12 or more digits."""
    yield from _find(_ORDER, "order_number", text)
    yield from _find(_LONG_NUMBER, "order_number", text)


def find_address_spans(text: str) -> Iterator[Find]:
    """Addresses that reach the house number or the door."""
    for start, end in find_addresses(text):
        yield Find(start, end, "address")


# Kinds that need a digit are not tried on texts without one.
NUMBER_DETECTORS: tuple[Callable[[str], Iterator[Find]], ...] = (
    find_ids,
    find_phones,
    find_cards,
    find_plates,
    find_accounts,
    find_order_numbers,
)
_DIGIT = re.compile(r"\d")
_ACCOUNT_CUE = re.compile(r"微信|薇信|威信|V信|vx|wx|wechat|QQ|扣扣", re.IGNORECASE)


def iter_finds(text: str, names: NameFinder | None = None) -> Iterator[Find]:
    """All finds in order of trust: the first of two that overlap is the one to keep."""
    yield from find_emails(text)
    if _DIGIT.search(text):
        for detector in NUMBER_DETECTORS:
            yield from detector(text)
    elif _ACCOUNT_CUE.search(text):
        yield from find_accounts(text)
    yield from find_spelled_phones(text)
    yield from find_address_spans(text)
    if names is not None:
        for start, end in names.find(text):
            yield Find(start, end, "name")


def _without_overlaps(finds: Iterable[Find], length: int) -> list[Find]:
    covered = bytearray(length)
    kept = []
    for find in finds:
        if not any(covered[find.start : find.end]):
            covered[find.start : find.end] = b"\x01" * (find.end - find.start)
            kept.append(find)
    return sorted(kept, key=lambda find: find.start)


def redact(text: str, names: NameFinder | None = None, language: str = "zh") -> Redaction:
    """Replace all personal data in a cleaned text; `names` adds persons to numbers and addresses.

    Placeholders are Chinese for `language` zh and English otherwise. The original values are
    neither kept nor logged. What is left of a find that overlapped a stronger one is looked at
    again in a second pass.
    """
    counts: dict[str, int] = {}
    for _ in range(2):
        finds = _without_overlaps(iter_finds(text, names), len(text))
        if not finds:
            break
        parts, position = [], 0
        for find in finds:
            placeholder = PLACEHOLDERS[find.kind][0 if language == "zh" else 1]
            parts += [text[position : find.start], f"[{placeholder}]"]
            position = find.end
            counts[find.kind] = counts.get(find.kind, 0) + 1
        text = "".join(parts) + text[position:]
    return Redaction(text, counts)
