"""Chinese names beside a long number or before 本人: 莫凡（手机138…, 赵敏本人签收."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from nlp_jobs.text.chinese_names import (
    NO_NAMES,
    WEAK_SURNAMES,
    surname_length,
)
from nlp_jobs.text.titled_names import TITLE

Span = tuple[int, int]

_BESIDE_NUMBER = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<name>[\u4e00-\u9fff]{2,4})[\s,，:：;；、(（/|-]{0,3}"
    r"(?:(?:手机|电话|联系电话|联系方式|微信|手机号码?|电话号码?|身份证号?|tel"
    r"|Tel|TEL)[号是为\s:：]{0,3})?"
    r"\+?[0-9](?:[-\s]?[0-9]){6}"
    r"|[0-9]{7}[\s,，:：;；、(（/|-]{0,3}(?P<after>[\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])"
)
_OWN = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<name>[\u4e00-\u9fff]{2,3})[\s(（]?(?:本人|敬上|谨上|亲笔)"
)
_OWN_SIGN = re.compile("本人|敬上|谨上|亲笔")
MANY_DIGITS = re.compile(r"[0-9](?:[-\s]?[0-9]){6}")


def find_names_beside_numbers(text: str) -> Iterator[Span]:
    """「莫凡（手机138…」, 「13800138000 王芳」, 「赵敏本人签收」."""
    patterns = (
        *((_BESIDE_NUMBER,) if MANY_DIGITS.search(text) else ()),
        *((_OWN,) if _OWN_SIGN.search(text) else ()),
    )
    for pattern in patterns:
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            name, (start, end) = match[group], match.span(group)
            surname = surname_length(text, start)
            if (
                surname < len(name) <= surname + 2
                and surname
                and name[:2] not in NO_NAMES
                and name[0] not in WEAK_SURNAMES
                and not TITLE.fullmatch(name[surname:])
                and (not rjieba.has_word(name) or rjieba.tag(name)[0][1].startswith("nr"))
            ):
                yield start, end
