"""Loopback ports of an installation: chosen once, and claimed before anything listens on them.

Services take seconds from the choice of their port to listening on it. Another installation that
starts meanwhile would choose the same one, so a claim (a file named by the port, holding the
path of the installation's `settings.json`) stands for the whole machine until that file is gone.
"""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

CLAIMS = Path(tempfile.gettempdir()) / "voc-warehouse-ports"
TRIED = 500
# a claim comes moments before the settings that it belongs to
SECONDS_WITHOUT_SETTINGS = 60


class NoFreePortError(RuntimeError):
    """Every port of the range is in use or claimed."""


def free_port(preferred: int, taken: Sequence[int] = ()) -> int:
    """Return `preferred` if nothing listens there, else the next free loopback port.

    Ports in `taken` are passed over. Raises `NoFreePortError` when 500 in a row are in use.
    """
    for port in _candidates(preferred, taken):
        if _is_free(port):
            return port
    raise NoFreePortError(f"no free loopback port between {preferred} and {preferred + TRIED - 1}")


def claim_port(preferred: int, settings_file: Path, taken: Sequence[int] = ()) -> int:
    """Return a free port as `free_port` does, claimed for the installation of `settings_file`.

    Raises `NoFreePortError` when 500 in a row are in use or claimed by others.
    """
    for port in _candidates(preferred, taken):
        if _is_free(port) and _claim(port, settings_file):
            return port
    raise NoFreePortError(
        f"no free loopback port between {preferred} and {preferred + TRIED - 1}; "
        f"{CLAIMS} lists the ports that installations claim"
    )


def renew_claims(claimed: Iterable[int], settings_file: Path) -> None:
    """Claim ports chosen earlier once more: temporary folders are emptied at times."""
    for port in claimed:
        _claim(port, settings_file)


def release_ports(settings_file: Path) -> None:
    """Give back what the installation of `settings_file` claimed."""
    for claim in CLAIMS.glob("*"):
        if _holder(claim) == str(settings_file):
            claim.unlink(missing_ok=True)


def _candidates(preferred: int, taken: Sequence[int]) -> Iterable[int]:
    return (port for port in range(preferred, preferred + TRIED) if port not in taken)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _claim(port: int, settings_file: Path) -> bool:
    """Claim one port; False when another installation holds it."""
    claim = CLAIMS / str(port)
    for _ in range(2):
        try:
            if not CLAIMS.exists():
                CLAIMS.mkdir(exist_ok=True)
                CLAIMS.chmod(0o1777)  # every user's installations; the owner alone removes
            descriptor = os.open(claim, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            if _holder(claim) == str(settings_file):
                return True
            if not _is_stale(claim):
                return False
            try:
                claim.unlink(missing_ok=True)
            except PermissionError:  # somebody else's: it may lie there, the port is free
                return True
            continue
        except OSError:  # no folder to share: the port is free, that has to do
            return True
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(str(settings_file))
        return True
    return False


def _holder(claim: Path) -> str | None:
    try:
        return claim.read_text(encoding="utf-8")
    except OSError:
        return None


def _is_stale(claim: Path) -> bool:
    """Is the installation that claimed gone?"""
    try:
        age = time.time() - claim.stat().st_mtime
    except OSError:
        return True
    holder = _holder(claim)
    try:
        is_there = bool(holder) and Path(str(holder)).exists()
    except PermissionError:  # a private folder of another user: it is there
        is_there = True
    return not is_there and age > SECONDS_WITHOUT_SETTINGS
