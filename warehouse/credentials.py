"""Generated passwords and keys: made once, at the first start, kept outside git."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from warehouse.settings import ROLE_PASSWORDS

SECRETS_FILE = "secrets.json"

_TOKENS = (
    *ROLE_PASSWORDS.values(),
    "web_source_token",
    "hmac_secret",
    "superset_secret_key",
    "airflow_jwt_secret",
)
# what a person types; long enough, without characters that look alike
_TYPED = ("superset_admin_password", "superset_viewer_password", "airflow_admin_password")
_TYPED_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"


def _typed_password() -> str:
    return "".join(secrets.choice(_TYPED_ALPHABET) for _ in range(16))


def ensure_credentials(state_dir: Path) -> Path:
    """Generate what is missing in `<state_dir>/secrets.json` (mode 0600); keep what is there.

    Returns the file's path.
    """
    path = state_dir / SECRETS_FILE
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    fresh = {name: secrets.token_urlsafe(48) for name in _TOKENS}
    fresh |= {name: _typed_password() for name in _TYPED}
    # Fernet wants exactly 32 bytes, url-safe base64
    fresh["airflow_fernet_key"] = base64.urlsafe_b64encode(os.urandom(32)).decode()
    complete = fresh | known
    if complete != known:
        write_private(path, json.dumps(complete, indent=1))
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, without a moment in which others may."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
