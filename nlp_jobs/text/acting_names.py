"""Full Chinese names of those who do something: 王丽娟签收的, 多亏了张伟民帮我."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from nlp_jobs.text.chinese_names import (
    FREQUENT_SURNAMES,
    NO_GIVEN,
    NO_NAMES,
    is_odd_name,
    tagged_name,
)

Span = tuple[int, int]

# what people do for customers; each is a sign without which no name is looked for here
DEEDS = (
    *("签收", "接的", "接待", "帮我", "帮忙", "亲自", "上门", "装的", "修的", "送的", "处理的"),
    *("推荐的", "负责", "代收", "代签", "来电", "回访", "打来", "给我打", "给我回"),
)
_SURNAME = re.compile(f"[{FREQUENT_SURNAMES}]")
_ACTOR = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|[是由被让找跟和给]|多亏了?|感谢|谢谢|隔壁|客服|师傅)"
    rf"(?P<name>[{FREQUENT_SURNAMES}][\u4e00-\u9fff]{{1,2}}?)(?={'|'.join(DEEDS)})"
)


def find_actors(text: str) -> Iterator[Span]:
    """「这单是王丽娟签收的」, 「多亏了张伟民帮我追回来」, 「蒋明明接的电话」."""
    if _SURNAME.search(text) is None:
        return
    for match in _ACTOR.finditer(text):
        name, (start, end) = match["name"], match.span("name")
        if name in NO_NAMES or name[:2] in NO_NAMES or not NO_GIVEN.isdisjoint(name):
            continue
        is_tagged = tagged_name(text[:end], start) == len(name)
        is_odd = is_odd_name(name) or (len(name) == 3 and not rjieba.has_word(name[:2]))
        if is_tagged or is_odd:
            yield start, end
