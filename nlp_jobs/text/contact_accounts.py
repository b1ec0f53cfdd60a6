"""Ways to reach a person online: e-mail addresses, WeChat and QQ ids.

Each detector yields (start, end, kind), see `personal_numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int, str]

# see `personal_numbers.SIGNS`
SIGNS = (
    *(
        "@",
        r"\[ ?at",
        r"\( ?at",
        "#at",
        "微信",
        "薇",
        "威信",
        "维信",
        "徽信",
        "卫星",
        "V信",
        "扣扣",
        "抠抠",
    ),
    *("vx", "Vx", "VX", "wx", "WX", "We[Cc]hat", "wechat", "QQ", "qq", "加[我微薇vV]", "➕"),
)

_AT = r"\s?(?:@|[\[(（]\s?at\s?[\])）]|[#＃]at)\s?"
_DOT = r"(?:\s?\.\s?|\s?[\[(（]\s?dot\s?[\])）]\s?)"
_TOP_LEVEL = r"(?:com|cn|net|org|edu|gov|io|co|uk|us|test|example|info|me|hk|tw|jp|de|fr|eu)"
_EMAIL = re.compile(
    rf"[A-Za-z0-9][A-Za-z0-9._%+-]{{0,63}}{_AT}"
    rf"(?:[A-Za-z0-9-]{{1,63}}\.(?:[A-Za-z0-9-]{{1,63}}\.){{0,3}}[A-Za-z]{{2,24}}"
    rf"|[A-Za-z0-9-]{{1,63}}{_DOT}{_TOP_LEVEL}(?:{_DOT}{_TOP_LEVEL})?)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SPOKEN_EMAIL = re.compile(
    r"\b[a-z0-9][a-z0-9._-]{1,40}(?: dot [a-z0-9]{1,20}){0,2} at (?:[a-z0-9-]{1,30})"
    r" (?:dot|\.) ?(?:com|net|org|co(?: dot uk|\.uk)|cn|edu)\b",
    re.IGNORECASE,
)


def find_emails(text: str) -> Iterator[Span]:
    """`li.lei@example.com`, with blanks around the sign, `[at]`, `(dot)`, and "at ... dot com"."""
    for pattern in (_EMAIL, _SPOKEN_EMAIL):
        for match in pattern.finditer(text):
            yield *match.span(), "email"


_SERVICE = (
    r"(?:微信|薇信|威信|维信|徽信|卫星|(?<![A-Za-z])(?:V信|weixin|wechat|vx|wx|v(?=[:：号]))(?:\s?id)?"
    r"|微(?=[:：号])|薇(?=[:：号])|[加➕+](?:我?\s?(?:微|薇|威|v|vx|wx)(?![A-Za-z])))"
)
_LINKED = r"(?:号码?|账号|账户|id|是|为|叫|加我?|联系我?|搜|同步|[:：\s(（]){0,5}"
_STATED = r"(?:(?:号码?|账号|账户|id|是|为|叫|加我?|搜|同步|一样)\s?|[:：]\s?){1,4}"
_WECHAT = re.compile(
    rf"{_SERVICE}(?:{_LINKED}"
    r"((?=[A-Za-z_-]*\d)[A-Za-z][A-Za-z0-9_-]{4,24}|(?=[A-Za-z0-9-]*_)[A-Za-z][A-Za-z0-9_-]{4,24}|1[3-9]\d{9}|[1-9]\d{5,10})"
    rf"|{_STATED}([A-Za-z][A-Za-z0-9_-]{{5,24}}))(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
_ADD_ME = re.compile(
    r"(?:加我|联系我|找我|私我|私聊)(?:吧|哦|[:：，,\s]){0,3}"
    r"((?=[A-Za-z_-]*\d)[A-Za-z][A-Za-z0-9_-]{5,24})(?![A-Za-z0-9_])"
)
_QQ = re.compile(
    r"(?:(?<![A-Za-z])q\s?q|扣扣|球球|企鹅号?|抠抠|(?<![A-Za-z])q(?=[:：群号\s]))"
    r"(?:号码?|群|是|为|加我?|联系|[:：\s(（]){0,4}([1-9]\d{4,11})(?!\d)",
    re.IGNORECASE,
)


def find_accounts(text: str) -> Iterator[Span]:
    """WeChat and QQ ids after a word that names the service, spelled as people disguise it."""
    for pattern, kind in ((_WECHAT, "wechat"), (_ADD_ME, "wechat"), (_QQ, "qq")):
        for match in pattern.finditer(text):
            yield *match.span(match.lastindex or 0), kind
