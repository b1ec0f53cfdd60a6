"""Reading pages of sites that are not ours, as their operators ask: robots.txt, pace, cache.

RFC 9309: a robots.txt that is not there allows everything, one that cannot be read nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from ingestion.errors import SourceError
from ingestion.sources.patient_http import PatientClient
from ingestion.web_source_config import SchemaOrgConfig

AGENT_NAME = "voc-warehouse"
MAX_REDIRECTS = 5
# a page of reviews is far below that; RFC 9309 lets us stop reading robots.txt after 500 KiB
MAX_PAGE_BYTES = 10_000_000


@dataclass(frozen=True)
class Validators:
    """What a page's server told us to ask by next time."""

    etag: str | None = None
    last_modified: str | None = None

    def as_headers(self) -> dict[str, str]:
        """Return the headers that ask for the page only if it has changed."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class Page:
    """A page as it is now; its text is None when it has not changed since."""

    text: str | None
    validators: Validators


@dataclass
class PoliteReader:
    """Reads pages one at a time, each host at its own pace."""

    config: SchemaOrgConfig
    http: httpx.Client
    _robots: dict[str, Protego] = field(default_factory=dict)
    _clients: dict[str, PatientClient] = field(default_factory=dict)

    @property
    def user_agent(self) -> str:
        """Return who we say we are, and how to reach us."""
        return f"{AGENT_NAME}/1.0 (+{self.config.contact})"

    def read(self, url: str, known: Validators) -> Page:
        """Return a page; raise `SourceError` when it may not or cannot be read."""
        address = url
        for _ in range(MAX_REDIRECTS + 1):
            self._check_allowed(address)
            answer = self._client(address).get(
                address,
                partial(self._check_answer, url),
                headers={"User-Agent": self.user_agent, **known.as_headers()},
            )
            if not answer.has_redirect_location:
                return _make_page(answer, known)
            address = urljoin(address, answer.headers["Location"])
        raise self._fail(url, "it redirects again and again", "correct the address of the page")

    def _check_allowed(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise self._fail(url, "it is no address of a web page", "correct the address")
        if not self._read_robots(url).can_fetch(url, AGENT_NAME):
            raise self._fail(
                url,
                "the site's robots.txt does not allow us to read it",
                "take the page out of config/sources.yml, or ask the site's operator for another "
                "way to its reviews",
            )

    def _read_robots(self, url: str) -> Protego:
        host = _host(url)
        if host not in self._robots:
            rules = self._client(url).get(
                f"{host}/robots.txt",
                partial(self._read_rules, f"{host}/robots.txt"),
                headers={"User-Agent": self.user_agent},
                follow_redirects=True,
            )
            self._robots[host] = Protego.parse(rules)
            delay = self._robots[host].crawl_delay(AGENT_NAME)
            client = self._client(url)
            client.seconds_between = max(client.seconds_between, float(delay or 0))
        return self._robots[host]

    def _client(self, url: str) -> PatientClient:
        host = _host(url)
        if host not in self._clients:
            self._clients[host] = PatientClient(
                self.config.slug,
                self.http,
                self.config.retry,
                seconds_between=self.config.seconds_between_requests,
            )
        return self._clients[host]

    def _read_rules(self, url: str, answer: httpx.Response) -> str:
        if answer.status_code == 200:
            return answer.text
        if 400 <= answer.status_code < 500:
            return ""
        raise self._fail(
            url,
            f"it answered {answer.status_code}: without its rules we may read nothing there",
            "load again later",
        )

    def _check_answer(self, url: str, answer: httpx.Response) -> httpx.Response:
        is_expected = answer.status_code in (200, 304) or answer.has_redirect_location
        if not is_expected:
            raise self._fail(
                url,
                f"it answered {answer.status_code}",
                "open the page in a browser and correct its address in config/sources.yml",
            )
        if len(answer.content) > MAX_PAGE_BYTES:
            raise self._fail(
                url,
                f"it has more than {MAX_PAGE_BYTES:,} bytes",
                "take the page of one outlet, not a whole catalogue",
            )
        return answer

    def _fail(self, url: str, cause: str, next_step: str) -> SourceError:
        return SourceError(self.config.slug, f"GET {url}", cause, next_step)


def _make_page(answer: httpx.Response, known: Validators) -> Page:
    if answer.status_code == 304:
        return Page(None, known)
    return Page(
        answer.text,
        Validators(answer.headers.get("ETag"), answer.headers.get("Last-Modified")),
    )


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
