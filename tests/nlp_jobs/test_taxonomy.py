import shutil
from pathlib import Path

import pytest

from nlp_jobs.pack_check import find_problems
from nlp_jobs.pipelines import pipeline_version
from nlp_jobs.seeds import write_seeds
from nlp_jobs.taxonomy import (
    DEFAULT_CONFIG_DIR,
    Pack,
    TaxonomyError,
    check,
    list_packs,
    load_departments,
    load_labels,
    load_pack,
    preview,
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


def test_check_finds_a_topic_without_cues():
    def change(values):
        values["topics"][0]["groups"][0]["topics"][0]["cues"] = {}

    assert any("has no cues in zh" in problem for problem in broken(change))


def test_check_finds_a_slug_defined_twice():
    def change(values):
        topics = values["topics"][0]["groups"][0]["topics"]
        values["topics"][0]["groups"][0]["topics"] = (*topics, topics[0])

    assert any("is defined 2 times" in problem for problem in broken(change))


def test_a_pack_under_a_wrong_name_is_refused(tmp_path: Path):
    (tmp_path / "taxonomies").mkdir()
    shutil.copy(DEFAULT_CONFIG_DIR / "taxonomies/retail.yml", tmp_path / "taxonomies/hotel.yml")

    with pytest.raises(TaxonomyError, match="file name says 'hotel'"):
        load_pack("hotel", tmp_path)


def test_a_missing_pack_names_its_file(tmp_path: Path):
    with pytest.raises(TaxonomyError, match=r"hotel\.yml does not exist"):
        load_pack("hotel", tmp_path)


def test_preview_labels_in_order():
    rows = list(preview("retail", ["快递太慢", "发票不给开"]))

    assert [units[0]["topic_slug"] for _, units in rows] == ["delivery_speed", "invoice_issue"]


def test_a_changed_word_is_a_new_version(tmp_path: Path):
    shutil.copytree(DEFAULT_CONFIG_DIR, tmp_path / "config")
    before = pipeline_version("retail", tmp_path / "config")
    pipeline_version.cache_clear()
    departments = tmp_path / "config" / "departments.yml"
    departments.write_text(departments.read_text().replace("地推", "地推员"))

    assert before == pipeline_version("retail")
    assert before != pipeline_version("retail", tmp_path / "config")
