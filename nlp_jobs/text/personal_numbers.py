"""Numbers that point at a person: phones, IDs, cards, plates, orders.

Each detector yields (start, end, kind). A digit here is an ASCII digit: `redact` reads texts
through a view of the same length in which full-width digits are ASCII. Patterns begin with a
literal or a set and look back after it, because a scan for a first character is several times
faster than a look-behind at each place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp_jobs.text.checksums import is_old_resident_id, is_resident_id, passes_luhn

Span = tuple[int, int, str]

# What each find holds at least one of; every alternative begins with a literal character.
SIGNS = (*"0123456789", "一(?=[三四五六七八九\\- ])", *"幺零〇○壹")

_LINK = r"(?:号码|编号|号|码|是|为|叫|[:：#\s(（]){0,5}"
_ENGLISH_LINK = r"(?:\s?(?:number|no\.?|num|id|ref|reference|code|is|was|[:#(])){0,4}\s?"
_ENGLISH_LETTERS = re.compile("[A-Za-z]{2}")


def _iter_groups(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[Span]:
    """The last group of each match: what stands after the cue."""
    for match in pattern.finditer(text):
        yield *match.span(match.lastindex or 0), kind


# ---------------------------------------------------------------- phones
_MOBILE = re.compile(r"1(?:(?<![0-9]1)|(?<=861))[3-9]\d(?:[-\s.·]{0,2}\d){8}(?!\d)")
_COUNTRY = re.compile(r"(?:\+|00)?86[-\s]?$")
_SIZES = re.compile(r"\d{3} \d{3} \d{3} \d{2}")  # 「170 175 180 18」 is a row of sizes
_INTERNET_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_TRUNK = re.compile(r"(?<!\d)1[-\s]$")
_HOTLINE = re.compile(r"[48](?<![0-9.].)00(?:[-\s]?\d){7}(?!\d)")
_LANDLINE = re.compile(
    r"0(?<![0-9.]0)(?:10|2\d|[3-9]\d{2})[)）]?[-\s—]{0,2}"
    r"[2-9]\d{2,3}[-\s]?\d{4}(?:\s?(?:转|分机|-|ext\.?)\s?\d{1,6})?(?!\d)"
)
_LOCAL_PHONE = re.compile(
    rf"(?:电话|座机|固话|致电|拨打|回电|传真|联系方式|打|拨){_LINK}([2-9]\d{{2,3}}[-\s]?\d{{4}})(?!\d)"
)
_PLUS_PHONE = re.compile(r"\+\d{1,3}[-.\s]?(?:\(?\d{1,5}\)?[-.\s]?){2,4}\d{2,4}(?!\w)")
_AMERICAN_PHONE = re.compile(r"[0-9(](?<![\w.].)\(?\d{2,3}\)?[-.\s]\d{3}[-.\s]\d{4}(?!\w)")
_BRITISH_PHONE = re.compile(
    r"[0(](?<![\w.].)0?(?:\d{2}\)?[-\s]\d{4}[-\s]?\d{4}|\d{3}\)?[-\s]\d{3}[-\s]?\d{4}"
    r"|\d{4}\)?[-\s]?\d{3}[-\s]?\d{3}|\d{4}\)?[-\s]\d{5})(?!\w)"
)
_PHONE_AFTER_ENGLISH = re.compile(
    r"\b(?:call|text|ring|phone|cell|mobile|tel|telephone|contact|reach|whatsapp|fax)\b"
    r"(?:\s(?:me|us|him|her|back|on|at|to|number|no\.?|is|my)|[:.\s#]){0,6}"
    r"(\d{3}[-.\s]?\d{4}|\d{10,11})(?!\w)",
    re.IGNORECASE,
)


def find_phones(text: str) -> Iterator[Span]:
    """Mobile numbers, landlines, service lines and numbers in international form."""
    for match in _MOBILE.finditer(text):
        if not (_SIZES.fullmatch(match[0]) or _INTERNET_ADDRESS.fullmatch(match[0])):
            prefix = _COUNTRY.search(text, 0, match.start())
            yield prefix.start() if prefix else match.start(), match.end(), "phone"
    for match in _HOTLINE.finditer(text):
        trunk = _TRUNK.search(text, 0, match.start())
        yield trunk.start() if trunk else match.start(), match.end(), "hotline"
    yield from _iter_groups(_LANDLINE, text, "landline")
    yield from _iter_groups(_LOCAL_PHONE, text, "landline")
    yield from _iter_groups(_PLUS_PHONE, text, "phone")
    yield from _iter_groups(_AMERICAN_PHONE, text, "phone")
    yield from _iter_groups(_BRITISH_PHONE, text, "phone")
    if _ENGLISH_LETTERS.search(text):
        yield from _iter_groups(_PHONE_AFTER_ENGLISH, text, "phone")


# ---------------------------------------------------------------- identity papers
_RESIDENT_ID = re.compile(
    r"[0-9](?<![0-9A-Za-z].)\d{5}[-\s]?\d{4}[-\s]?\d{4}[-\s]?\d{3}[0-9Xx](?![0-9A-Za-z])"
)
_OLD_RESIDENT_ID = re.compile(r"[0-9](?<![0-9A-Za-z].)\d{14}(?![0-9A-Za-z])")
_ID_AFTER_CUE = re.compile(
    rf"(?:身份证|证件|身份){_LINK}"
    r"(\d(?:[-\s]?\d){13,16}[-\s]?[0-9Xx]|[A-Z][A-Z0-9]{7,10})(?![0-9A-Za-z])"
)
_HONG_KONG_ID = re.compile(r"[A-Z](?<![0-9A-Za-z].)[A-Z]?\d{6}[(（][0-9A][)）]")
_SOCIAL_SECURITY = re.compile(r"[0-9](?<![\d-].)\d{2}-\d{2}-\d{4}(?![\d-])")
_SOCIAL_SECURITY_AFTER_CUE = re.compile(
    rf"\b(?:ssn|social(?: security)?){_ENGLISH_LINK}(\d{{3}}[-\s]?\d{{2}}[-\s]?\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_NATIONAL_INSURANCE = re.compile(
    r"[A-TW-Za-tw-z](?<![0-9A-Za-z].)[A-Za-z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-Da-d]"
    r"(?![0-9A-Za-z])"
)
_TRAVEL_PAPER = re.compile(
    rf"(?:护照|通行证|回乡证|台胞证|军官证){_LINK}([A-Za-z]{{1,2}}\d{{7,8}}|\d{{8,9}})(?!\w)"
)
_PASSPORT = re.compile(rf"\bpassport{_ENGLISH_LINK}([A-Za-z]{{0,2}}\d{{6,9}})(?!\w)", re.IGNORECASE)


def find_ids(text: str) -> Iterator[Span]:
    """Resident IDs (18 with a right checksum, old 15), passports, SSN, National Insurance."""
    for match in _RESIDENT_ID.finditer(text):
        if is_resident_id(re.sub(r"[-\s]", "", match[0])):
            yield *match.span(), "id_number"
    for match in _OLD_RESIDENT_ID.finditer(text):
        if is_old_resident_id(match[0]):
            yield *match.span(), "id_number"
    yield from _iter_groups(_ID_AFTER_CUE, text, "id_number")
    yield from _iter_groups(_HONG_KONG_ID, text, "id_number")
    yield from _iter_groups(_SOCIAL_SECURITY, text, "id_number")
    yield from _iter_groups(_TRAVEL_PAPER, text, "passport")
    if _ENGLISH_LETTERS.search(text):
        yield from _iter_groups(_NATIONAL_INSURANCE, text, "id_number")
        yield from _iter_groups(_SOCIAL_SECURITY_AFTER_CUE, text, "id_number")
        yield from _iter_groups(_PASSPORT, text, "passport")


# ---------------------------------------------------------------- cards and accounts at banks
_CARD = re.compile(r"[3-69](?<![\d.].)\d{3}(?:[-\s]?\d){11,15}(?!\d)")
_CARD_AFTER_CUE = re.compile(
    rf"(?:卡号|银行卡|银行账号|账号|账户|储蓄卡|信用卡|借记卡|工资卡){_LINK}(\d(?:[-\s]?\d){{9,18}})(?!\d)"
)
_CARD_AFTER_ENGLISH = re.compile(
    rf"\b(?:card|account|acct){_ENGLISH_LINK}(\d(?:[-\s]?\d){{7,18}})(?!\d)", re.IGNORECASE
)
_SORT_CODE = re.compile(
    rf"\bsort code{_ENGLISH_LINK}(\d{{2}}[-\s]?\d{{2}}[-\s]?\d{{2}})(?!\d)", re.IGNORECASE
)
_IBAN = re.compile(
    r"[A-Z](?<![0-9A-Za-z].)[A-Z]\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?(?!\w)"
)
_IBAN_MIN_DIGITS = 10


def find_cards(text: str) -> Iterator[Span]:
    """15 to 19 digits that pass the Luhn check, or any number that the text calls a card."""
    for match in _CARD.finditer(text):
        if passes_luhn(re.sub(r"\D", "", match[0])):
            yield *match.span(), "bank_card"
    yield from _iter_groups(_CARD_AFTER_CUE, text, "bank_card")
    if _ENGLISH_LETTERS.search(text):
        yield from _iter_groups(_CARD_AFTER_ENGLISH, text, "bank_card")
        yield from _iter_groups(_SORT_CODE, text, "bank_card")
        for match in _IBAN.finditer(text):
            if sum(character.isdigit() for character in match[0]) >= _IBAN_MIN_DIGITS:
                yield *match.span(), "bank_card"


# ---------------------------------------------------------------- plates
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Za-hj-np-z]"
    r"[·.•\-\s]?([A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳领])(?![A-Za-z0-9])"
)
_PLATE_MIN_DIGITS = 3
_BRITISH_PLATE = re.compile(r"[A-Z](?<![0-9A-Za-z].)[A-Z]\d{2} ?[A-Z]{3}(?![0-9A-Za-z])")


def find_plates(text: str) -> Iterator[Span]:
    """Vehicle plates with the province character, new-energy ones included; British plates."""
    for match in _PLATE.finditer(text):
        if sum(character.isdigit() for character in match[1]) >= _PLATE_MIN_DIGITS:
            yield *match.span(), "plate"
    yield from _iter_groups(_BRITISH_PLATE, text, "plate")


# ---------------------------------------------------------------- orders
_NUMBERED = (
    r"((?=(?:[A-Za-z_-]{0,6}\d){4})[A-Za-z]{0,6}[-_]?\d[A-Za-z0-9_-]{4,30})"
    r"(?![A-Za-z0-9]|\.\d|\s?[元块万])"
)
_GROUPED = r"(\d(?:[ -]?\d){7,30})(?![A-Za-z0-9]|\.\d)"
_ORDER = re.compile(
    "(?:订单|运单|单号|工单|快递|物流单|预约单?|单子|退款单|退货单|合同|流水|服务单|保单|发票|编号|取件码)"
    + _LINK
    + f"(?:{_NUMBERED}|{_GROUPED})"
)
_ORDER_AFTER_ENGLISH = re.compile(
    r"\b(?:order|receipt|tracking|ticket|case|reference|ref|booking|invoice|policy|parcel|confirmation)\b"
    + _ENGLISH_LINK
    + _NUMBERED,
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:19|20)\d{2}[-_]\d{1,2}(?:[-_]\d{1,2})?")
_BARCODE = re.compile(r"(?:条形码|条码|[Bb]arcode)[:：\s是为]{0,3}$")
_LONG_NUMBER = re.compile(
    r"[0-9](?<![0-9.].)(?:\d{11,29}(?!\d)|(?<![0-9A-Za-z].)\d{2}-\d{7}-\d{7}(?!\d))"
    r"|[A-Za-z](?<![0-9A-Za-z.].)(?:[A-Za-z]{0,3}\d{10,30}|[A-Z]{1,4}-\d{3,12}-\d{3,12})"
    r"(?![A-Za-z0-9])"
)


def find_orders(text: str) -> Iterator[Span]:
    """Numbers that the text calls an order, and any other number of 12 or more digits."""
    patterns = (_ORDER, _ORDER_AFTER_ENGLISH) if _ENGLISH_LETTERS.search(text) else (_ORDER,)
    for pattern in patterns:
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            if not _DATE.fullmatch(match[group]):
                yield *match.span(group), "order_number"
    for match in _LONG_NUMBER.finditer(text):
        # 「66666666666666」 is applause
        if len(set(match[0])) > 1 and not _BARCODE.search(text, 0, match.start()):
            yield *match.span(), "order_number"


# ---------------------------------------------------------------- numbers in Chinese digits
_CHINESE_DIGITS = str.maketrans(
    "零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两", "00012345678911234567892"
)
_DIGIT_SIGNS = "零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两0-9"
_CHINESE_RUN = re.compile(rf"[{_DIGIT_SIGNS}](?:[-\s]?[{_DIGIT_SIGNS}]){{6,}}")


def find_spelled_numbers(text: str) -> Iterator[Span]:
    """Phones, IDs and cards in Chinese digits: 「幺三八零零一三八零零零」, also mixed with 138."""
    for run in _CHINESE_RUN.finditer(text):
        if run[0].isascii():
            continue
        digits = run[0].translate(_CHINESE_DIGITS)
        for detector in (find_ids, find_phones, find_cards):
            for start, end, kind in detector(digits):
                yield run.start() + start, run.start() + end, kind
