from __future__ import annotations

from nlp_jobs.aspects.clauses import split_clauses


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split_clauses(text)]


def test_punctuation_and_blanks_separate_clauses() -> None:
    assert cut("座椅很舒服，油耗却不低。 后备箱也够大") == [
        "座椅很舒服",
        "油耗却不低",
        "后备箱也够大",
    ]


def test_what_follows_a_very_short_clause_belongs_to_it() -> None:
    assert cut("好吃，分量也不小") == ["好吃，分量也不小"]


def test_decimal_points_do_not_cut() -> None:
    assert cut("百公里只要6.5个油") == ["百公里只要6.5个油"]


def test_a_text_without_letters_is_one_clause() -> None:
    assert split_clauses("。。。") == [(0, 3)]
    assert split_clauses("") == [(0, 0)]
