"""Entry point of Superset's containers: secret files -> environment -> command.

    python docker/enter_superset.py COMMAND [ARGUMENT ...]

Standard library only: Superset's environment holds nothing of the pipeline.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote


def read_secret(name: str, folder: Path) -> str | None:
    """Return one secret from its file; null when this container was not given it."""
    path = folder / name
    if not path.exists():
        return None
    value = path.read_text("utf-8").strip()
    if not value:
        raise SystemExit(f"the secret {path} is empty: docker/make_secrets fills it")
    return value


def superset_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return what `superset_production` and `bootstrap` read; hosts come from `variables`."""
    folder = Path(variables.get("VOC_SECRETS_DIR", "/run/secrets"))
    host, port = variables["VOC_PG_HOST"], variables.get("VOC_PG_PORT", "5432")

    def url(role: str, secret: str | None, database: str) -> str | None:
        if secret is None:
            return None
        return f"postgresql+psycopg2://{role}:{quote(secret, safe='')}@{host}:{port}/{database}"

    redis_password = read_secret("voc_redis_password", folder)
    environment = {
        "SUPERSET_SECRET_KEY": read_secret("voc_superset_secret_key", folder),
        "SUPERSET_META_URI": url(
            "superset", read_secret("voc_superset_db_password", folder), "superset"
        ),
        "SUPERSET_REDIS_PASSWORD": redis_password,
        # for `celery inspect ping`, the worker's health check
        "CELERY_BROKER_URL": redis_password
        and f"redis://:{quote(redis_password, safe='')}@{variables['SUPERSET_REDIS_HOST']}"
        f":{variables.get('SUPERSET_REDIS_PORT', '6379')}/1",
        "SUPERSET_ADMIN_PASSWORD": read_secret("voc_superset_admin_password", folder),
        "VOC_READER_URI": url(
            "voc_reader",
            read_secret("voc_reader_password", folder),
            variables.get("VOC_PG_DATABASE", "voc"),
        ),
    }
    return {name: value for name, value in environment.items() if value is not None}


def main(command: list[str]) -> None:
    """Replace this process by `command`, with the environment completed."""
    if not command:
        raise SystemExit("usage: enter_superset.py COMMAND [ARGUMENT ...]")
    os.execvpe(command[0], command, dict(os.environ) | superset_environment(os.environ))


if __name__ == "__main__":
    main(sys.argv[1:])
