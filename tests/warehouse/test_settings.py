"""Settings: where values come from, and that secrets stay secret."""

from __future__ import annotations

import json

import pytest

from warehouse.credentials import ensure_credentials
from warehouse.settings import SettingsError, load_settings


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("VOC_STATE_DIR", str(tmp_path))
    for name in ("VOC_PG_PORT", "VOC_LOADER_PASSWORD", "VOC_PG_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_environment_wins_over_a_mounted_file_and_that_over_the_generated_one(
    state, tmp_path_factory, monkeypatch
):
    mounted = tmp_path_factory.mktemp("secrets")
    (state / "secrets.json").write_text(json.dumps({"loader_password": "generated"}))
    assert load_settings().secret("loader_password") == "generated"

    (mounted / "VOC_LOADER_PASSWORD").write_text("mounted")
    monkeypatch.setenv("VOC_SECRETS_DIR", str(mounted))
    assert load_settings().secret("loader_password") == "mounted"

    monkeypatch.setenv("VOC_LOADER_PASSWORD", "environment")
    assert load_settings().secret("loader_password") == "environment"


def test_what_is_missing_is_named_with_the_next_step(state):
    with pytest.raises(SettingsError, match=r"loader_password is not configured: run `voc up`"):
        load_settings().secret("loader_password")
    with pytest.raises(SettingsError, match="no PostgreSQL is configured"):
        load_settings().database_url("voc_loader")


def test_credentials_are_made_once_private_and_different_everywhere(state, tmp_path_factory):
    path = ensure_credentials(state)
    first = json.loads(path.read_text())
    ensure_credentials(state)
    other = tmp_path_factory.mktemp("other")

    assert json.loads(path.read_text()) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(set(first.values())) == len(first)
    assert not set(first.values()) & set(json.loads(ensure_credentials(other).read_text()).values())


def test_printing_the_settings_shows_no_secret(state):
    ensure_credentials(state)
    secrets = json.loads((state / "secrets.json").read_text())

    shown = repr(load_settings()) + str(load_settings().model_dump())

    assert not [name for name, value in secrets.items() if value in shown]


def test_a_password_with_special_characters_survives_the_url(state, monkeypatch):
    monkeypatch.setenv("VOC_LOADER_PASSWORD", "p@ss/w:rd%")
    monkeypatch.setenv("VOC_PG_PORT", "5432")

    assert load_settings().database_url("voc_loader") == (
        "postgresql://voc_loader:p%40ss%2Fw%3Ard%25@127.0.0.1:5432/voc"
    )
