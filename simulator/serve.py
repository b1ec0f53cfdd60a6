"""Serve the review and survey API of a built company on loopback.

    python -m simulator.serve --dir OUT --port P --token-file F

Port 0 takes a free one. Prints one line when it answers: `ready http://127.0.0.1:<port>`.
"""

from __future__ import annotations

import argparse
import secrets
import socket
import sys
from pathlib import Path

import uvicorn

from simulator.company import CompanyError, read_plan
from simulator.web_api import make_app

HOST = "127.0.0.1"


class ReadyServer(uvicorn.Server):
    """A server that says on standard output when it can be asked."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then print the ready line."""
        await super().startup(sockets)
        if self.started:
            listening = self.servers[0].sockets[0]
            print(f"ready http://{HOST}:{listening.getsockname()[1]}", flush=True)


def read_token(path: Path) -> str:
    """Return the bearer token in a file; raise `CompanyError` when there is none."""
    token = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    if not token:
        raise CompanyError(f"no bearer token in {path}: write one into it first")
    return token


def ensure_token(path: Path) -> None:
    """Write a new bearer token, for its owner alone, unless there is one."""
    if path.exists():
        return
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(24) + "\n", encoding="utf-8")


def serve(folder: Path, port: int, token_file: Path) -> None:
    """Serve until interrupted; raise `CompanyError` without a built company or a token."""
    seed = int(str(read_plan(folder)["seed"]))
    app = make_app(folder, read_token(token_file), seed)
    config = uvicorn.Config(app, host=HOST, port=port, log_level="warning", access_log=False)
    ReadyServer(config).run()


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m simulator.serve", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="folder of a built company")
    parser.add_argument("--port", type=int, required=True, help="port on loopback, 0 for any")
    parser.add_argument("--token-file", type=Path, required=True, help="file with the bearer token")
    options = parser.parse_args(arguments)
    try:
        serve(options.dir, options.port, options.token_file)
    except CompanyError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
