"""A real HTTP server on loopback that answers by path, and misbehaves when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """What the server says. `is_cut`: the connection breaks in the middle of the body."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False


@dataclass
class ScriptedServer:
    """Answers each request by `respond`; `faults` are used up first, one per request."""

    respond: Callable[[Asked], Answer]
    faults: list[Answer | None] = field(default_factory=list)
    requests: list[Asked] = field(default_factory=list)
    address: str = ""

    def answer(self, asked: Asked) -> Answer:
        """Return the next planned fault, else what the script says."""
        self.requests.append(asked)
        fault = self.faults.pop(0) if self.faults else None
        return fault or self.respond(asked)


@contextmanager
def running(server: ScriptedServer) -> Iterator[ScriptedServer]:
    """Run the server in a thread; its address is in `server.address`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(
                self.command,
                parts.path,
                {name: values[0] for name, values in parse_qs(parts.query).items()},
                dict(self.headers.items()),
                self.rfile.read(length).decode(),
            )
            answer = server.answer(asked)
            body = answer.body.encode()
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if answer.is_cut:
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            else:
                self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    http_server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http_server.serve_forever, daemon=True)
    thread.start()
    server.address = f"http://127.0.0.1:{http_server.server_address[1]}"
    try:
        yield server
    finally:
        http_server.shutdown()
        http_server.server_close()
        thread.join()
