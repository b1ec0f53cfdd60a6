"""The file that says what each source writes about."""

import shutil
from pathlib import Path

import pytest

from nlp_jobs.annotate import Annotator, Feedback
from nlp_jobs.source_domains import FILE_NAME, Source, read_shares, write_shares
from nlp_jobs.taxonomy import DEFAULT_CONFIG_DIR


def test_written_shares_are_read_again_below_the_comments_of_the_file(tmp_path: Path):
    (tmp_path / FILE_NAME).write_text("# What each source writes about\nsources: {}\n")
    shares = {Source("stays", "zh"): {"hotel": 0.9, "shop": 0.1}}

    written = write_shares(shares, tmp_path)

    assert read_shares(tmp_path) == shares
    assert written.read_text().startswith("# What each source writes about\n")


def test_shares_of_the_configuration_are_part_of_pipeline_and_version(
    annotator: Annotator, tmp_path: Path
):
    changed = tmp_path / "config"
    shutil.copytree(DEFAULT_CONFIG_DIR, changed)
    stays = [
        Feedback(str(n), text, None, "hash", "stays")
        for n, text in enumerate(["小，不过安静", "太吵", "一般般，凑合"] * 20)
    ]
    write_shares(annotator.learn_domains(stays), changed)

    knowing = Annotator("retail", config_dir=changed)

    assert knowing.pipeline_version != annotator.pipeline_version
    assert list(knowing.annotate_many(stays)) != list(annotator.annotate_many(stays))


@pytest.mark.parametrize(
    "sources", ["{stays: 3}", "{stays: {cn: {hotel: 1}}}", "{stays: {zh: {hotel: 0}}}"]
)
def test_a_file_of_another_shape_is_named(sources: str, tmp_path: Path):
    (tmp_path / FILE_NAME).write_text(f"sources: {sources}", encoding="utf-8")

    with pytest.raises(ValueError, match=FILE_NAME):
        read_shares(tmp_path)
