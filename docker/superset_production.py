"""Superset's configuration in production: the common one, with redis for caches and workers.

Several web processes and workers on several machines share nothing but redis and PostgreSQL.
Besides what `superset_assets/superset_config.py` reads, this needs
    SUPERSET_REDIS_HOST, SUPERSET_REDIS_PORT (6379), SUPERSET_REDIS_PASSWORD
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from cachelib.redis import RedisCache
from celery.schedules import crontab

from superset_assets.superset_config import *  # noqa: F403 (Superset reads the names of this module)

_HOST = os.environ["SUPERSET_REDIS_HOST"]
_PORT = int(os.environ.get("SUPERSET_REDIS_PORT", "6379"))
_PASSWORD = os.environ["SUPERSET_REDIS_PASSWORD"]
# database 0 is Airflow's queue
_BROKER, _RESULTS, _CACHE, _LIMITS = (
    f"redis://:{quote(_PASSWORD, safe='')}@{_HOST}:{_PORT}/{number}" for number in (1, 2, 3, 4)
)


def _redis_cache(name: str, seconds: int) -> dict[str, Any]:
    return {
        "CACHE_TYPE": "RedisCache",
        "CACHE_REDIS_URL": _CACHE,
        "CACHE_KEY_PREFIX": f"{name}_",
        "CACHE_DEFAULT_TIMEOUT": seconds,
    }


CACHE_CONFIG = _redis_cache("metadata", 3600)
DATA_CACHE_CONFIG = _redis_cache("data", 600)
RESULTS_BACKEND = RedisCache(
    host=_HOST, port=_PORT, password=_PASSWORD, db=3, key_prefix="results_"
)

RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = _LIMITS


class CeleryConfig:
    """What the worker runs, and what beat starts by the clock."""

    broker_url = _BROKER
    result_backend = _RESULTS
    broker_connection_retry_on_startup = True
    imports = ("superset.sql_lab", "superset.tasks.scheduler", "superset.tasks.cache")
    worker_prefetch_multiplier = 1
    task_acks_late = False
    beat_schedule = {  # noqa: RUF012 (Celery reads class attributes)
        "prune_query": {
            "task": "prune_query",
            "schedule": crontab(minute="10", hour="1"),
            "kwargs": {"retention_period_days": 30},
        },
        # who looked at what is kept for a quarter
        "prune_logs": {
            "task": "prune_logs",
            "schedule": crontab(minute="20", hour="1"),
            "kwargs": {"retention_period_days": 90, "max_rows_per_run": 100_000},
        },
    }


CELERY_CONFIG = CeleryConfig
