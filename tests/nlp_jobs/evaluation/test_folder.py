import gzip
from pathlib import Path

import pytest

from nlp_jobs.evaluation.answers import praise_probability, read_sign
from nlp_jobs.evaluation.folder import FolderScorer, Scope, find_public_set, read_rows
from nlp_jobs.evaluation.public_sets import PUBLIC_SETS, SETS_BY_NAME
from nlp_jobs.evaluation.training_record import read_record, write_record
from nlp_jobs.verdicts import judge

PRAISE = ["外卖送得真快，味道也很好", "店家很用心，下次还会点", "非常好吃，推荐给大家"]
BLAME = ["等了两个小时，菜都凉了", "太难吃了，再也不点了", "送错了还不给退，气死人"]


def write_set(folder: Path, name: str, header: str, lines: list[str], packed: bool = True) -> Path:
    text = "\n".join([header, *lines]) + "\n"
    path = folder / f"{name}.csv{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode("utf-8-sig"))
    return path


@pytest.fixture
def takeaway(tmp_path: Path) -> Path:
    lines = [f"1,{text}" for text in PRAISE] + [f"0,{text}" for text in BLAME]
    return write_set(tmp_path, "zh_sentiment_waimai", "label,text", lines)


def score(folder: Path, record: Path, **scope) -> dict:
    scorer = FolderScorer(Scope(**scope), read_record(record))
    return {(found.data_set, found.task): found for found in scorer.score(folder)}


def test_a_set_is_scored_by_its_name(takeaway, tmp_path):
    found = score(takeaway.parent, tmp_path / "no_record")

    [result] = found.values()
    assert (result.status, result.n, result.n_seen_in_training) == ("scored", 6, 0)
    assert result.accuracy.value >= 5 / 6
    assert sorted(result.confusion.labels)[:2] == ["negative", "positive"]
    assert result.calibration_error is not None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("zh_sentiment_waimai", "zh_sentiment_waimai"),
        ("zh_sentiment_waimai_test", "zh_sentiment_waimai"),
        ("zh_sentiment_waimais", None),
        ("pt_olist_orders", "pt_olist_orders"),
        ("sentiment", None),
    ],
)
def test_a_set_is_known_by_its_name_or_as_a_part_of_it(name, found):
    public_set = find_public_set(name)

    assert (public_set.name if public_set else None) == found


def test_texts_seen_in_training_are_left_out_and_counted(takeaway, tmp_path):
    record = tmp_path / "record.npz"
    write_record(record, {"sentiment": PRAISE[:2]})
    name = ("zh_sentiment_waimai", "polarity")
    folder = takeaway.parent

    fresh, everything = score(folder, record), score(folder, record, include_seen=True)

    assert (fresh[name].n, fresh[name].n_seen_in_training) == (4, 2)
    assert (everything[name].n, everything[name].n_seen_in_training) == (6, 0)


def test_bad_files_are_named_and_the_others_go_on(takeaway, tmp_path):
    (tmp_path / "zh_sentiment_hotel.csv.gz").write_bytes(b"this is no gzip file")
    write_set(tmp_path, "zh_appstore_reviews", "stars,text", ["5,很好用"])
    write_set(tmp_path, "zh_meituan_restaurant_stars", "user_id,star,text", [])
    write_set(tmp_path, "shop_reviews", "label,text", ["1,好"], packed=False)
    (tmp_path / "notes.txt").write_text("read me")

    found = score(tmp_path, tmp_path / "no_record")

    outcome = {name: (result.status, result.note) for (name, _), result in found.items()}
    assert outcome["zh_sentiment_hotel"][0] == "error"
    assert outcome["zh_sentiment_hotel"][1].startswith("unreadable:")
    assert outcome["zh_appstore_reviews"] == ("error", "no column star")
    assert outcome["zh_meituan_restaurant_stars"] == ("error", "no rows")
    assert outcome["shop_reviews"] == ("skipped", "no task is known for a file of this name")
    assert outcome["notes.txt"] == ("skipped", "not NAME.csv or NAME.csv.gz")
    assert outcome["zh_sentiment_waimai"][0] == "scored"


def test_a_missing_column_of_one_task_leaves_the_other_tasks(tmp_path):
    write_set(tmp_path, "zh_sentiment_online_shopping_10cats", "label,text", ["1,书很好看"])

    found = score(tmp_path, tmp_path / "no_record")

    assert {task: result.status for (_, task), result in found.items()} == {
        "polarity": "scored",
        "category": "error",
    }


def test_limit_takes_the_same_cases_every_time(takeaway, tmp_path):
    first = score(takeaway.parent, tmp_path / "no_record", limit=4)
    again = score(takeaway.parent, tmp_path / "no_record", limit=4)

    assert [result.n for result in first.values()] == [4]
    assert first == again


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(NotADirectoryError, match="is no folder"):
        list(FolderScorer(Scope()).score(tmp_path / "nowhere"))


def test_rows_keep_values_that_look_like_nothing(tmp_path):
    path = write_set(tmp_path, "x", "label,text", ["1,NA", "0,"], packed=False)

    assert read_rows(path) == [{"label": "1", "text": "NA"}, {"label": "0", "text": ""}]


@pytest.mark.parametrize(
    ("name", "task", "rows", "wanted"),
    [
        (
            "zh_appstore_reviews",
            "polarity",
            [
                {"star": "5", "deleted_by_store": "0", "title": "好", "text": "用着顺手"},
                {"star": "3", "deleted_by_store": "0", "title": "", "text": "一般"},
                {"star": "1", "deleted_by_store": "1", "title": "", "text": "广告"},
            ],
            [("好 用着顺手", "positive", ())],
        ),
        (
            "zh_car_aspect_bdci2018",
            "aspects",
            [
                {"text": "动力足但是费油", "aspect": "动力", "polarity": "1"},
                {"text": "动力足但是费油", "aspect": "油耗", "polarity": "-1"},
            ],
            [("动力足但是费油", frozenset({"动力", "油耗"}), ())],
        ),
        (
            "zh_restaurant_aspect_asap_sample",
            "aspect_polarity",
            [{"star": "5", "Food#Taste": "1", "Service#Queue": "-2", "text": "味道赞"}],
            [("味道赞", "positive", ("Food#Taste",))],
        ),
        (
            "zh_gov_messages_topic_gold",
            "routing",
            [{"subject": "路灯坏了", "text": "请修一下", "category": "城乡建设"}],
            [("路灯坏了\n请修一下", "城乡建设", ())],
        ),
        (
            "zh_car_complaints",
            "routing_form",
            [
                {"brand": "吉利", "series": "博越", "text": "漏油", "problem_category": "发动机"},
                {"text": "没有表单的一行", "problem_category": "车身"},
            ],
            [("吉利 博越\n漏油", "发动机", ())],
        ),
        (
            "en_nhs_survey_verbatims",
            "sentiment",
            [
                {"comment_sentiment": "3", "text": "It was okay"},
                {"comment_sentiment": "", "text": "Did not answer"},
                {"comment_sentiment": "5", "text": "Dreadful"},
            ],
            [("It was okay", "neutral", ()), ("Dreadful", "negative", ())],
        ),
        (
            "en_nhs_survey_phase1",
            "polarity",
            [{"criticality": value, "text": value} for value in ("-3", "0", "4", "NA", "-o", "-9")],
            [("-3", "negative", ()), ("4", "positive", ())],
        ),
        (
            "en_airline_tweets",
            "routing",
            [
                {"negative_reason": "Late Flight", "text": "Two hours late"},
                {"negative_reason": "", "text": "Thanks"},
            ],
            [("Two hours late", "Late Flight", ())],
        ),
    ],
)
def test_rows_become_cases(name, task, rows, wanted):
    [found] = [one for one in SETS_BY_NAME[name].tasks if one.name == task]

    assert [(case.text, case.gold, case.focus) for case in found.read(rows)] == wanted


@pytest.mark.parametrize("probability", [0.03, 0.4, 0.5, 0.77, 0.98])
@pytest.mark.parametrize("neutral", [0.05, 0.9])
def test_the_probability_of_praise_is_read_back_from_the_score(probability, neutral):
    label, score, confidence = judge(probability, neutral)
    document = {
        "sentiment_label": label,
        "sentiment_score": score,
        "sentiment_confidence": confidence,
    }

    assert praise_probability(document) == pytest.approx(probability, abs=0.02)
    assert read_sign(score) == ("negative" if probability < 0.5 else "positive")


def test_every_set_has_tasks_or_a_reason():
    assert [found.name for found in PUBLIC_SETS if bool(found.tasks) == bool(found.reason)] == []
