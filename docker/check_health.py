"""Health check by HTTP: does the address answer, and is the named part of the answer healthy?

    python docker/check_health.py URL [COMPONENT]

Exit code 0: healthy. COMPONENT is a key of Airflow's health report, e.g. `dag_processor`.
"""

from __future__ import annotations

import json
import sys
import urllib.request

TIMEOUT_SECONDS = 8


def check(url: str, component: str | None = None) -> str | None:
    """Return what is wrong, null when all is well."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
            body = answer.read()
    except OSError as failure:
        return f"{url}: {failure}"
    if component is None:
        return None
    status = json.loads(body).get(component, {}).get("status")
    return None if status == "healthy" else f"{component} is {status}"


def main(arguments: list[str]) -> int:
    """Print what is wrong, if anything, and return the exit code."""
    problem = check(*arguments)
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
