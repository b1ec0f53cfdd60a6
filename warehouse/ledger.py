"""Writing the `ops` ledger: runs, stages, loads, counts. Reading it is SQL's business."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from warehouse.postgres import LOCK_NAMESPACE, connect, upsert_rows
from warehouse.settings import Settings

STALE_AFTER = timedelta(hours=6)  # a night that is still open then has died without a word
_DETAIL_LIMIT = 2000  # characters; the whole story is in the log


class RunInProgressError(RuntimeError):
    """Another run is open; the message names it and says what to do."""


def start_run(
    settings: Settings, run_id: str, dag_id: str, night: date, *, take_over: bool = False
) -> None:
    """Open a run; a run of the same id that is started again is reopened.

    Two runs at once would label and swap under each other's feet, and the tasks of a DAG share no
    session that could hold a lock: so this table is the lock. Raises `RunInProgressError` while
    another run is open and younger than `STALE_AFTER`; `take_over` closes it as failed instead.
    """
    with connect("voc_modeler", settings) as connection:
        connection.execute("select pg_advisory_xact_lock(%s, hashtext('runs'))", (LOCK_NAMESPACE,))
        others = connection.execute(
            "select run_id, started_at, started_at < now() - %s from ops.runs "
            "where status = 'running' and run_id <> %s order by started_at",
            (STALE_AFTER, run_id),
        ).fetchall()
        for other, started_at, is_stale in others:
            if not (take_over or is_stale):
                raise RunInProgressError(
                    f"the run {other} is open since {started_at:%Y-%m-%d %H:%M} UTC: wait for it "
                    "to end; if its process died, `voc run --take-over` goes on without it"
                )
            connection.execute(
                "update ops.runs set status = 'failed', ended_at = now(), "
                "detail = 'did not end; a later run took over' where run_id = %s",
                (other,),
            )
        connection.execute(
            """
            insert into ops.runs (run_id, dag_id, night, status) values (%s, %s, %s, 'running')
            on conflict (run_id) do update
                set status = 'running', detail = null, started_at = now(), ended_at = null
            """,
            (run_id, dag_id, night),
        )


def newest_run_id(settings: Settings) -> str | None:
    """Return the id of the run that was started last, null before the first."""
    with connect("voc_modeler", settings) as connection:
        row = connection.execute(
            "select run_id from ops.runs order by started_at desc limit 1"
        ).fetchone()
    return row[0] if row else None


def finish_run(settings: Settings, run_id: str, status: str, detail: str | None = None) -> None:
    """Close a run as `success` or `failed`, with the cause of a failure."""
    with connect("voc_modeler", settings) as connection:
        connection.execute(
            "update ops.runs set status = %s, detail = %s, ended_at = now() where run_id = %s",
            (status, detail[:_DETAIL_LIMIT] if detail else None, run_id),
        )


@contextmanager
def stage(settings: Settings, run_id: str, name: str) -> Iterator[None]:
    """Time one stage of a run and record how it ended."""
    _record_stage(settings, run_id, name, "running", None)
    try:
        yield
    except BaseException as failure:
        _record_stage(settings, run_id, name, "failed", f"{type(failure).__name__}: {failure}")
        raise
    _record_stage(settings, run_id, name, "success", None)


def _record_stage(
    settings: Settings, run_id: str, name: str, status: str, detail: str | None
) -> None:
    with connect("voc_modeler", settings) as connection:
        connection.execute(
            """
            insert into ops.stage_runs (run_id, stage, status, detail) values (%s, %s, %s, %s)
            on conflict (run_id, stage) do update set
                status = excluded.status,
                detail = excluded.detail,
                started_at = case
                    when excluded.status = 'running' then now() else stage_runs.started_at
                end,
                ended_at = case when excluded.status = 'running' then null else now() end
            """,
            (run_id, name, status, detail[:_DETAIL_LIMIT] if detail else None),
        )


def start_load(settings: Settings, load_id: str, source_slug: str, entity: str) -> None:
    """Open the load of one entity of one source."""
    with connect("voc_loader", settings) as connection:
        connection.execute(
            "insert into ops.loads (load_id, source_slug, entity, status) "
            "values (%s, %s, %s, 'running')",
            (load_id, source_slug, entity),
        )


def finish_load(
    settings: Settings,
    load_id: str,
    *,
    status: str,
    rows_read: int,
    rows_landed: int,
    rows_quarantined: int,
    detail: dict[str, Any] | None = None,
) -> None:
    """Close a load with its counts; `detail` says what else there was (new columns, an error)."""
    with connect("voc_loader", settings) as connection:
        connection.execute(
            """
            update ops.loads set status = %s, rows_read = %s, rows_landed = %s,
                rows_quarantined = %s, detail = %s, ended_at = now()
            where load_id = %s
            """,
            (
                status,
                rows_read,
                rows_landed,
                rows_quarantined,
                json.dumps(detail or {}, ensure_ascii=False, default=str),
                load_id,
            ),
        )


def record_stage_counts(
    settings: Settings,
    run_id: str,
    counts: list[tuple[str, str, int, int, int]],
    *,
    role: str = "voc_modeler",
) -> None:
    """Record (equation, source_slug, rows_in, rows_out, rows_set_aside) of a run."""
    columns = ["run_id", "equation", "source_slug", "rows_in", "rows_out", "rows_set_aside"]
    with connect(role, settings) as connection:
        upsert_rows(
            connection,
            "ops.stage_counts",
            columns,
            [(run_id, *count) for count in counts],
            key=["run_id", "equation", "source_slug"],
        )
