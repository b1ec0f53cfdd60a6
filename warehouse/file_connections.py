"""Where files of a source lie and what it takes to get at them: local disk, S3, SFTP."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator


class FileConnection(BaseModel):
    """A folder by fsspec URL, and the credentials that its system asks for.

    S3: `key`, `secret`, `endpoint` (for stores that only speak like S3), `region`; without a key
    the machine's own AWS identity is used. SFTP: `user` with `private_key_file` (and
    `passphrase`) or `password`; `known_hosts_file` holds the server's key, without which we do
    not talk to it (default: `~/.ssh/known_hosts`). Secrets never print themselves.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str
    key: SecretStr | None = None
    secret: SecretStr | None = None
    endpoint: str | None = None
    region: str | None = None
    user: str | None = None
    password: SecretStr | None = None
    private_key_file: Path | None = None
    passphrase: SecretStr | None = None
    known_hosts_file: Path | None = None

    @field_validator("url")
    @classmethod
    def check_url(cls, url: str) -> str:
        """A password has a field of its own, which no log prints."""
        if "://" in url and urlsplit(url).password:
            raise ValueError("put user and password into fields of their own, not into the url")
        return url

    @property
    def protocol(self) -> str:
        """Return how the files are reached: `file`, `s3`, `sftp`, or another name of fsspec."""
        return self.url.partition("://")[0] if "://" in self.url else "file"

    @property
    def address(self) -> str:
        """Return the URL for people: without the user."""
        if "@" not in self.url or "://" not in self.url:
            return self.url
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    def below(self, path: str) -> FileConnection:
        """Return the same connection, one folder or file deeper."""
        return self.model_copy(update={"url": f"{self.url.rstrip('/')}/{path.lstrip('/')}"})
