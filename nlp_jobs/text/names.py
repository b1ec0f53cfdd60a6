"""Personal names: those the company knows, and those that a text introduces as a name.

Known names come from the CRM at run time and live in memory only. A two-character name is taken
only where no word runs into it (「李明」 is not a find in 「行李明天到」).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import ahocorasick_rs
import rjieba

from nlp_jobs.text.chinese_name_finder import find_chinese_names, list_chinese_signs
from nlp_jobs.text.english_names import ENGLISH_SIGNS, find_english_names
from nlp_jobs.text.names_beside_numbers import MANY_DIGITS, find_names_beside_numbers
from nlp_jobs.text.tagged_names import find_tagged

_TITLE = re.compile(
    "先生|女士|小姐|太太|师傅|经理|店长|主任|老师|医生|阿姨|大哥|大姐|主管|组长|总监|同学|顾问|护士|工程师"
)
_LATIN = re.compile("[A-Za-z]{2}")
_SIGNS = (*list_chinese_signs(), *ENGLISH_SIGNS)


class NameFinder:
    """Finds names in texts; `known_names` are full names, Chinese or Latin."""

    def __init__(self, known_names: Iterable[str] = ()) -> None:
        names = {name.strip() for name in known_names}
        self._known = sorted(name for name in names if len(name) >= 2 and not name.isdigit())
        # one automaton tells texts without any name or sign from all others: most texts
        self._first_look = _build_automaton([*self._known, *_SIGNS])
        self._automaton = _build_automaton(self._known)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each name; spans may overlap."""
        yield from find_tagged(text)
        hits = self._first_look.find_matches_as_indexes(text)
        if not hits:
            if MANY_DIGITS.search(text):
                yield from find_names_beside_numbers(text)
            return
        yield from self._find_known(text)
        if any(index >= len(self._known) for index, _, _ in hits):
            yield from find_chinese_names(text)
            if _LATIN.search(text):
                yield from find_english_names(text)
        elif MANY_DIGITS.search(text):
            yield from find_names_beside_numbers(text)

    def _find_known(self, text: str) -> Iterator[tuple[int, int]]:
        for index, start, end in self._automaton.find_matches_as_indexes(text):
            name = self._known[index]
            if _stands_alone(text, start, end, name):
                yield start, end


def _build_automaton(words: list[str]) -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


def _stands_alone(text: str, start: int, end: int, name: str) -> bool:
    """Not part of a longer word: letters around a Latin name, words cut by a Chinese one."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if name.isascii():
        return not (before.isalnum() or after.isalnum())
    if len(name) > 2:
        return True
    if rjieba.has_word(name):  # 高兴 may be a customer, but is mostly a mood
        return _TITLE.match(text, end) is not None
    return not _cuts_word(text, start, end)


def _cuts_word(text: str, start: int, end: int) -> bool:
    """True when a word runs over the left edge of the span.

    A word over the right edge does not count: 「李明说」 holds the word 「明说」 and still a name,
    and a name too many is better than one that stays readable.
    """
    position = max(0, start - 4)
    for word in rjieba.cut(text[position : end + 4]):
        if position >= start:
            break
        position += len(word)
    return position != start
