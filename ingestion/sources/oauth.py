"""OAuth 2.0 access tokens (RFC 6749) that are fetched when needed, and anew when they expired."""

from __future__ import annotations

import re
from collections.abc import Generator

import httpx

from ingestion.errors import SourceError
from ingestion.sources.patient_http import TryAgainError, read_json, read_retry_after
from warehouse.connections import Connection

# an error code of RFC 6749 or of a vendor; anything longer may quote what we sent
_ERROR_CODE = re.compile(r"[A-Za-z_.-]{1,60}")


class BearerAuth(httpx.Auth):
    """A token that its owner made and that does not expire by itself."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Show the token."""
        request.headers["Authorization"] = self._header
        yield request


class OAuth(httpx.Auth):
    """An access token had by the connection's refresh token, else by its client credentials.

    A request that is refused with 401 is sent once more with a new token. Raises `SourceError`
    when none is to be had; its message shows no secret.
    """

    requires_response_body = True

    def __init__(self, source: str, token_url: str, connection: Connection) -> None:
        self.source = source
        self.token_url = token_url
        self.connection = connection
        self._form = _make_form(connection)  # what is not configured is said before any request
        self._token: str | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Show the token, fetched first when there is none; renew it once when it is refused."""
        if self._token is None:
            self._token = self._read((yield self._ask()))
        request.headers["Authorization"] = f"Bearer {self._token}"
        answer = yield request
        if answer.status_code == 401:
            self._token = self._read((yield self._ask()))
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _ask(self) -> httpx.Request:
        return httpx.Request("POST", self.token_url, data=self._form)

    def _read(self, answer: httpx.Response) -> str:
        if answer.status_code == 429 or answer.status_code >= 500:
            raise TryAgainError(
                f"the token endpoint answered {answer.status_code}", read_retry_after(answer)
            )
        grant = read_json(answer)
        token = grant.get("access_token") if isinstance(grant, dict) else None
        if not answer.is_success or not isinstance(token, str):
            code = grant.get("error") or grant.get("status") if isinstance(grant, dict) else None
            told = f" ({code})" if isinstance(code, str) and _ERROR_CODE.fullmatch(code) else ""
            raise SourceError(
                self.source,
                "asking for an access token",
                f"the token endpoint answered {answer.status_code}{told}",
                f"check client and refresh token of connection {self.connection.name!r}; "
                "a revoked refresh token has to be granted anew (docs/sources.md)",
            )
        return token


def _make_form(connection: Connection) -> dict[str, str]:
    """Return what the token endpoint is asked with; raise `SettingsError` for what is missing."""
    form = {"client_id": connection.need("client_id")}
    refresh_token = connection.find("refresh_token")
    if refresh_token is None:
        secret = connection.need("client_secret")
        return form | {"grant_type": "client_credentials", "client_secret": secret}
    form |= {"grant_type": "refresh_token", "refresh_token": refresh_token}
    # an app of the public kind has no secret
    optional = connection.find("client_secret")
    return form if optional is None else form | {"client_secret": optional}
