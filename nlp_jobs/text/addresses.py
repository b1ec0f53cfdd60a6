"""Addresses down to the house number or the door, Chinese and English, by their own grammar.

A find starts from a door part (「12号」, 「3栋2单元501室」), which is rare, and grows to the left
over street, district and city; so ordinary text costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBER = (
    r"(?:[0-9A-Za-z]{1,6}(?:-[0-9A-Za-z]{1,5}){0,3}"
    r"|[一二三四五六七八九十百零〇东西南北甲乙丙丁]{1,6})"
)
_UNIT = r"(?:号楼|号院|号|弄|栋|幢|座|单元|室|楼|层)"
_DOORS = re.compile(rf"{_NUMBER}{_UNIT}(?:附?{_NUMBER}(?:{_UNIT}|户)?){{0,5}}")
_DOOR_PART = re.compile(r"号楼|号院|弄|栋|幢|单元|室")
_STREET = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9]{1,12}(?:大道|路|街道|街|道|巷|胡同|村|镇|乡|小区|花园|花苑|公寓|大厦|新村|家园|嘉园|"
    r"华庭|豪庭|名苑|雅苑|苑|城|庄|里|府|湾|庭|广场|中心|社区|大院|宿舍|组|期|弄|段)[(（]?[\u4e00-\u9fff]{0,4}[)）]?$"
)
_STARTS = re.compile(
    r".*(?:地址|住址|住在|家住|我住|寄到|寄往|送到|发到|发往|送至|寄至|位于|收货地|我家在|家在|搬到"
    r"|来到|就在|上门到|在|到|是|[,，。;；:：!！?？\n、\s])",
    re.DOTALL,
)
_REGION = re.compile(r"(?:省|自治区|市|自治州|区|县|镇|乡|街道|新区|开发区)")
_WINDOW = 36
_ENGLISH = re.compile(
    r"\b\d{1,5}[A-Za-z]?,?\s+(?:[A-Z][A-Za-z'.]+\s+){1,4}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Close|Crescent|Terrace|Place|Pl|Way|Square)\b\.?"
    r"(?:,?\s*(?:Apt|Apartment|Flat|Unit|Suite|Room|#)\.?\s*[A-Za-z0-9-]{1,6})?"
    r"(?:,?\s+[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2})?"
)


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each address that reaches a house number or a door."""
    for doors in _DOORS.finditer(text):
        start = max(0, doors.start() - _WINDOW)
        before = text[start : doors.start()]
        lead = _STARTS.match(before)
        offset = lead.end() if lead else 0
        street = _STREET.search(before[offset:])
        if street:
            yield start + offset + _region_start(before[offset:], street.start()), doors.end()
        elif len(_DOOR_PART.findall(doors[0])) >= 2:
            yield doors.span()
    if text.isascii() or re.search(r"\d+\s+[A-Z]", text):
        for match in _ENGLISH.finditer(text):
            yield match.span()


def _region_start(before: str, street_start: int) -> int:
    """Where the address begins: at its first province, city or district, else at the street."""
    region = _REGION.search(before, 0, street_start + 1)
    return 0 if region else street_start
