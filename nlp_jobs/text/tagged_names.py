"""Full Chinese names anywhere in a text, by the tagger of the segmenter: 昨天吕佳慧回访说今天修.

The tagger knows persons by their characters and neighbours. It is believed for frequent surnames
with a given name of two characters that is no word: dishes (罗宋汤), places (张家界) and famous
persons are words of its dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from nlp_jobs.text.chinese_names import FREQUENT_SURNAMES, NO_GIVEN, NO_NAMES

Span = tuple[int, int]

_SURNAMES = FREQUENT_SURNAMES + "谭邹邱尹姚"
# begins with a set, which is looked for several times as fast as a place where something follows
_POSSIBLE = re.compile(rf"[{_SURNAMES}](?=[\u4e00-\u9fff]{{2}})")
_NAME = 3  # characters
# the last character of places and goods, and what follows them
_NO_PERSON_END = frozenset("村镇乡组路街桥湾家庄站店城楼塘汤饭面菜酒茶味款型牌版号点岩屯坝园苑府")
_NO_PERSON_AFTER = re.compile(
    "[村镇乡组路街桥湾站店城汤饭面菜酒牌]|社区|小区|酒店|牛肉|品牌|大桥|故居|广场"
)


def find_tagged(text: str) -> Iterator[Span]:
    """Names that the tagger sees, e.g. (2, 5) in 「昨天吕佳慧回访」."""
    told = 0
    for match in _POSSIBLE.finditer(text):
        # the tagger is slow: it sees only runs of characters that may hold a name
        place = match.start()
        if place < told or not is_person(text[place : place + _NAME]):
            continue
        start, told = _extend(text, place)
        for word, tag in rjieba.tag(text[start:told]):
            # 「谭雅文建」: the tagger takes a character too many
            name = word[:_NAME]
            if (
                tag.startswith("nr")
                and len(word) in (_NAME, _NAME + 1)
                and is_person(name)
                and not _NO_PERSON_AFTER.match(text, start + _NAME)
            ):
                yield start, start + _NAME
            start += len(word)


def _extend(text: str, place: int) -> Span:
    """Bounds of the run of Chinese characters around a place."""
    start, end = place, place + _NAME
    while start and "\u4e00" <= text[start - 1] <= "\u9fff":
        start -= 1
    while end < len(text) and "\u4e00" <= text[end] <= "\u9fff":
        end += 1
    return start, end


def is_person(name: str) -> bool:
    """True when three characters can be a full name and are no word, nor begin or end with one."""
    return (
        name[0] in _SURNAMES
        and name[-1] not in _NO_PERSON_END
        and NO_GIVEN.isdisjoint(name[1:])
        and name not in NO_NAMES
        and name[:2] not in NO_NAMES
        and not rjieba.has_word(name)
        and not rjieba.has_word(name[:2])
        and not rjieba.has_word(name[1:])
    )
