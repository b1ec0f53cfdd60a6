"""A real HTTP server on loopback that serves pages by a script of misbehaviours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-of-the-test"


@dataclass
class PlannedServer:
    """Serves `items` in pages of two; `faults` are used up first, one per request.

    A fault is a status, (status, headers), or one of: "cut" (the connection breaks in mid-page),
    "garbage" (no JSON), "no items", "repeat" (the previous answer again).
    """

    items: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Any] = field(default_factory=list)
    always: Any = None
    requests: list[dict[str, str]] = field(default_factory=list)
    previous: dict[str, Any] | None = None
    address: str = ""

    def answer(self, query: dict[str, str]) -> dict[str, Any]:
        """Return one page, oldest edit first, as the protocol asks."""
        changed = sorted(
            (item for item in self.items if item["updated_at"] >= query["updated_since"]),
            key=lambda item: item["updated_at"],
        )
        start = int(query.get("cursor", 0))
        end = start + 2
        page = {
            "items": changed[start:end],
            "next_cursor": str(end) if end < len(changed) else None,
        }
        return page


@contextmanager
def serving(server: PlannedServer) -> Iterator[PlannedServer]:
    """Run the server in a thread; its address is in `server.address`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = {
                name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()
            }
            server.requests.append(query)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self.reply(401, b"{}")
                return
            self.misbehave(server.faults.pop(0) if server.faults else server.always, query)

        def misbehave(self, fault: Any, query: dict[str, str]) -> None:
            page = server.answer(query)
            if fault == "repeat":
                page = server.previous or page
            server.previous = page
            body = json.dumps(page).encode()
            if fault == "cut":
                self.reply(200, body[: len(body) // 2], {"Content-Length": str(len(body))})
                self.close_connection = True
                return
            status, headers = fault if isinstance(fault, tuple) else (fault, {})
            bodies = {"garbage": b"<html>", "no items": b'{"results": []}', "repeat": body}
            if isinstance(status, int):
                self.reply(status, b"{}", headers)
            else:
                self.reply(200, bodies.get(fault, body))

        def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

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
