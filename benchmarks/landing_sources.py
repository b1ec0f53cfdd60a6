"""The sources of the landing benchmark: a CRM database, call files, a web API; rows made up."""

from __future__ import annotations

import csv
import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from warehouse.postgres import connect
from warehouse.settings import Settings

BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)
PHRASES = (
    "物流很快，第二天就到了，包装也完好",
    "客服电话打了三次才有人接，问题还是没有解决",
    "安装师傅很专业，走之前把地也扫干净了",
    "说好的优惠到结账时没有了，店员也解释不清楚",
    "冰箱用了一个月噪音越来越大，晚上睡不好",
)
ROWS_PER_FILE = 20_000


def make_text(number: int) -> str:
    """Return a comment of about 60 characters, each a little different."""
    return f"{PHRASES[number % 5]}。{PHRASES[number * 7 % 5]}，第{number}次写评价。"


def make_moment(number: int) -> datetime:
    """Return when record `number` was changed: one every second."""
    return BEGINNING + timedelta(seconds=number)


def make_review(number: int) -> dict[str, Any]:
    """Return a review as the web API gives it."""
    moment = make_moment(number).isoformat()
    return {
        "review_id": f"R{number:08d}",
        "site": "dianping",
        "outlet_id": f"S{number % 50:03d}",
        "subject": "us",
        "author": f"用户{number % 5000}",
        "rating": number % 5 + 1,
        "rating_scale": 5,
        "title": None,
        "text": make_text(number),
        "product_id": None,
        "city": "杭州",
        "url": f"https://reviews.example/{number}",
        "posted_at": moment,
        "updated_at": moment,
    }


def make_call(number: int) -> dict[str, Any]:
    """Return a short call as the call centre writes it, with its four turns."""
    moment = make_moment(number).isoformat()
    turns = ["您好，请问有什么可以帮您", make_text(number), "好的，我帮您登记一下", "谢谢"]
    return {
        "call_id": f"K{number:08d}",
        "customer_id": f"C{number % 5000:05d}",
        "agent_id": f"A{number % 40:03d}",
        "store_id": None,
        "order_id": f"O{number:08d}",
        "direction": "inbound",
        "started_at": moment,
        "ended_at": moment,
        "transfers": [],
        "turns": [
            {"speaker": "customer" if seat % 2 else "agent", "start_seconds": seat * 4.5, "text": t}
            for seat, t in enumerate(turns)
        ],
        "updated_at": moment,
    }


@contextmanager
def serving_crm(settings: Settings, folder: Path, rows: int) -> Iterator[Settings]:
    """Fill the notes of a CRM database."""
    with connect("voc_admin", settings, database="crm_source") as connection:
        connection.execute("alter schema public owner to crm_source_owner")
    with connect("crm_source_owner", settings, database="crm_source") as connection:
        connection.execute(
            "create table customer_notes (note_id text primary key, customer_id text, "
            "agent_id text, store_id text, order_id text, note_text text, "
            "created_at timestamptz not null, updated_at timestamptz not null)"
        )
        with connection.cursor().copy("copy customer_notes from stdin") as copy:
            for number in range(rows):
                moment = make_moment(number)
                copy.write_row(
                    (
                        f"N{number:08d}",
                        f"C{number % 5000:05d}",
                        f"A{number % 40:03d}",
                        f"S{number % 50:03d}",
                        f"O{number:08d}",
                        make_text(number),
                        moment,
                        moment,
                    )
                )
        connection.execute("create index on customer_notes (updated_at)")
        connection.execute("grant usage on schema public to crm_source_reader")
        connection.execute("grant select on customer_notes to crm_source_reader")
    with connect("voc_admin", settings, database="crm_source", autocommit=True) as connection:
        connection.execute("vacuum analyze customer_notes")
    yield settings


@contextmanager
def serving_files(settings: Settings, folder: Path, rows: int) -> Iterator[Settings]:
    """Write call files of JSON lines."""
    calls = folder / "calls"
    calls.mkdir()
    for start in range(0, rows, ROWS_PER_FILE):
        with (calls / f"calls_{start:09d}.jsonl").open("w", encoding="utf-8") as file:
            for number in range(start, min(start + ROWS_PER_FILE, rows)):
                file.write(json.dumps(make_call(number), ensure_ascii=False) + "\n")
    yield settings.model_copy(update={"calls_source_dir": str(calls)})


_MAPPING = """\
version: 1
slug: exported_reviews
name: {zh: 评价导出, en: Exported reviews}
description: {zh: 评价导出, en: Exported reviews}
channel_slug: review
is_solicited: false
time_zone: Asia/Shanghai
record_id: {columns: [id]}
fields: {occurred_at: date, rating: stars, text: comment, city: city, store_ref: shop}
constants: {rating_scale: 5}
metadata_columns: [app_version]
"""


@contextmanager
def serving_export(settings: Settings, folder: Path, rows: int) -> Iterator[Settings]:
    """Write an export as people have them, one CSV file, and its mapping."""
    with (folder / "reviews.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "date", "stars", "comment", "city", "shop", "app_version"])
        for number in range(rows):
            moment = f"{make_moment(number):%Y-%m-%d %H:%M:%S}"
            shop, version = f"S{number % 50:03d}", f"3.{number % 9}"
            stars = number % 5 + 1
            text = make_text(number)
            writer.writerow([f"F{number:08d}", moment, stars, text, "杭州", shop, version])
    (folder / "exported_reviews.yml").write_text(_MAPPING, encoding="utf-8")
    yield settings


@contextmanager
def serving_http(settings: Settings, folder: Path, rows: int) -> Iterator[Settings]:
    """Serve reviews from another process."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    server = context.Process(target=_serve_reviews, args=(there, rows), daemon=True)
    server.start()
    try:
        yield settings.model_copy(update={"web_source_url": f"http://127.0.0.1:{here.recv()}"})
    finally:
        server.terminate()
        server.join()


def _serve_reviews(parent: Connection, rows: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            start, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
            end = min(start + limit, rows)
            items = [make_review(number) for number in range(start, end)]
            page = {"items": items, "next_cursor": str(end) if end < rows else None}
            body = json.dumps(page, ensure_ascii=False).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    parent.send(server.server_address[1])
    server.serve_forever()


@dataclass(frozen=True)
class Source:
    """A source to measure: its entry in config/sources.yml, what is changed in it, its table."""

    kind: str
    title: str
    name: str
    table: str
    serving: Callable[[Settings, Path, int], AbstractContextManager[Settings]]
    options: dict[str, Any] = field(default_factory=dict)


SOURCES = (
    Source(
        "sql",
        "SQL, CRM notes",
        "crm",
        "raw_crm.customer_notes",
        serving_crm,
        {"tables": {"customer_notes": "customer_notes"}},
    ),
    Source("files", "JSON lines, calls", "calls", "raw_calls.calls", serving_files),
    Source(
        "import",
        "CSV import, reviews",
        "exported_reviews",
        "raw_files.feedback",
        serving_export,
        {
            "name": {"zh": "评价导出", "en": "Exported reviews"},
            "connector": "files",
            "path": "reviews.csv",
            "mapping": "exported_reviews.yml",
            "quarantine_share_limit": 0.05,
        },
    ),
    Source("http", "HTTP, reviews", "reviews", "raw_reviews.reviews", serving_http),
)
