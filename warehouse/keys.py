"""Keys and hashes, one recipe each. A changed recipe orphans stored rows: migrate first."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from typing import Literal

_NOT_DIGIT = re.compile(r"\D+")


def feedback_key(source_slug: str, source_record_id: str) -> str:
    """Return the surrogate key of one piece of feedback (32 hex characters), as dbt makes it."""
    return hashlib.md5(f"{source_slug}|{source_record_id}".encode()).hexdigest()


def text_hash(text: str | None) -> str:
    """Return the hash of what was said (32 hex characters); nothing said hashes as ''."""
    # half of a character pair cannot be encoded; a file of somebody else's may hold one
    return hashlib.md5((text or "").encode(errors="replace")).hexdigest()


def normalise_contact(value: str, kind: Literal["phone", "email"]) -> str:
    """Bring a phone number or an e-mail address to the one form that is hashed.

    Phones: NFKC digits only, without the mainland prefix 86; e-mails: NFKC, trimmed, lower case.
    """
    value = unicodedata.normalize("NFKC", value)
    if kind == "email":
        return value.strip().lower()
    digits = _NOT_DIGIT.sub("", value)
    return digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits


def keyed_hash(
    value: str | None, kind: Literal["phone", "email"], key: bytes | None = None
) -> str | None:
    """Return the HMAC-SHA256 (64 hex characters) of a normalised phone or e-mail; null stays null.

    Keyed, because the 10^10 possible phone numbers could be tried one by one against a plain hash.
    """
    if value is None or not value.strip():
        return None
    if key is None:
        from warehouse.settings import load_settings

        key = load_settings().hmac_key
    return hmac.new(key, normalise_contact(value, kind).encode(), hashlib.sha256).hexdigest()
