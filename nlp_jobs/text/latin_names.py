"""Latin names in a Chinese text: 我是Lisa, Tony老师."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_LATIN_NAME = (
    r"(?P<name>(?!(?:App|Apple|Bug|Vip|Plus|Pro|Max|Mini|Air|Wifi|Siri|Android|Iphone|Ipad|Mac"
    r"|Tesla|Model|Nike|Adidas|Switch|Sony|Level|Boss|Ok|No|Yes|Hi|Hello|Sorry|Id|Led|Suv|Ios"
    r"|Pos|Plan|Sim|Plc|Shop|Store|Service|Checkout|Check|Spa|Bar|Lobby|Hotel"
    r"|Room|Free|Online|Email|Wechat|Excel|Windows|Home|Robot)(?![a-z]))"
    r"[A-Z][a-z]{2,11})(?![A-Za-z0-9])"
)
_LATIN = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:我叫|名叫|叫做?|我是|这里是|客服|店员|导购|销售|顾问|老师|教练"
        r"|发型师|设计师|经理|店长|美容师|技师"
        r"|服务员|前台|主管|管家|专员|姓名[:：]|联系人[:：]|收件人[:：]|收货人[:：]|找)\s?"
        rf"{_LATIN_NAME}(?=[^A-Za-z0-9]|$)(?!\s?[A-Za-z0-9&])",
        rf"{_LATIN_NAME}\s?(?:先生|女士|小姐|老师|师傅|经理|店长|总监|教练"
        rf"|[姐哥总](?![\u4e00-\u9fff]{{0,1}}妹))",
    )
)
_CAPITAL = re.compile("[A-Z][a-z]{2}")


def find_latin_names(text: str) -> Iterator[Span]:
    """「您好我是Lisa」, 「Tony老师」: a Latin name where a Chinese text wants a name."""
    for pattern in _LATIN if not text.isascii() and _CAPITAL.search(text) else ():
        for match in pattern.finditer(text):
            yield match.span("name")
