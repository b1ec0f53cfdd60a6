"""A CRM table that its own database spoils: cut connections, locks, lost and retyped columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from warehouse.postgres import connect
from warehouse.settings import Settings

START = datetime(2024, 1, 1, tzinfo=UTC)
# a fault in mid-read strikes at this row
FATAL_ROW = 3

# what the loader reads is a view; `spoil` is called for each row that it fetches
DDL = """
drop schema public cascade; create schema public;
create table notes (note_id text primary key, note_text text, updated_at timestamptz not null);
create table fault (kind text not null);
create function spoil() returns text language plpgsql as $$
declare
    rows_given integer := coalesce(nullif(current_setting('crm.given', true), ''), '0')::integer;
    kind text := (select fault.kind from fault);
begin
    perform set_config('crm.given', (rows_given + 1)::text, false);
    if rows_given + 1 >= {fatal_row} then
        if kind = 'connection lost in mid-read' then
            perform pg_terminate_backend(pg_backend_pid());
            perform pg_sleep(5);
        elsif kind = 'query cancelled in mid-read' then
            perform pg_sleep(5);
        elsif kind = 'query fails in mid-read' then
            perform 1 / (rows_given - rows_given);
        end if;
    end if;
    return '';
end $$;
grant usage on schema public to crm_source_reader;
grant select on notes, fault to crm_source_reader;
"""
_VIEW = """
drop view if exists offered;
create view offered as select {columns} from notes {condition};
grant select on offered to crm_source_reader;
"""
_COLUMNS = {
    "note_id": "note_id",
    "customer_id": "'C1'::text",
    "agent_id": "null::text",
    "store_id": "null::text",
    "order_id": "null::text",
    "note_text": "note_text || spoil()",
    "created_at": "updated_at",
    "updated_at": "updated_at",
}
# what the view looks like under these faults: column -> expression, None for a lost column
_SPOILT_COLUMNS: dict[str, dict[str, str | None]] = {
    "SQL column lost": {"agent_id": None},
    "SQL column renamed": {"created_at": None, "made_at": "updated_at"},
    "SQL column retyped": {"created_at": "updated_at::date"},
    "SQL cursor column retyped": {"updated_at": "extract(epoch from updated_at)"},
    "SQL column gained": {"mood": "'calm'::text"},
}
_IN_MID_READ = (
    "connection lost in mid-read",
    "query cancelled in mid-read",
    "query fails in mid-read",
)
_AWAY = ("CRM away", "CRM password expired")
_ACCESS = ("table locked", "grant revoked", "table gone", "all rows gone at once")
# faults that no load gets past
STOPPING = (
    *_IN_MID_READ,
    *_AWAY,
    *_ACCESS,
    *(kind for kind in _SPOILT_COLUMNS if kind != "SQL column gained"),
)
# faults that a load has to live with
PASSING = (
    "SQL column gained",
    "equal cursor values",
    "CRM clock ahead",
    "later than the overlap",
    "row deleted",
    "row broken",
    "row twice in the view",
)
SQL_FAULTS = (*STOPPING, *PASSING)


class FaultyCrm:
    """Notes of a CRM, and what its table `notes` really holds; `fault` spoils the next load."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = START
        with connect("voc_admin", settings, database="crm_source") as connection:
            connection.execute("alter schema public owner to crm_source_owner")
        self._run(DDL.format(fatal_row=FATAL_ROW))
        self._offer()

    def write(self, note_id: str, text: str | None = None) -> None:
        """Write a note, or edit it; the edit is newer than what it edits."""
        self.clock += timedelta(minutes=1)
        self._run(
            "insert into notes as known values (%s, %s, %s) on conflict (note_id) do update set "
            "note_text = excluded.note_text, updated_at = "
            "greatest(excluded.updated_at, known.updated_at + interval '1 minute')",
            (note_id, text or f"写于{self.clock.isoformat()}", self.clock),
        )

    def change(self, fault: str, name: str) -> None:
        """Do to the records what a fault is about, to notes whose ids begin with `name`."""
        if fault == "equal cursor values":
            for number in range(4):
                self.write(f"{name}_equal{number}")
                self.clock -= timedelta(minutes=1)
        elif (
            fault == "CRM clock ahead"
        ):  # an hour, once: later changes are older by their own clock
            self.clock += timedelta(hours=1)
            self.write(f"{name}_ahead")
            self.clock -= timedelta(minutes=90)
        elif fault == "later than the overlap":
            moment = self.clock
            self.clock -= timedelta(days=3)
            self.write(f"{name}_late")
            self.clock = moment
        elif fault == "row deleted":
            self._run("delete from notes where note_id = (select max(note_id) from notes)")
        elif fault == "row broken":
            self.write(f"{name}_broken", " ")

    def mend(self) -> None:
        """Correct the notes that do not fit their contract."""
        for (note_id,) in self._run("select note_id from notes where note_text = ' '"):
            self.write(note_id)

    @contextmanager
    def failing(self, fault: str | None) -> Iterator[Settings]:
        """Yield settings under which a load meets the fault; all is well again afterwards."""
        if fault in _IN_MID_READ:
            self._run("insert into fault values (%s)", (fault,))
        elif fault == "grant revoked":
            self._run("revoke select on offered from crm_source_reader")
        elif fault == "table gone":
            self._run("drop view offered")
        elif fault == "all rows gone at once":
            self._offer(condition="where false")
        elif fault == "row twice in the view":
            self._offer(condition="cross join (values (1), (2)) as twice")
        elif fault in _SPOILT_COLUMNS:
            self._offer(_COLUMNS | _SPOILT_COLUMNS[fault])
        try:
            with self._locked(is_locked=fault == "table locked"):
                url = _change_address(self.settings.source_url("crm"), fault)
                yield self.settings.model_copy(update={"crm_source_url": url})
        finally:
            self._run("truncate fault")
            self._offer()

    def read(self) -> dict[str, tuple[Any, ...]]:
        """Return what the table really holds: note id -> text and moment."""
        rows = self._run("select note_id, note_text, updated_at from notes")
        return {key: tuple(values) for key, *values in rows}

    @contextmanager
    def _locked(self, *, is_locked: bool) -> Iterator[None]:
        with self._connect() as connection:
            if is_locked:
                connection.execute("lock table offered in access exclusive mode")
            yield

    def _offer(
        self, columns: dict[str, str | None] | dict[str, str] = _COLUMNS, condition: str = ""
    ) -> None:
        listed = ", ".join(f"{made} as {name}" for name, made in columns.items() if made)
        self._run(_VIEW.format(columns=listed, condition=condition))

    def _run(self, statement: str, parameters: tuple[Any, ...] | None = None) -> list[Any]:
        with self._connect() as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def _connect(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        return connect("crm_source_owner", self.settings, database="crm_source")


def _change_address(url: str, fault: str | None) -> str:
    """Return the address of a CRM that is impatient, elsewhere, or has another password."""
    parts = urlsplit(url)
    changed = {
        "CRM away": {"netloc": f"{parts.username}:{parts.password}@{parts.hostname}:9"},
        "CRM password expired": {"netloc": f"{parts.username}:old@{parts.hostname}:{parts.port}"},
        "query cancelled in mid-read": {"query": "options=-c%20statement_timeout=200"},
        "table locked": {"query": "options=-c%20lock_timeout=100"},
    }
    return urlunsplit(parts._replace(**changed.get(fault or "", {})))
