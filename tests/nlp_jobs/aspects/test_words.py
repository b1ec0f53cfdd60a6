from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.aspects.worded import weigh_opinions
from nlp_jobs.aspects.words import AspectWords, read_aspect_lexicon
from nlp_jobs.taxonomy import TaxonomyError

LEXICON = """
language: zh
version: 1
aspects:
  quiet:
    strong: [安静, 吵]
    plain: [环境]
    except: [吵着要]
  price:
    strong: [贵, 便宜]
opinions:
  price:
    praise: [便宜]
    blame: [贵]
"""


@pytest.fixture
def words(tmp_path: Path) -> AspectWords:
    path = tmp_path / "words.yml"
    path.write_text(LEXICON, encoding="utf-8")
    return AspectWords(read_aspect_lexicon(path))


def test_words_are_counted_by_tier_and_exceptions_do_not_count(words: AspectWords) -> None:
    hits, _ = words.find("孩子吵着要来，环境不错，就是贵，太贵")
    inputs = words.count([hits], [300])

    quiet, price, length = inputs[0, :5], inputs[0, 5:10], inputs[0, 10]
    assert quiet == pytest.approx([0, np.log(2), 0, 0, 1])
    assert price == pytest.approx([np.log(3), 0, 0, 1, 0])
    assert length == 0


def test_a_denied_praise_is_blame(words: AspectWords) -> None:
    text = "这里不便宜"
    aspect, opinion = words.find(text)

    praised = weigh_opinions("这里便宜", *(found[1] for found in words.find("这里便宜")))
    denied = weigh_opinions(text, aspect[1], opinion[1])

    assert praised[-1] > 0 > denied[-1]


def test_opinions_on_an_unknown_aspect_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.yml"
    path.write_text(LEXICON.replace("  price:\n    praise", "  prise:\n    praise"), "utf-8")

    with pytest.raises(TaxonomyError, match="unknown aspects: prise"):
        read_aspect_lexicon(path)


def test_the_shipped_word_list_reads() -> None:
    path = Path(__file__).parents[3] / "nlp_jobs" / "lexicons" / "restaurant_zh.yml"
    assert len(read_aspect_lexicon(path).aspects) == 18
