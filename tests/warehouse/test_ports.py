"""Ports: chosen beside what listens, and beside what other installations are about to use."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from warehouse import ports

FIRST = 28900  # below the ports that systems give to connections, which come and go


@pytest.fixture(autouse=True)
def claims(tmp_path, monkeypatch):
    folder = tmp_path / "claims"
    monkeypatch.setattr(ports, "CLAIMS", folder)
    return folder


def installation(folder, name):
    """Return the settings file of an installation that stands."""
    state = folder / name
    state.mkdir()
    (state / "settings.json").write_text("{}")
    return state / "settings.json"


def test_a_taken_port_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert ports.free_port(port) > port
        assert ports.free_port(port, taken=[port + 1]) > port + 1


def test_two_installations_that_start_at_once_choose_different_ports(tmp_path):
    both = [installation(tmp_path, name) for name in ("one", "two")]
    chosen = []
    together = threading.Barrier(2)

    def choose(settings_file):
        together.wait()
        chosen.append(ports.claim_port(FIRST, settings_file))

    threads = [threading.Thread(target=choose, args=(settings_file,)) for settings_file in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(chosen)) == 2


def test_an_installation_keeps_its_own_claim_and_gives_it_back(tmp_path):
    one, two = (installation(tmp_path, name) for name in ("one", "two"))
    port = ports.claim_port(FIRST, one)

    assert ports.claim_port(FIRST, one) == port
    assert ports.claim_port(FIRST, two) != port
    ports.release_ports(one)
    assert ports.claim_port(FIRST, two) == port


def test_claims_are_renewed_after_the_temporary_folder_was_emptied(tmp_path, claims):
    one, two = (installation(tmp_path, name) for name in ("one", "two"))
    port = ports.claim_port(FIRST, one)
    (claims / str(port)).unlink()

    ports.renew_claims([port], one)

    assert ports.claim_port(FIRST, two) != port


def test_the_claim_of_an_installation_that_is_gone_binds_nobody_after_a_minute(tmp_path, claims):
    one, two = (installation(tmp_path, name) for name in ("one", "two"))
    port = ports.claim_port(FIRST, one)
    one.unlink()

    assert ports.claim_port(FIRST, two) != port
    os.utime(claims / str(port), (0, 0))
    assert ports.claim_port(FIRST, two) == port


def test_no_free_port_says_where_to_look(tmp_path, monkeypatch):
    one, two = (installation(tmp_path, name) for name in ("one", "two"))
    port = ports.claim_port(FIRST, one)
    monkeypatch.setattr(ports, "TRIED", 1)

    with pytest.raises(ports.NoFreePortError, match="claims"):
        ports.claim_port(port, two)
