import pytest

from nlp_jobs.evaluation.training_record import RECORD_FILE, read_record, write_record
from nlp_jobs.training.labelled_texts import choose_split
from nlp_jobs.training.record_texts import record

LEARNED = [f"第{number}条学过的评价，物流很快" for number in range(2000)]


def test_learned_texts_are_known_again_and_new_ones_are_not(tmp_path):
    path = tmp_path / "record.npz"

    sizes = write_record(path, {"sentiment": LEARNED})
    found = read_record(path)

    assert sizes == {"sentiment": 2000}
    assert all(found.has_seen("sentiment", text) for text in LEARNED)
    # one in 32,768 by chance: more than 3 of 10,000 would be a mistake in the arithmetic
    new = [f"第{number}条没学过的评价，包装很好" for number in range(10_000)]
    assert sum(found.has_seen("sentiment", text) for text in new) <= 3


def test_signs_blanks_case_and_script_make_no_difference(tmp_path):
    path = tmp_path / "record.npz"
    write_record(path, {"sentiment": ["這個 APP 很好用！！", "😀"], "routing": LEARNED})
    found = read_record(path)

    assert found.has_seen("sentiment", "这个app很好用")
    assert found.has_seen("sentiment", "😀")
    assert not found.has_seen("routing", "这个app很好用")
    assert not found.has_seen("aspects", "这个app很好用")


def test_without_a_record_nothing_was_seen(tmp_path):
    assert not read_record(tmp_path / "none.npz").has_seen("sentiment", LEARNED[0])


def test_the_record_of_a_folder_holds_what_was_not_held_out(tmp_path):
    rows = "".join(f"{number % 2},{text}\n" for number, text in enumerate(LEARNED))
    source = tmp_path / "zh_sentiment_waimai.csv.gz"
    import gzip

    source.write_bytes(gzip.compress(f"label,text\n{rows}".encode()))

    sizes = record(tmp_path, tmp_path / "record.npz")
    found = read_record(tmp_path / "record.npz")

    kept = [text for text in LEARNED if choose_split(text) != "test"]
    assert 0 < len(kept) < len(LEARNED)
    assert sizes == {"sentiment": len(kept)}
    held_out = [text for text in LEARNED if choose_split(text) == "test"]
    assert all(found.has_seen("sentiment", text) for text in kept)
    assert sum(found.has_seen("sentiment", text) for text in held_out) <= 1


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="none of the public data sets"):
        record(tmp_path, tmp_path / "record.npz")


def test_the_shipped_record_is_small_and_readable():
    assert RECORD_FILE.stat().st_size <= 400_000
    assert read_record().count("sentiment") > 100_000
