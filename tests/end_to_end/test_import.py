"""Files of the user's own: from the file to the marts, every row accounted for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
REAL_FILES = ROOT.parent / "shared" / "data" / "open"
MAPPINGS_OF_REAL_FILES = {
    "zh_appstore_reviews": "appstore_reviews",
    "zh_car_complaints": "car_complaints",
    "zh_gov_messages_replies": "gov_messages",
    "zh_meituan_restaurant_stars": "restaurant_reviews",
    "en_nhs_survey_verbatims": "nhs_survey",
}
EQUATION = re.compile(r"read ([\d,]+) rows = landed ([\d,]+) \+ quarantined ([\d,]+)")

MAPPING = """\
version: 1
slug: corner_shop
name: {zh: 街角小店, en: Corner shop}
description: {zh: 端到端测试用, en: For the end-to-end test}
channel_slug: review
is_solicited: false
record_id: {columns: [id]}
fields:
  occurred_at: day
  rating: stars
  text: words
constants: {rating_scale: 5, subject_slug: us}
"""
ROWS = [
    "id,day,stars,words",
    "1,2026-05-01,5,师傅上门很准时，装得也仔细",
    "2,2026-05-02,1,说好三天到货，等了十天还没影，客服只会说抱歉",
    "3,2026-05-03,9,五星之上",
    "4,2026-05-04,,",
    "5,2026-05-05,2,我叫李雷，电话13912345678，退款一直不到账",
    "5,2026-05-06,3,同一个编号的另一条",
    "6,someday,3,日期不对",
    # a file with more than a fifth of its rows in quarantine would rightly stop the night
    *(f"{number},2026-05-07,4,第{number}位顾客说包装完好，也没有磕碰" for number in range(7, 30)),
]


def imported(outcome) -> tuple[int, int, int]:
    """Return (read, landed, quarantined) as the command printed them."""
    found = EQUATION.search(outcome.stdout.replace("\n", " "))
    assert found, outcome.stdout
    return tuple(int(number.replace(",", "")) for number in found.groups())  # type: ignore[return-value]


@pytest.fixture(scope="module")
def reports(demo, tmp_path_factory) -> dict[str, tuple[int, int, int]]:
    """Import the small file, and the real ones where they are; rebuild the marts once."""
    folder = tmp_path_factory.mktemp("own-data")
    (folder / "shop.csv").write_text("\n".join(ROWS), encoding="utf-8")
    (folder / "shop.yml").write_text(MAPPING, encoding="utf-8")
    found = {}
    arguments = ["import", str(folder / "shop.csv"), "--mapping", str(folder / "shop.yml")]
    found["corner_shop"] = imported(demo.voc(*arguments))
    assert imported(demo.voc(*arguments)) == found["corner_shop"], "a second import doubles rows"
    for name, mapping in MAPPINGS_OF_REAL_FILES.items():
        path = REAL_FILES / f"{name}.csv.gz"
        if path.exists():
            found[mapping] = imported(demo.voc("import", str(path), "--mapping", mapping))
    demo.voc("run", "--skip-sources")
    return found


@pytest.mark.slow
def test_every_row_of_a_file_is_landed_or_quarantined_with_its_reason(demo, reports):
    read, landed, quarantined = reports["corner_shop"]
    reasons = demo.query(
        "select reason_code, count(*) from ops.quarantine "
        "where source_slug = 'corner_shop' and status = 'open' group by 1 order by 1"
    )

    assert (read, landed, quarantined) == (30, 26, 4)
    assert dict(reasons) == {
        "bad_date": 1,
        "duplicate_id": 1,
        "empty_feedback": 1,
        "out_of_range": 1,
    }


@pytest.mark.slow
def test_landed_rows_are_in_the_fact_table_and_redacted(demo, reports):
    rows = demo.query(
        "select source_record_id, redacted_text, sentiment_label from core.fct_feedback "
        "where source_slug = 'corner_shop' and source_record_id::int < 7 order by 1"
    )

    assert [row[0] for row in rows] == ["1", "2", "5"]
    assert "13912345678" not in rows[2][1] and "李雷" not in rows[2][1]
    assert [row[2] for row in rows] == ["positive", "negative", "negative"]


@pytest.mark.slow
@pytest.mark.skipif(not REAL_FILES.exists(), reason="the real evaluation files are not here")
def test_the_real_files_reconcile_from_file_to_fact(demo, reports):
    facts = dict(demo.query("select source_slug, count(*) from core.fct_feedback group by 1"))
    set_aside = dict(
        demo.query(
            "select source_slug, count(*) from intermediate.int_feedback_set_aside group by 1"
        )
    )

    for mapping in MAPPINGS_OF_REAL_FILES.values():
        read, landed, quarantined = reports[mapping]
        assert read == landed + quarantined, mapping
        assert landed == facts[mapping] + set_aside.get(mapping, 0), mapping
        assert landed > 0


def test_clear_errors_before_anything_is_landed(demo, tmp_path):
    (tmp_path / "shop.csv").write_text("id,day,words\n1,2026-05-01,好\n", encoding="utf-8")
    (tmp_path / "shop.yml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "broken.yml").write_text(MAPPING.replace("fields:", "feilds:"), encoding="utf-8")
    data, mapping = str(tmp_path / "shop.csv"), str(tmp_path / "shop.yml")

    missing_file = demo.voc("import", "nowhere.csv", "--mapping", mapping, check=False)
    missing_column = demo.voc("import", data, "--mapping", mapping, check=False)
    wrong_mapping = demo.voc("import", data, "--mapping", str(tmp_path / "broken.yml"), check=False)
    unknown_mapping = demo.voc("import", data, "--mapping", "no_such", check=False)

    for outcome, words in (
        (missing_file, ["nowhere.csv"]),
        (missing_column, ["stars", "words"]),
        (wrong_mapping, ["feilds", "fields"]),
        (unknown_mapping, ["no_such", "appstore_reviews"]),
    ):
        assert outcome.returncode == 1
        for word in words:
            assert word in outcome.stderr, outcome.stderr
