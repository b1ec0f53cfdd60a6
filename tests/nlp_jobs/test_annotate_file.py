import json
from pathlib import Path

import pytest

from nlp_jobs import annotate_file as annotate_file_module
from nlp_jobs.annotate_file import UnreadableFileError, annotate_file


def label(source: Path, **options) -> tuple[dict[str, int], list[dict]]:
    out = source.with_suffix(".out.jsonl")
    counts = annotate_file(str(source), str(out), **options)
    return counts, [json.loads(line) for line in out.read_text().splitlines()]


def test_csv_rows_come_out_in_order_with_their_ids(tmp_path: Path):
    source = tmp_path / "in.csv"
    source.write_text("nr,comment\na1,快递太慢\na2,\na3,客服态度好\n", encoding="utf-8-sig")

    counts, lines = label(source, text_column="comment", id_column="nr")

    assert counts == {"rows": 3, "errors": 0}
    assert [(line["id"], line["row"]) for line in lines] == [("a1", 1), ("a2", 2), ("a3", 3)]
    assert lines[0]["units"][0]["topic_slug"] == "delivery_speed"
    assert lines[1]["document"]["noise_reason"] == "empty"


def test_bad_json_lines_stay_with_their_error(tmp_path: Path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "快递太慢"}\nnot json\n[1]\n{"other": 1}\n{"text": 5}\n')

    counts, lines = label(source)

    assert counts == {"rows": 5, "errors": 4}
    assert [line["row"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line.get("error", "").split(":")[0] for line in lines] == [
        "",
        "not JSON",
        "not a JSON object",
        "no column 'text'",
        "column 'text' holds int, not text",
    ]


def test_parquet_is_read(tmp_path: Path):
    import pyarrow
    from pyarrow import parquet

    source = tmp_path / "in.parquet"
    parquet.write_table(pyarrow.table({"text": ["快递太慢", None]}), source)

    counts, lines = label(source)

    assert counts == {"rows": 2, "errors": 0}
    assert lines[0]["document"]["sentiment_label"] == "negative"


def test_an_unknown_format_is_refused(tmp_path: Path):
    with pytest.raises(UnreadableFileError, match=r"expected \.csv"):
        annotate_file(str(tmp_path / "in.xls"), str(tmp_path / "out.jsonl"))


def test_several_processes_write_what_one_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = tmp_path / "in.jsonl"
    texts = ["快递太慢", "客服态度好", "包装破了", "not json", "很喜欢这款"]
    lines = [text if text == "not json" else json.dumps({"text": text}) for text in texts]
    source.write_text("\n".join(lines))
    alone = label(source)
    monkeypatch.setattr(annotate_file_module, "MANY_ROWS", 4)

    shared = label(source, workers=2)

    assert shared == alone
    assert shared[0] == {"rows": 5, "errors": 1}


def test_no_process_at_all_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="at least 1"):
        annotate_file(str(tmp_path / "in.csv"), str(tmp_path / "out.jsonl"), workers=0)


def test_a_sample_comes_from_all_over_a_file_and_leaves_bad_rows_out(tmp_path: Path):
    source = tmp_path / "in.jsonl"
    lines = [json.dumps({"text": f"第{number}条"}) for number in range(500)]
    source.write_text("\n".join(["not json", *lines]))

    sample = annotate_file_module.sample_feedback(str(source), "text", size=50)

    places = sorted(int(item.text[1:-1]) for item in sample if item.text)
    assert len(set(places)) == 50
    assert places[0] < 50 and places[-1] >= 450
    assert sample == annotate_file_module.sample_feedback(str(source), "text", size=50)


def test_a_file_is_read_in_the_light_of_what_it_is_about_unless_told_otherwise(tmp_path: Path):
    source = tmp_path / "in.csv"
    stays = ["房间很大，床也舒服，前台办入住很快", "早餐一般，离地铁站近"] * 40
    source.write_text("\n".join(["text", *stays, "小，不过安静"]), encoding="utf-8")

    def score_last(**options) -> float:
        return label(source, **options)[1][-1]["document"]["sentiment_score"]

    by_itself = score_last(learns_domain=False)
    assert score_last() != by_itself
    source.write_text("text\n小，不过安静", encoding="utf-8")
    assert score_last(learns_domain=False) == by_itself
