"""The embedded server: stopped and started without losing anything, looked at without a trace."""

from __future__ import annotations

import os

import pytest

from warehouse import local_postgres
from warehouse.cli.status import collect
from warehouse.local_postgres import LocalPostgresError
from warehouse.postgres import connect


@pytest.fixture
def stopped(database):
    """A migrated installation whose server is stopped; it runs again afterwards."""
    local_postgres.locate(database).stop()
    yield database
    local_postgres.ensure_running(database)


def test_a_stopped_server_is_started_with_its_data_and_a_running_one_left_alone(stopped):
    assert local_postgres.ensure_running(stopped) is True
    assert local_postgres.ensure_running(stopped) is False
    with connect("voc_modeler", stopped) as connection:
        assert connection.execute("select count(*) from ops.runs").fetchone() == (0,)


def test_status_tells_the_rows_of_a_stopped_installation_and_leaves_it_stopped(stopped):
    report = collect(stopped)

    assert report["services"]["postgresql"] == "stopped"
    assert report["tables"]["nlp.documents"] == 0
    assert "error" not in report
    assert not local_postgres.locate(stopped).is_running()


def test_data_is_readable_by_the_server_alone(database):
    mode = local_postgres.locate(database).data.stat().st_mode

    assert mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_root_lends_the_server_a_user_of_its_own(database):
    server = local_postgres.locate(database)

    assert server.user == local_postgres.SYSTEM_USER
    assert server.data.owner() == local_postgres.SYSTEM_USER


def test_a_server_that_cannot_start_says_why(stopped, monkeypatch):
    configuration = local_postgres.locate(stopped).data / "postgresql.conf"
    whole = configuration.read_text()
    configuration.write_text(whole + "\nmax_connections = many\n")
    try:
        with pytest.raises(LocalPostgresError, match=r"did not start(.|\n)*max_connections"):
            local_postgres.ensure_running(stopped)
    finally:
        configuration.write_text(whole)
