"""Entry point of the pipeline's containers: secret files -> environment -> command.

    python docker/enter_pipeline.py COMMAND [ARGUMENT ...]

Each container sees only the secrets that it is given; those of the warehouse layers are with the
workers alone, because no other container runs our code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from warehouse import dbt
from warehouse.settings import Settings, load_settings


def read_secret(name: str) -> str:
    """Return one secret from its file; raise `SystemExit` that names a file that is missing."""
    path = Path(os.environ.get("VOC_SECRETS_DIR", "/run/secrets")) / name
    try:
        value = path.read_text("utf-8").strip()
    except OSError as failure:
        raise SystemExit(
            f"cannot read the secret {path} ({failure}): see docker/README.md"
        ) from None
    if not value:
        raise SystemExit(f"the secret {path} is empty: docker/make_secrets fills it")
    return value


def airflow_environment(settings: Settings, variables: Mapping[str, str]) -> dict[str, str]:
    """Return what every Airflow process needs; hosts and ports come from `variables`."""
    database = settings.database_url("airflow", "postgresql+psycopg2", database="airflow")
    redis = f"{variables['VOC_REDIS_HOST']}:{variables.get('VOC_REDIS_PORT', '6379')}"
    password = quote(read_secret("voc_redis_password"), safe="")
    broker = f"redis://:{password}@{redis}/0"
    return {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__CELERY__BROKER_URL": broker,
        "CELERY_BROKER_URL": broker,  # for `celery inspect ping`, the workers' health check
        "AIRFLOW__CELERY__RESULT_BACKEND": database.replace("postgresql", "db+postgresql", 1),
        "AIRFLOW__CORE__FERNET_KEY": settings.secret("airflow_fernet_key"),
        "AIRFLOW__API_AUTH__JWT_SECRET": settings.secret("airflow_jwt_secret"),
        "AIRFLOW__API__SECRET_KEY": read_secret("voc_airflow_api_secret_key"),
    }


def main(command: list[str]) -> None:
    """Replace this process by `command`, with the environment completed."""
    if not command:
        raise SystemExit("usage: enter_pipeline.py COMMAND [ARGUMENT ...]")
    settings = load_settings()
    environment = dict(os.environ) | airflow_environment(settings, os.environ)
    if settings.modeler_password is not None:
        environment |= dbt.connection_variables(settings)
    os.execvpe(command[0], command, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
