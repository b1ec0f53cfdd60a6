"""Typical stories stand near the middle of their cell; copies do not move the middle."""

from __future__ import annotations

from stat_jobs import breakpoint_evidence
from stat_jobs.breakpoint_evidence import Story


def tell(key: str, text: str, weight: float = 1.0, kind: str | None = "handoff") -> Story:
    return Story(key, "logistics", "customer_service", kind, 1, 2, weight, text)


def rank(stories: list[Story]) -> list[str]:
    rows = breakpoint_evidence.rank_stories(stories, is_dissenting=False)
    return [row[0] for row in sorted(rows, key=lambda row: -row[-1])]


def test_the_story_that_most_others_resemble_comes_first():
    stories = [
        tell("odd", "会员积分到底能不能在门店用"),
        tell("typical", "快递丢了，客服让我找物流，物流让我找客服"),
        tell("near", "快递丢了，客服让我找物流"),
        tell("far", "物流让我找客服，等了三天"),
    ]

    assert rank(stories)[0] == "typical"
    assert rank(stories)[-1] == "odd"


def test_a_copied_text_does_not_become_typical_by_its_copies():
    stories = [tell(f"copy_{n}", "积分规则看不懂谁也说不清", 0.1) for n in range(10)]
    stories += [tell(f"real_{n}", f"快递丢了客服让我找物流{n}") for n in range(4)]

    assert rank(stories)[0].startswith("real")


def test_a_single_story_and_stories_without_words_are_typical():
    (row,) = breakpoint_evidence.rank_stories([tell("only", "没人管")], is_dissenting=False)
    silent = list(breakpoint_evidence.rank_stories([tell("a", " ")], is_dissenting=False))

    assert row[-1] == 1.0
    assert silent[0][-1] == 1.0


def test_one_dissent_per_pair_whatever_the_order():
    stories = [
        tell("b", "送得快客服也好", kind=None),
        tell("a", "送得快客服也好", kind=None),
        tell("c", "挺好", kind=None),
    ]

    (chosen,) = breakpoint_evidence.choose_dissents(sorted(stories, key=lambda s: s.feedback_key))

    assert chosen[0] == "a"
    assert chosen[4] is True


def test_nothing_to_rank():
    assert list(breakpoint_evidence.rank_stories([], is_dissenting=False)) == []
