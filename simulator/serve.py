"""Serve the review and survey API of a built company on loopback.

    python -m simulator.serve --dir OUT --port P --token-file F

Port 0 takes a free one. Prints one line when it answers: `ready http://127.0.0.1:<port>`.
"""

from __future__ import annotations

import argparse
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


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m simulator.serve", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="folder of a built company")
    parser.add_argument("--port", type=int, required=True, help="port on loopback, 0 for any")
    parser.add_argument("--token-file", type=Path, required=True, help="file with the bearer token")
    options = parser.parse_args(arguments)
    try:
        seed = int(str(read_plan(options.dir)["seed"]))
        app = make_app(options.dir, read_token(options.token_file), seed)
    except CompanyError as error:
        print(error, file=sys.stderr)
        return 2
    config = uvicorn.Config(
        app, host=HOST, port=options.port, log_level="warning", access_log=False
    )
    ReadyServer(config).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
