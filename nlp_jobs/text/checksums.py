"""Checksums that tell an ID or card number from any other long number."""

from __future__ import annotations

from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
# GB/T 2260: the first two digits of a resident ID
_PROVINCES = frozenset(
    str(code)
    for group in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82),
    )
    for code in group
)


def is_resident_id(number: str) -> bool:
    """True for an 18-character resident ID (GB 11643) with a right check character."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number, strict=False))
    return _ID_CHECKS[total % 11] == number[17].upper()


def is_old_resident_id(number: str) -> bool:
    """True for 15 digits that read as an ID of before 1999: province, then a date of birth.

    There is no check digit: about one in a hundred other numbers of 15 digits passes too.
    """
    if len(number) != 15 or not number.isdigit() or number[:2] not in _PROVINCES:
        return False
    try:
        date(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))
    except ValueError:
        return False
    return True


def passes_luhn(number: str) -> bool:
    """True when the digits satisfy the Luhn check of bank cards (ISO/IEC 7812)."""
    if not number.isdigit() or len(set(number)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
