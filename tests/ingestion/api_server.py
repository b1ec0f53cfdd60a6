"""A real HTTP server on loopback that a test teaches an API, and to misbehave."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

# longer than the time-out of a test that wants to see one
SILENT_SECONDS = 0.5


@dataclass(frozen=True)
class Request:
    """What was asked; `body` is parsed JSON, or the fields of a form."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What to say."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ApiServer:
    """Answers by `handle`; `faults` are used up first, one per request that begins with `faulty`.

    A fault is None (none), an `Answer`, or one of: "cut" (the connection breaks in mid-page),
    "garbage" (no JSON), "half" (JSON that ends too soon), "silence" (no answer in time).
    """

    faults: list[Any] = field(default_factory=list)
    faulty: str = "/"
    requests: list[Request] = field(default_factory=list)
    address: str = ""

    def handle(self, request: Request) -> Answer:
        """Answer as the API does."""
        raise NotImplementedError

    def asked(self, path: str) -> list[Request]:
        """Return the requests so far whose path begins so."""
        return [request for request in self.requests if request.path.startswith(path)]


def spoil(body: bytes, fault: Any) -> bytes:
    """Return the body as a fault leaves it."""
    if fault == "garbage":
        return b"<html>busy</html>"
    return body[: len(body) // 2] if fault == "half" else body


@contextmanager
def serving(server: ApiServer) -> Iterator[ApiServer]:
    """Run the server in a thread; its address is in `server.address`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.respond()

        def do_POST(self) -> None:
            self.respond()

        def respond(self) -> None:
            request = self.read_request()
            server.requests.append(request)
            is_faulty = request.path.startswith(server.faulty) and server.faults
            fault = server.faults.pop(0) if is_faulty else None
            if fault == "silence":
                time.sleep(SILENT_SECONDS)
                self.close_connection = True
                return
            answer = fault if isinstance(fault, Answer) else server.handle(request)
            body = spoil(json.dumps(answer.body).encode(), fault)
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
            self.close_connection = fault == "cut"

        def read_request(self) -> Request:
            address = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if "form" in self.headers.get("Content-Type", ""):
                body: Any = {name: values[0] for name, values in parse_qs(text).items()}
            else:
                body = json.loads(text) if text else None
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            return Request(
                self.command, unquote(address.path), query, body, dict(self.headers.items())
            )

        def log_message(self, format: str, *args: Any) -> None:
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
