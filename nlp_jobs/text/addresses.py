"""Addresses down to the house number or the door, Chinese and English, by their own grammar.

A Chinese find starts from a door part (「12号」, 「3栋2单元501室」), which is rare, and grows to
the left over street, district and city; so ordinary text costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# see `personal_numbers.SIGNS`; an address in ASCII digits shows by its digits
SIGNS = tuple(
    rf"{unit}(?<=[一二三四五六七八九十百零〇东西南北甲乙丙丁]{unit})"
    for unit in "号弄栋幢座单室楼组户房"
)
_DIGITS = r"[0-9一二三四五六七八九十百零〇]"
_NUMBER = (
    r"(?:[0-9A-Za-z]{1,6}(?:[-—][0-9A-Za-z]{1,5}){0,3}"
    r"|[一二三四五六七八九十百零〇]{1,6}|[东西南北甲乙丙丁][0-9]{0,4})"
)
_UNIT = r"(?:号楼|号院|号铺|号店|号|弄|栋|幢|座|单元|室|楼|层|组|户|(?<=[0-9])门|房间|房)"
_DOORS = re.compile(
    rf"{_NUMBER}{_UNIT}(?:[,，\s]?附?{_NUMBER}{_UNIT}){{0,5}}(?:[,，\s]?[0-9A-Za-z]{{1,4}}[-—]?[0-9]{{0,4}})?"
    rf"|(?<=[路街道巷]){_DIGITS}{{1,4}}(?:[-—][0-9]{{1,4}}){{1,3}}"
    r"|\d{1,3}[-—]\d{1,2}[-—]\d{3,4}"
)
_NOT_DOORS = re.compile(
    r"线|机|电池|前|之前|下午|上午|晚上|早上|早|晚|中午|到货|送|发货|下单|买|收到|那天|左右|开始|字|球|色|码|卡|入住|离店|退房|出发|回来|去的|来的"
)
# a floor alone (「商场3楼」) is no address; a group of a village is
_HOUSE = re.compile(r"[号弄栋幢座室户组]|单元|[0-9][-—][0-9]")
_TRY = re.compile("[一二两三几]弄")
_DOOR_PART = re.compile(r"号楼|号院|弄|栋|幢|座|单元|室|号")
_STREET_WORD = (
    r"(?:大道|路|街道|街|道|巷|胡同|村|镇|乡|小区|花园|花苑|公寓|大厦|新村|家园|嘉园|华庭|豪庭|名苑|雅苑|苑|城|庄|里|府|湾|庭"
    r"|广场|中心|社区|大院|宿舍|组|期|弄|段|区|公馆|国际|山庄|名邸|御景|豪园|园|坊|楼|营|屯|寨|桥|门|校区|医院|大学|学校|酒店|商城|市场)"
)
_STREET = re.compile(
    rf"[\u4e00-\u9fffA-Za-z0-9]{{1,12}}{_STREET_WORD}(?:[一二三四五六七八九十0-9]{{1,3}}[期区段组村])?"
    r"(?:[东南西北中]{1,2}[段区路街]?)?(?:[(（][\u4e00-\u9fff]{1,6}[)）])?[,，\s]?$"
)
_STARTS = re.compile(
    r".*(?:收货地址|地址|住址|住在|家住|现住|我住|住|寄到|寄往|寄去|送到|送去|发到|发往|送至|寄至|发给|位于|收货地|我家在|家在|搬到|搬去"
    r"|来到|就在|上门到|门店在|店在|地点|定位|写成了?|写的|填的|改成|改到|在|到|是|去|业主|举报|由于|我于|距|将|系|[;；:：!！?？。\n、《》“”\"（(])",
    re.DOTALL,
)
_COMMA = re.compile(r".*[,，\s]", re.DOTALL)
_REGION_END = re.compile(r"(?:省|自治区|市|自治州|区|县|镇|乡|街道|新区|开发区)[,，\s]?$")
_REGION = re.compile(r"(?:省|自治区|市|自治州|区|县|镇|乡|街道|新区|开发区)")
_TAIL = re.compile("[0-9A-Za-z-]{0,6}")
# 「…560号创新大厦B座1807」: a building and more doors after the house number
_MORE_DOORS = re.compile(
    rf"[,，\s]?[\u4e00-\u9fff]{{0,6}}?{_STREET_WORD}[,，\s]?(?:(?:{_NUMBER}{_UNIT}){{1,4}}"
    r"(?:[0-9A-Za-z-]{1,5}(?![0-9A-Za-z]|单元|[号弄栋幢座室楼层户]))?|[0-9]{3,4})"
)
_WINDOW = 40


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each Chinese address that reaches a house number or a door."""
    for doors in _DOORS.finditer(text):
        # 「12月5号」, 「5号到货」
        if doors[0].endswith("号") and (
            text[doors.start() - 1 : doors.start()] == "月" or _NOT_DOORS.match(text, doors.end())
        ):
            continue
        if not _HOUSE.search(doors[0]) or _TRY.fullmatch(doors[0]):  # 「弄一弄」
            continue
        start = _address_start(text, doors.start())
        if start is not None:
            yield start, _address_end(text, doors.end())
        elif len(set(_DOOR_PART.findall(doors[0]))) >= 2:
            yield doors.span()


def _address_end(text: str, end: int) -> int:
    """Past the letters and digits of a door number that the grammar cut: 「2单元501」."""
    more = _MORE_DOORS.match(text, end)
    while more:
        end = more.end()
        more = _MORE_DOORS.match(text, end)
    tail = _TAIL.match(text, end)
    return tail.end() if tail else end


def _address_start(text: str, door: int) -> int | None:
    """Where the address begins whose door part is at `door`; None when no street stands there."""
    begin = max(0, door - _WINDOW)
    before = text[begin:door]
    lead = _STARTS.match(before)
    offset = lead.end() if lead else 0
    # a comma ends the address to the left, unless a region stands before it: 「杭州市，西湖区…」
    comma = _COMMA.match(before, offset, max(offset, len(before) - 1))
    while comma and not _REGION_END.search(before[offset : comma.end()]):
        offset = comma.end()
        comma = _COMMA.match(before, offset, max(offset, len(before) - 1))
    street = _STREET.search(before[offset:])
    if street is None:
        return None
    region = _REGION.search(before[offset:], 0, street.start() + 1)
    return begin + offset + (0 if region else street.start())


# ---------------------------------------------------------------- English
_STREET_TYPE = (
    "(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Close|Crescent|Cres"
    "|Terrace|Place|Pl|Way|Square|Sq|Gardens|Grove|Hill|Mews|Row|Park|Parkway|Pkwy|Highway|Hwy"
    "|Circle|Walk|View|Green|Rise|Vale|Wharf|Quay|Yard|Fields|Meadows?|Villas|Cottages|Parade|Esplanade|Heights"
    "|Loop|Plaza|Croft|Mount|Broadway|Alley)"
)
_UNIT_TYPE = "(?:[Ff]lat|[Aa]partment|[Aa]pt|[Uu]nit|[Ss]uite|[Rr]oom)"
_POSTCODE = r"[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2}"
_TOWN = (
    r"(?:,?\s+(?:[A-Z][A-Za-z'.]+\s?){1,3}){0,2}"
    rf"(?:,?\s*(?:{_POSTCODE}|[A-Z]{{2}}\s\d{{5}}(?:-\d{{4}})?))"
)
_ENGLISH = re.compile(
    r"[0-9](?<![\w.].)\d{0,4}[A-Za-z]?(?:-\d{1,4})?,?\s+"
    rf"(?:[A-Z][A-Za-z'.]*\s+|\d{{1,3}}(?:st|nd|rd|th)\s+){{1,4}}{_STREET_TYPE}\b\.?"
    rf"(?:,?\s*(?:{_UNIT_TYPE}|Floor|#)\.?\s*[A-Za-z0-9-]{{1,6}})?(?:{_TOWN})?"
)
_LOWER_ENGLISH = re.compile(
    r"[0-9](?<![\w.].)\d{0,4}[a-z]?\s+"
    r"(?!(?:days?|weeks?|months?|years?|hours?|minutes?|mins?|miles?|out|of|people|times?"
    r"|different|on|in|at|the|a)\b)[a-z']{3,15}\s+(?:[a-z']{3,15}\s+)?"
    r"(?:street|road|avenue|lane|crescent|boulevard|terrace)\b"
    r"(?:,?\s*(?:apt|apartment|flat|unit)\s*[a-z0-9-]{1,5})?"
)
_DOOR_OF_BUILDING = re.compile(
    rf"\b{_UNIT_TYPE}\.?\s?(?:\d{{1,4}}[A-Za-z]?|[A-Z]\d{{0,3}}),?\s+(?=[A-Z0-9])"
    r"(?:(?:[A-Z][A-Za-z']+\s?){1,3}(?:House|Court|Tower|Towers|Building|Lodge|Mansions)\b"
    rf"(?:{_TOWN})?)?"
)
_POSTCODE_ALONE = re.compile(rf"(?<!\w)(?:{_POSTCODE}|PO Box \d{{1,6}})(?!\w)")


def find_english_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of street addresses with a house number, and of British postcodes."""
    for pattern in (_ENGLISH, _DOOR_OF_BUILDING, _LOWER_ENGLISH, _POSTCODE_ALONE):
        for match in pattern.finditer(text):
            yield match.span()
