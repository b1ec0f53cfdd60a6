from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingestion.contracts import ENTITIES
from ingestion.errors import SourceConfigError
from ingestion.registry import list_sources, load_source
from ingestion.source_config import load_source_config
from warehouse.settings import Settings

SETTINGS = Settings()


def write_config(folder: Path, change) -> Path:
    content = yaml.safe_load((SETTINGS.config_dir / "sources.yml").read_text(encoding="utf-8"))
    change(content)
    (folder / "sources.yml").write_text(yaml.safe_dump(content, allow_unicode=True))
    return folder


def test_the_four_sources_are_configured():
    assert list_sources(SETTINGS) == ["crm", "calls", "reviews", "surveys"]


@pytest.mark.parametrize("source", ["crm", "reviews", "surveys"])
def test_sources_read_by_time_overlap_and_all_have_a_limit(source):
    config = load_source_config(SETTINGS.config_dir).sources[source]

    assert config.overlap.total_seconds() > 0
    assert 0 < config.quarantine_share_limit < 1


def test_an_unknown_source_lists_the_known_ones():
    with pytest.raises(SourceConfigError, match=r"'crmm'.*crm, calls, reviews, surveys"):
        load_source(SETTINGS, "crmm")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["sources"]["crm"].update(overlap_minuts=3), "overlap_minuts"),
        (lambda c: c["sources"]["crm"].pop("overlap_minutes"), "overlap_minutes"),
        (lambda c: c["sources"]["calls"].update(connector="fax"), "fax"),
        (lambda c: c["sources"]["reviews"].update(quarantine_share_limit=5), "reviews.*limit"),
    ],
    ids=["unknown key", "missing key", "unknown connector", "limit above one"],
)
def test_a_wrong_configuration_names_file_and_key(tmp_path, change, words):
    folder = write_config(tmp_path, change)

    with pytest.raises(SourceConfigError, match=rf"sources\.yml.*{words}"):
        load_source_config(folder)


def test_a_missing_configuration_is_said(tmp_path):
    with pytest.raises(SourceConfigError, match="missing"):
        load_source_config(tmp_path)


def test_a_source_that_is_not_enabled_is_no_part_of_a_night_and_says_how_to_become_one():
    config = load_source_config(SETTINGS.config_dir)
    disabled = [name for name, source in config.sources.items() if not source.enabled]

    assert "app_store" in disabled
    assert not set(disabled) & set(list_sources(SETTINGS))
    with pytest.raises(SourceConfigError, match=r"'app_store' is not enabled.*enabled: true"):
        load_source(SETTINGS, "app_store")


def test_every_source_knows_its_own_key():
    config = load_source_config(SETTINGS.config_dir)

    assert {name: source.slug for name, source in config.sources.items()} == {
        name: name for name in config.sources
    }


def test_no_two_entities_share_a_name():
    """The ledger knows a table by its entity's name, whichever source filled it."""
    names = [entity.name for entity in ENTITIES]

    assert len(names) == len(set(names))
