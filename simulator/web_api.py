"""The review sites' and the survey tool's API, with the habits of real ones.

    GET /v1/reviews             ?updated_since=ISO &limit=1..500 &cursor=...
    GET /v1/survey-responses    the same
    GET /v1/survey-invitations  the same; all three want `Authorization: Bearer <token>`
    GET /health                 open

Answers are {"items": [...], "next_cursor": str | null}, oldest change first. Some requests fail
once or twice before they succeed (429 with Retry-After, 500, 503): which ones depends on the
plan's seed alone. A review that its author withdraws comes once more, with `"deleted": true`. The
company's clock is read anew for each request.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from itertools import accumulate
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.clock import read_clock
from simulator.day_files import day_folder, format_moment, iter_days
from simulator.plan import SHANGHAI

ENTITIES = {
    "reviews": "reviews",
    "survey-responses": "survey_responses",
    "survey-invitations": "survey_invitations",
}
DEFAULT_LIMIT = 200
MAX_LIMIT = 500
# of 100 requests: how many fail at first, and with what
FAILURES = ((429, 5), (500, 4), (503, 3))
RETRY_AFTER_SECONDS = 1
MAX_REMEMBERED_REQUESTS = 10_000


class BadRequest(ValueError):
    """A query parameter cannot be used; the message goes to the client."""


class FailurePlan:
    """Says which requests fail, and how often, before they succeed."""

    def __init__(self, seed: int, failures: tuple[tuple[int, int], ...] = FAILURES) -> None:
        self._seed = seed
        self._failures = failures
        self._attempts: OrderedDict[str, int] = OrderedDict()

    def next_failure(self, request_key: str) -> int | None:
        """Return the status with which this attempt fails; None when it succeeds."""
        digest = hashlib.sha256(f"{self._seed}/{request_key}".encode()).digest()
        point, times = digest[0] * 100 // 256, 1 + digest[1] % 2
        bounds = accumulate(share for _, share in self._failures)
        statuses = (status for status, _ in self._failures)
        failing = next(
            (status for status, bound in zip(statuses, bounds, strict=True) if point < bound),
            None,
        )
        attempt = self._attempts.pop(request_key, 0) + 1
        if failing is None or attempt > times:
            return None
        self._attempts[request_key] = attempt
        if len(self._attempts) > MAX_REMEMBERED_REQUESTS:
            self._attempts.popitem(last=False)
        return failing


def read_page(
    folder: Path,
    entity: str,
    since: datetime | None,
    cursor: str | None,
    limit: int,
    now: datetime | None,
) -> tuple[list[dict[str, object]], str | None]:
    """Return one page of records that changed in [since, now], and the cursor of the next."""
    if now is None:
        return [], None
    first_moment = format_moment(since) if since else ""
    last_moment = format_moment(now)
    first_day = since.astimezone(SHANGHAI).date() if since else None
    offset = 0
    if cursor is not None:
        first_day, offset = parse_cursor(cursor)
    items: list[dict[str, object]] = []
    for day in iter_days(folder, first_day, now.astimezone(SHANGHAI).date()):
        path = day_folder(folder, day) / f"{entity}.jsonl"
        if not path.exists():
            continue
        with path.open("rb") as file:
            file.seek(offset if day == first_day else 0)
            while line := file.readline():
                record = json.loads(line)
                if record["updated_at"] > last_moment:
                    return items, None
                if record["updated_at"] < first_moment:
                    continue
                if len(items) == limit:
                    return items, make_cursor(day, file.tell() - len(line))
                items.append(record)
    return items, None


def make_cursor(day: date, offset: int) -> str:
    """Return an opaque mark of a place in the records."""
    return base64.urlsafe_b64encode(f"{day.isoformat()}:{offset}".encode()).decode()


def parse_cursor(cursor: str) -> tuple[date, int]:
    """Return the place that a cursor marks; raise `BadRequest` when it is none of ours."""
    try:
        day, offset = base64.urlsafe_b64decode(cursor.encode()).decode().split(":")
        return date.fromisoformat(day), int(offset)
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise BadRequest("cursor is not one that this API gave") from error


def make_app(
    folder: Path,
    token: str,
    seed: int,
    failures: tuple[tuple[int, int], ...] = FAILURES,
) -> Starlette:
    """Return the API over a built company's folder."""
    plan = FailurePlan(seed, failures)

    async def answer_health(request: Request) -> Response:
        now = read_clock(folder)
        return JSONResponse({"status": "ok", "now": now.isoformat() if now else None})

    def answer_entity(entity: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if not _is_authorised(request, token):
                return _refuse(401, "a valid bearer token is needed")
            failure = plan.next_failure(f"{request.url.path}?{request.url.query}")
            if failure is not None:
                return _fail(failure)
            try:
                since, cursor, limit = _read_query(request)
                items, following = read_page(
                    folder, entity, since, cursor, limit, read_clock(folder)
                )
            except BadRequest as error:
                return _refuse(400, str(error))
            return JSONResponse({"items": items, "next_cursor": following})

        return answer

    routes = [Route("/health", answer_health)]
    routes += [Route(f"/v1/{path}", answer_entity(name)) for path, name in ENTITIES.items()]
    return Starlette(routes=routes)


def _is_authorised(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _fail(status: int) -> Response:
    if status == 429:
        return JSONResponse(
            {"error": "too many requests"},
            status_code=429,
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    return _refuse(status, "the service is out of order for a moment")


def _refuse(status: int, reason: str) -> Response:
    return JSONResponse({"error": reason}, status_code=status)


def _read_query(request: Request) -> tuple[datetime | None, str | None, int]:
    query = request.query_params
    since = None
    if query.get("updated_since"):
        try:
            since = datetime.fromisoformat(query["updated_since"].replace(" ", "+"))
        except ValueError as error:
            raise BadRequest("updated_since must be an ISO 8601 time") from error
        if since.tzinfo is None:
            raise BadRequest("updated_since must carry an offset from UTC")
    try:
        limit = int(query.get("limit", DEFAULT_LIMIT))
    except ValueError as error:
        raise BadRequest("limit must be a whole number") from error
    if not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"limit must be 1 to {MAX_LIMIT}")
    return since, query.get("cursor"), limit
