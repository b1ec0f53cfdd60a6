"""The little of Superset's REST interface that the checks need; standard library only."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

_TIMEOUT_SECONDS = 60


class RestError(RuntimeError):
    """Superset answered with an error, or not at all."""


@dataclass(frozen=True)
class RestClient:
    """A logged-in account."""

    base_url: str
    token: str

    @classmethod
    def log_in(cls, base_url: str, username: str, password: str) -> RestClient:
        """A client in the name of `username`. Raises RestError when Superset refuses."""
        body = {"username": username, "password": password, "provider": "db", "refresh": False}
        answer = _request(f"{base_url}/api/v1/security/login", {}, body)
        return cls(base_url, answer["access_token"])

    def get(self, path: str) -> Any:
        """The JSON answer to `GET /api/v1{path}`. Raises RestError for any error status."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return _request(f"{self.base_url}/api/v1{path}", headers, None)


def _request(url: str, headers: dict[str, str], body: dict[str, Any] | None) -> Any:
    data = None
    headers = {**headers, "Accept": "application/json"}
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"  # on a GET, Superset would look for a body
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
            return json.loads(response.read())
    except urllib.error.HTTPError as error:
        text = error.read().decode("utf-8", "replace")[:300]
        raise RestError(f"{error.code} for {url}: {text}") from error
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise RestError(f"no answer for {url}: {error}") from error
