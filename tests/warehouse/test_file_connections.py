from __future__ import annotations

import json
from pathlib import Path

import pytest

from warehouse.file_connections import FileConnection
from warehouse.settings import SettingsError, load_settings

CONNECTIONS = {"calls": {"url": "s3://hotline/calls", "key": "a-key", "secret": "a-secret"}}


@pytest.mark.parametrize("way", ["environment", "secret file"])
def test_connections_are_json_in_the_environment_or_in_a_secret_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: str
):
    monkeypatch.setenv("VOC_STATE_DIR", str(tmp_path))
    if way == "environment":
        monkeypatch.setenv("VOC_FILE_CONNECTIONS", json.dumps(CONNECTIONS))
    else:
        monkeypatch.setenv("VOC_SECRETS_DIR", str(tmp_path))
        (tmp_path / "VOC_FILE_CONNECTIONS").write_text(json.dumps(CONNECTIONS))

    connection = load_settings().file_connection("calls")

    assert (connection.url, connection.protocol) == ("s3://hotline/calls", "s3")
    assert connection.secret is not None
    assert connection.secret.get_secret_value() == "a-secret"


def test_calls_without_a_connection_of_their_own_lie_in_the_source_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("VOC_STATE_DIR", str(tmp_path))

    monkeypatch.setenv("VOC_CALLS_SOURCE_DIR", "/srv/calls")
    assert load_settings().file_connection("calls").url == "/srv/calls"

    monkeypatch.delenv("VOC_CALLS_SOURCE_DIR")
    assert load_settings().file_connection("calls").url == str(tmp_path / "company" / "calls")


def test_an_unknown_connection_is_named_with_the_known_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("VOC_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("VOC_FILE_CONNECTIONS", json.dumps(CONNECTIONS))

    with pytest.raises(SettingsError, match="unknown file connection 'archive'; known are calls"):
        load_settings().file_connection("archive")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("sftp://me@files.example:2222/in", "sftp://files.example:2222/in"),
        ("s3://bucket/folder", "s3://bucket/folder"),
        ("/srv/calls@night", "/srv/calls@night"),
    ],
    ids=["user", "none", "local"],
)
def test_an_address_for_people_has_no_user(url: str, address: str):
    assert FileConnection(url=url).address == address


def test_a_folder_below_keeps_the_credentials():
    below = FileConnection.model_validate(CONNECTIONS["calls"]).below("/2026/11")

    assert below.url == "s3://hotline/calls/2026/11"
    assert below.key is not None


def test_a_password_in_a_url_is_refused_without_being_shown():
    with pytest.raises(ValueError, match="fields of their own") as caught:
        FileConnection(url="sftp://me:hidden@files.example/in")

    assert "hidden" not in str(caught.value)
