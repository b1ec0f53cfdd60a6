import shutil
from pathlib import Path

import pytest

from nlp_jobs.pack_check import find_problems
from nlp_jobs.pack_review import check, preview
from nlp_jobs.pipelines import pipeline_version
from nlp_jobs.seeds import write_seeds
from nlp_jobs.taxonomy import (
    DEFAULT_CONFIG_DIR,
    Pack,
    TaxonomyError,
    list_packs,
    load_departments,
    load_labels,
    load_pack,
)

SEEDS_DIR = DEFAULT_CONFIG_DIR.parent / "dbt_project" / "seeds"


@pytest.mark.parametrize("slug", list_packs())
def test_shipped_packs_have_no_errors(slug: str):
    assert [problem for problem in check(slug) if problem.level == "error"] == []


def test_seeds_are_those_of_the_config(tmp_path: Path):
    for path in write_seeds(DEFAULT_CONFIG_DIR, tmp_path):
        assert path.read_text() == (SEEDS_DIR / path.name).read_text(), (
            f"{path.name} is out of date: run `voc taxonomy seeds`"
        )


def broken(change) -> list[str]:
    values = load_pack("retail").model_dump(by_alias=True)
    change(values)
    pack = Pack.model_validate(values)
    problems = find_problems(pack, load_labels(), load_departments())
    return [f"{problem.level} {problem.place}: {problem.message}" for problem in problems]


def test_check_finds_an_unknown_department():
    def change(values):
        values["stages"][0]["touchpoints"][0]["department"] = "nowhere"

    assert any("department 'nowhere' is not defined" in problem for problem in broken(change))


def test_check_finds_an_unknown_seller():
    def change(values):
        values["promises"]["sellers"] = ["nowhere"]

    assert "error promises: department 'nowhere' is not defined" in broken(change)


def test_check_finds_a_topic_without_cues():
    def change(values):
        values["topics"][0]["groups"][0]["topics"][0]["cues"] = {}

    assert any("has no cues in zh" in problem for problem in broken(change))


def test_check_finds_a_slug_defined_twice():
    def change(values):
        topics = values["topics"][0]["groups"][0]["topics"]
        values["topics"][0]["groups"][0]["topics"] = (*topics, topics[0])

    assert any("is defined 2 times" in problem for problem in broken(change))


def test_check_finds_a_signal_that_nothing_reads():
    def change(values):
        values["signals"] = {
            "severity_slug": {"deadly": {}},
            "oath": {},
            "promise": {"promise": {}},
        }

    found = [problem for problem in broken(change) if "signals" in problem]

    assert found == [
        "error signals severity_slug: 'deadly' is not defined",
        "error signals: vocabulary 'oath' is not defined",
    ]


def test_check_tries_the_examples(tmp_path: Path):
    shutil.copytree(DEFAULT_CONFIG_DIR, tmp_path / "config")
    pack = tmp_path / "config" / "taxonomies" / "retail.yml"
    pack.write_text(pack.read_text().replace("老牌子，值得信赖", "快递太慢"))

    assert [
        f"{problem.place}: {problem.message}" for problem in check("retail", pack.parents[1])
    ] == ["topic brand_trust: example '快递太慢' comes out as delivery_speed"]


def test_signals_of_a_pack_add_cues_and_exceptions(tmp_path: Path):
    shutil.copytree(DEFAULT_CONFIG_DIR, tmp_path / "config")
    pack = tmp_path / "config" / "taxonomies" / "retail.yml"
    signals = "signals: {severity_slug: {safety: {zh: {strong: [卡喉咙], except: [火花塞]}}}}\n"
    pack.write_text(pack.read_text() + signals)

    texts = ["鱼刺卡喉咙了", "火花塞很差", "插座冒火花，很差"]
    severities = [
        units[0]["severity_slug"] for _, units in preview("retail", texts, pack.parents[1])
    ]

    assert [severity == "safety" for severity in severities] == [True, False, True]


def test_a_pack_under_a_wrong_name_is_refused(tmp_path: Path):
    (tmp_path / "taxonomies").mkdir()
    shutil.copy(DEFAULT_CONFIG_DIR / "taxonomies/retail.yml", tmp_path / "taxonomies/hotel.yml")

    with pytest.raises(TaxonomyError, match="file name says 'hotel'"):
        load_pack("hotel", tmp_path)


def test_a_missing_pack_names_its_file(tmp_path: Path):
    with pytest.raises(TaxonomyError, match=r"hotel\.yml does not exist; packs at hand: none"):
        load_pack("hotel", tmp_path)


def test_preview_labels_in_order():
    rows = list(preview("retail", ["快递太慢", "发票不给开"]))

    assert [units[0]["topic_slug"] for _, units in rows] == ["delivery_speed", "invoice_issue"]


def test_a_changed_word_is_a_new_version(tmp_path: Path):
    same, changed = tmp_path / "same", tmp_path / "changed"
    for folder in (same, changed):
        shutil.copytree(DEFAULT_CONFIG_DIR, folder)
    departments = changed / "departments.yml"
    departments.write_text(departments.read_text().replace("地推", "地推员"))

    assert pipeline_version("retail") == pipeline_version("retail", same)
    assert pipeline_version("retail") != pipeline_version("retail", changed)
