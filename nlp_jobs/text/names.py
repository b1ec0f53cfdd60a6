"""Personal names: those the company knows, and those that a text introduces as a name.

Known names come from the CRM at run time and live in memory only. A two-character name is taken
only where no word runs into it (「李明」 is not a find in 「行李明天到」).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import ahocorasick_rs
import rjieba

from nlp_jobs.text.words import WORDS

_TITLES = (
    "先生|女士|小姐|太太|师傅|经理|店长|主任|老师|医生|阿姨|大哥|大姐"
    "|主管|组长|总监|同学|顾问|护士|工程师"
)
_TITLE = re.compile(_TITLES)
_GIVEN = r"[\u4e00-\u9fff·]"
_FORM_FIELDS = "联系人|收件人|收货人|户名|机主|车主|投诉人|客户姓名|经办人|业务员|接待人"
_INTRODUCED = re.compile(
    r"(?:我叫|我是叫|名叫|名字叫|名字是|本人叫|姓名(?:是|为|[:：\s]){0,2}"
    rf"|(?:{_FORM_FIELDS})(?:是|为|叫|[:：\s]){{1,2}})"
    rf"(?P<name>{_GIVEN}{{2,4}})"
)
_INTRODUCTION_SIGNS = re.compile("[姓叫人]|机主|户名|车主|业务员")
_SURNAME_ONLY = re.compile(r"(?:我姓|免贵姓|姓氏是|本人姓)(?P<name>[\u4e00-\u9fff])")
_ENGLISH = re.compile(
    r"\b(?:[Mm]y name is|[Mm]y name's|[Ii] am called|[Nn]ame\s?:"
    r"|[Tt]his is(?= [A-Z][a-z]+ [A-Z][a-z]+ (?:speaking|here|from|calling)))\s*"
    r"(?P<name>[A-Z][a-z'-]+(?:\s[A-Z][a-z'-]+){0,2})"
    r"|\b(?:Mr|Mrs|Ms|Miss|Dr|Mx)\.?\s(?P<titled>[A-Z][a-z'-]+(?:\s[A-Z][a-z'-]+)?)"
)
_LATIN = re.compile(r"[A-Za-z]")


def is_surname(character: str) -> bool:
    """True for a frequent one-character surname."""
    return character in WORDS.surnames


class NameFinder:
    """Finds names in texts; `known_names` are full names, Chinese or Latin."""

    def __init__(self, known_names: Iterable[str] = ()) -> None:
        names = {name.strip() for name in known_names}
        self._known = sorted(name for name in names if len(name) >= 2 and not name.isdigit())
        self._automaton = (
            ahocorasick_rs.AhoCorasick(
                self._known, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
            )
            if self._known
            else None
        )

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each name; spans may overlap."""
        yield from self._find_known(text)
        yield from _find_introduced(text)
        yield from _find_titled(text)
        if _LATIN.search(text):
            for match in _ENGLISH.finditer(text):
                yield match.span("name" if match["name"] else "titled")

    def _find_known(self, text: str) -> Iterator[tuple[int, int]]:
        if self._automaton is None:
            return
        for index, start, end in self._automaton.find_matches_as_indexes(text):
            name = self._known[index]
            if _stands_alone(text, start, end, name):
                yield start, end


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


def _find_introduced(text: str) -> Iterator[tuple[int, int]]:
    """「我叫李雷」, 「联系人：王芳」, 「我姓王」."""
    if not _INTRODUCTION_SIGNS.search(text):
        return
    for match in _INTRODUCED.finditer(text):
        start = match.start("name")
        length = _name_length(text, start)
        if length:
            yield start, start + length
    for match in _SURNAME_ONLY.finditer(text):
        yield match.span("name")


def _name_length(text: str, start: int) -> int:
    """Characters of the full name that begins here; 0 when what stands here is no name."""
    surname = 2 if text[start : start + 2] in WORDS.compound_surnames else 1
    if surname == 1 and not is_surname(text[start : start + 1]):
        return 0
    for given in (2, 1):
        end = start + surname + given
        name = text[start:end]
        if len(name) < surname + given or not all("\u4e00" <= c <= "\u9fff" for c in name):
            continue
        if given == 2 and _begins_word(text, end - 1):
            continue
        return surname + given
    return 0


def _begins_word(text: str, position: int) -> bool:
    """True where the last character belongs to what follows: 「李雷|今天」, 「王芳|的」."""
    return text[position] in "的是在了来我他她你们说和跟买想要有就也都从" or (
        position + 1 < len(text) and rjieba.has_word(text[position : position + 2])
    )


def _find_titled(text: str) -> Iterator[tuple[int, int]]:
    """「张先生」, 「李雷经理」: the name before a title."""
    for match in _TITLE.finditer(text):
        title_start = match.start()
        for length in (4, 3, 2, 1):
            start = title_start - length
            if start >= 0 and _is_titled_name(text, start, title_start):
                yield start, title_start
                break


def _is_titled_name(text: str, start: int, end: int) -> bool:
    name = text[start:end]
    if name[:2] in WORDS.compound_surnames:
        return len(name) in (2, 3, 4)
    if not is_surname(name[0]) or len(name) > 3:
        return False
    if len(name) == 1:
        # 「项经理」 is a name, 「事项经理」 is none
        return not (
            start and rjieba.has_word(text[start - 1 : end]) and text[start - 1] not in "小老"
        )
    if not all("\u4e00" <= character <= "\u9fff" for character in name):
        return False
    return not (
        rjieba.has_word(name)
        or rjieba.has_word(name[:2])
        or (rjieba.has_word(name[1:]) and len(name) == 3 and is_surname(name[1]))
    )
