"""What every DAG of ours shares: retries with back-off, time limits, one run at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")

TASK_DEFAULTS: dict[str, Any] = {
    "owner": "data-engineering",
    "retries": 2,
    "retry_delay": timedelta(seconds=20),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(hours=1),
}

DAG_DEFAULTS: dict[str, Any] = {
    "catchup": False,
    # two runs at once would label and swap under each other's feet
    "max_active_runs": 1,
    "default_args": TASK_DEFAULTS,
}
