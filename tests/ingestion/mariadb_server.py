"""A real MariaDB server in a folder of its own, on a socket; its only account has a password."""

from __future__ import annotations

import getpass
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

START_SECONDS = 60
PROGRAMS = ("mariadbd", "mariadb-install-db")


def find_missing() -> list[str]:
    """Return the server's programs that this machine lacks."""
    folders = "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/usr/local/bin:/bin"
    return [name for name in PROGRAMS if not shutil.which(name, path=folders)]


@contextmanager
def run_mariadb() -> Iterator[str]:
    """Run a server whose clock is that of Shanghai; yield the SQLAlchemy address of database crm.

    It lies in the folder of temporary files: the path of a socket may have 107 characters only.
    """
    password = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="mariadb-") as folder:
        data, socket, log = (Path(folder) / name for name in ("data", "socket", "log"))
        start = Path(folder) / "start.sql"
        start.write_text(
            "create database crm character set utf8mb4;\n"
            f"alter user root@localhost identified by '{password}';\n"
        )
        programs = [
            shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin") for name in PROGRAMS
        ]
        daemon, install = (str(program) for program in programs)
        own = ["--no-defaults", f"--user={getpass.getuser()}", f"--datadir={data}"]
        subprocess.run(
            [install, *own, "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True,
            capture_output=True,
        )
        options = [
            f"--socket={socket}",
            f"--pid-file={folder}/pid",
            f"--init-file={start}",
            f"--log-error={log}",
            "--skip-networking",
            "--default-time-zone=+08:00",
            "--innodb-buffer-pool-size=32M",
        ]
        server = subprocess.Popen([daemon, *own, *options])
        try:
            address = f"mysql+pymysql://root:{password}@localhost/crm?unix_socket={socket}"
            wait_for(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=START_SECONDS)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; raise with its log when it does not."""
    deadline = time.monotonic() + START_SECONDS
    engine = sa.create_engine(address)
    while True:
        try:
            engine.connect().close()
            break
        except OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace")) from None
            time.sleep(0.1)
    engine.dispose()
