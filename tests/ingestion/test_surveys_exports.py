"""Exports of 问卷星 and Qualtrics from a folder, laid out as the tools write them."""

from __future__ import annotations

import gzip
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.errors import SourceError
from ingestion.registry import load_source
from tests.ingestion.source_settings import with_sources
from warehouse.file_connections import FileConnection

WJX_HEAD = [
    "序号",
    "提交答卷时间",
    "所用时间",
    "来源",
    "来源详情",
    "来自IP",
    "1、您有多大可能把我们推荐给朋友？",
    "2、您对本次服务满意吗？",
    "3、您还想说什么？",
    "11、您的性别",
]
WJX_ROW = [
    "1",
    "2026/3/1 10:20:30",
    "45秒",
    "微信",
    "会员群",
    "203.0.113.7(浙江-杭州)",
    "9",
    "非常满意",
    "送货很快",
    "女",
]
WJX_ANSWERS: dict[str, Any] = {
    "nps": {"column": "1、", "numbers": True},
    "csat": {
        "column": "2、",
        "values": {"非常满意": 5, "满意": 4, "一般": 3, "不满意": 2, "非常不满意": 1},
    },
    "comment": "3、",
}
QUALTRICS_IDS = [
    "StartDate",
    "EndDate",
    "Status",
    "IPAddress",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "RecordedDate",
    "ResponseId",
    "RecipientEmail",
    "ExternalReference",
    "DistributionChannel",
    "UserLanguage",
    "Q1_NPS_GROUP",
    "Q1",
    "Q2",
    "Q3",
]
QUALTRICS_ROW = [
    "2026-03-01 08:00:00",
    "2026-03-01 08:02:00",
    "IP Address",
    "203.0.113.7",
    "100",
    "120",
    "True",
    "2026-03-01 08:02:05",
    "R_1",
    "someone@example.com",
    "C1",
    "email",
    "EN",
    "Detractor",
    "3",
    "4",
    "Slow delivery",
]
QUALTRICS_ANSWERS = {"nps": "Q1", "csat": "Q2", "comment": "Q3", "customer_id": "ExternalReference"}


def to_csv(*rows: list[str]) -> str:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\r\n".join(quoted) + "\r\n"


def wjx(*rows: list[str], head: list[str] = WJX_HEAD) -> str:
    return to_csv(head, *rows)


def qualtrics(*rows: list[str], zone: str = "America/Denver") -> str:
    imports = [
        json.dumps({"ImportId": name, **({"timeZone": zone} if name.endswith("Date") else {})})
        for name in QUALTRICS_IDS
    ]
    return to_csv(QUALTRICS_IDS, [f"text of {name}" for name in QUALTRICS_IDS], imports, *rows)


def changed(row: list[str], head: list[str], **cells: str) -> list[str]:
    return [
        next((value for name, value in cells.items() if heading.startswith(name)), old)
        for heading, old in zip(head, row, strict=True)
    ]


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "exports"
    path.mkdir()
    return path


@pytest.fixture
def configure(settings, folder, tmp_path):
    def make(layout: str = "wjx", **options):
        answers = WJX_ANSWERS if layout == "wjx" else QUALTRICS_ANSWERS
        configured = with_sources(
            settings,
            tmp_path,
            paper={
                "connector": "surveys_exports",
                "layout": layout,
                "connection": "exports",
                "settle_seconds": 0,
                "survey_slug": "relationship",
                "id_prefix": "spring",
                "answers": answers,
                "quarantine_share_limit": 0.5,
                **options,
            },
        )
        connections = {"exports": FileConnection(url=str(folder))}
        return configured.model_copy(update={"file_connections": connections})

    return make


def test_an_export_of_wjx_lands_with_scores_and_other_answers(configure, folder, warehouse):
    (folder / "march.csv").write_text(wjx(WJX_ROW), encoding="utf-8-sig")

    report = load_source(configure(), "paper")

    assert report.rows_landed == 1
    assert warehouse.rows(
        "select response_id, survey_slug, channel, nps, csat::int, ces, comment, submitted_at, "
        "is_preview, is_finished, details from raw_surveys.responses"
    ) == [
        (
            "spring:1",
            "relationship",
            "微信",
            9,
            5,
            None,
            "送货很快",
            datetime(2026, 3, 1, 2, 20, 30, tzinfo=UTC),
            None,
            True,
            {"duration_seconds": 45, "source": "会员群", "answers": {"11、您的性别": "女"}},
        )
    ]
    assert "203.0.113.7" not in str(warehouse.rows("select * from raw_surveys.responses"))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "gzip"])
def test_any_usual_encoding_is_read(configure, folder, warehouse, encoding, is_packed):
    content = wjx(WJX_ROW).encode(encoding)
    name = "march.csv.gz" if is_packed else "march.csv"
    (folder / name).write_bytes(gzip.compress(content) if is_packed else content)

    load_source(configure(), "paper")

    assert warehouse.rows("select nps, comment from raw_surveys.responses") == [(9, "送货很快")]


def test_empty_answers_are_none_and_unlisted_ones_go_to_quarantine(configure, folder, warehouse):
    rows = [
        changed(WJX_ROW, WJX_HEAD, 序号="2", **{"1、": "-3", "3、": "(空)"}),
        changed(WJX_ROW, WJX_HEAD, 序号="3", **{"2、": "还行吧"}),
        changed(WJX_ROW, WJX_HEAD, 序号="4", **{"1、": "10分(非常愿意)", "2、": "(跳过)"}),
        changed(WJX_ROW, WJX_HEAD, 序号="5", 提交答卷时间="昨天"),
        WJX_ROW[:-1],
    ]
    (folder / "march.csv").write_text(wjx(*rows), encoding="utf-8")

    load_source(configure(), "paper")

    assert warehouse.rows(
        "select response_id, nps, csat::int, comment from raw_surveys.responses order by 1"
    ) == [("spring:2", None, 5, None), ("spring:4", 10, None, "送货很快")]
    assert sorted(warehouse.quarantined(), key=str) == [
        ("bad_date", "spring:5"),
        ("out_of_range", "spring:3"),
        ("wrong_column_count", None),
    ]


def test_an_export_of_qualtrics_lands_in_its_own_time_zone(configure, folder, warehouse):
    (folder / "q.csv").write_text(qualtrics(QUALTRICS_ROW), encoding="utf-8")

    load_source(configure("qualtrics"), "paper")

    assert warehouse.rows(
        "select response_id, customer_id, channel, nps, csat::int, comment, submitted_at, "
        "is_preview, is_finished, details -> 'answers' from raw_surveys.responses"
    ) == [
        (
            "spring:R_1",
            "C1",
            "email",
            3,
            4,
            "Slow delivery",
            datetime(2026, 3, 1, 15, 2, tzinfo=UTC),
            False,
            True,
            {"Q1_NPS_GROUP": "Detractor"},
        )
    ]
    assert "someone@example.com" not in str(warehouse.rows("select * from raw_surveys.responses"))


def test_previews_and_unfinished_answers_are_marked(configure, folder, warehouse):
    rows = [
        changed(QUALTRICS_ROW, QUALTRICS_IDS, ResponseId="R_2", Status="Survey Preview"),
        changed(QUALTRICS_ROW, QUALTRICS_IDS, ResponseId="R_3", Finished="False", Progress="50"),
        # opened, nothing said
        changed(
            QUALTRICS_ROW, QUALTRICS_IDS, ResponseId="R_4", Finished="False", Q1="", Q2="", Q3=""
        ),
    ]
    (folder / "q.csv").write_text(qualtrics(*rows), encoding="utf-8")

    report = load_source(configure("qualtrics"), "paper")

    assert (report.rows_read, report.rows_quarantined) == (2, 0)
    assert warehouse.rows(
        "select response_id, is_preview, is_finished from raw_surveys.responses order by 1"
    ) == [("spring:R_2", True, True), ("spring:R_3", False, False)]


def test_new_and_corrected_exports_are_taken_and_others_are_not_read_again(
    configure, folder, warehouse
):
    settings = configure()
    march = folder / "march.csv"
    march.write_text(wjx(WJX_ROW), encoding="utf-8")
    load_source(settings, "paper")
    assert load_source(settings, "paper").rows_read == 0

    march.write_text(wjx(changed(WJX_ROW, WJX_HEAD, **{"1、": "2"})), encoding="utf-8")
    os.utime(march, (time.time() + 5, time.time() + 5))
    april = wjx(changed(WJX_ROW, WJX_HEAD, 序号="2"))
    (folder / "april.csv").write_text(april, encoding="utf-8")
    load_source(settings, "paper")

    assert warehouse.rows("select response_id, nps from raw_surveys.responses order by 1") == [
        ("spring:1", 2),
        ("spring:2", 9),
    ]


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (to_csv(["序号", "问题"], ["1", "9"]), "no column 提交答卷时间"),
        (wjx(WJX_ROW, head=[*WJX_HEAD[:6], "您会推荐吗", *WJX_HEAD[7:]]), "no column beginning"),
        (wjx(WJX_ROW, head=[*WJX_HEAD[:9], "1、又一题"]), "2 columns beginning"),
        ("", "no column 序号"),
        (wjx(WJX_ROW) + '"2,没有结束的引号', "never closed"),
    ],
    ids=["another tool", "a question is gone", "two questions", "empty", "open quotation"],
)
def test_a_file_that_is_no_such_export_is_named_and_the_others_land(
    configure, folder, warehouse, content, cause
):
    (folder / "broken.csv").write_text(content, encoding="utf-8")
    (folder / "good.csv").write_text(wjx(WJX_ROW), encoding="utf-8")

    with pytest.raises(SourceError, match=rf"broken\.csv: .*{cause}.*Next step"):
        load_source(configure(), "paper")

    assert warehouse.rows("select response_id from raw_surveys.responses") == [("spring:1",)]


def test_a_gzip_that_is_cut_off_waits_for_a_whole_one(configure, folder, warehouse):
    whole = gzip.compress(wjx(WJX_ROW).encode())
    (folder / "march.csv.gz").write_bytes(whole[:-20])
    settings = configure()

    with pytest.raises(SourceError, match=r"march\.csv\.gz"):
        load_source(settings, "paper")
    (folder / "march.csv.gz").write_bytes(whole)

    assert load_source(settings, "paper").rows_landed == 1


def test_qualtrics_without_its_third_head_is_refused(configure, folder):
    (folder / "q.csv").write_text(to_csv(QUALTRICS_IDS, QUALTRICS_ROW), encoding="utf-8")

    with pytest.raises(SourceError, match="no third head with ImportId"):
        load_source(configure("qualtrics"), "paper")
