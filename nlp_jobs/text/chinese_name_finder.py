"""All Chinese names that a text gives away, and the signs without which it holds none."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase

import rjieba

from nlp_jobs.text.acting_names import DEEDS, find_actors
from nlp_jobs.text.chinese_names import FREQUENT_SURNAMES, WEAK_SURNAMES
from nlp_jobs.text.introduced_names import (
    FORM_FIELDS,
    find_called,
    find_introduced,
    find_surnames,
)
from nlp_jobs.text.latin_names import find_latin_names
from nlp_jobs.text.names_after_roles import ROLES, find_after_roles
from nlp_jobs.text.names_beside_numbers import find_names_beside_numbers
from nlp_jobs.text.titled_names import LONG_TITLES, SHORT_TITLES, find_familiar, find_titled
from nlp_jobs.text.words import WORDS

Span = tuple[int, int]


def list_chinese_signs() -> list[str]:
    """Every string of which a text with a Chinese name to be found here holds at least one."""
    surnames = sorted(WORDS.surnames | {surname[0] for surname in WORDS.compound_surnames})
    before_names = (
        *ROLES,
        "叫",
        "我是",
        "就是",
        "里是",
        "边是",
        "本人是",
        "是我",
        "--",
        "——",
    )
    return [
        *("叫我", "喊我", "称呼我", "称我", "叫她", "叫他", "敬上", "谨上", "亲笔", "本人"),
        *(before + capital for before in ("我是", "里是", "找") for capital in ascii_uppercase),
        *("谢谢", "感谢", "辛苦", "多谢", "此致", "敬礼", "抬头", "的阿", *DEEDS),
        *("姓", "名字", "全名", "大名", "真名", "我叫", *FORM_FIELDS, *LONG_TITLES, *ROLES),
        *(surname + title for surname in surnames for title in SHORT_TITLES),
        *(word + surname for word in before_names for surname in surnames),
        *(
            prefix + surname
            for prefix in "小老"
            for surname in surnames
            if surname not in WEAK_SURNAMES and not rjieba.has_word(prefix + surname)
        ),
        *(prefix + surname for prefix in "小老" for surname in FREQUENT_SURNAMES),
    ]


def find_chinese_names(text: str) -> Iterator[Span]:
    """Yield (start, end) of each Chinese name that the text itself gives away; may overlap."""
    yield from find_introduced(text)
    yield from find_called(text)
    yield from find_actors(text)
    yield from find_titled(text)
    yield from find_after_roles(text)
    yield from find_surnames(text)
    yield from find_familiar(text)
    yield from find_names_beside_numbers(text)
    yield from find_latin_names(text)
