"""Publishing swaps whole sets of marts, and takes a swap back."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest

from warehouse import publish as publishing
from warehouse.postgres import connect
from warehouse.publish import PublishError, publish, rollback
from warehouse.settings import Settings


@pytest.fixture(autouse=True)
def empty_schemas(database: Settings) -> Iterator[None]:
    yield
    with connect("voc_modeler", database) as connection:
        for schema in ("marts", "marts_build", "marts_previous"):
            connection.execute(f"drop view if exists {schema}.mart_view")
            for name in tables_of(database, schema):
                connection.execute(f"drop table {schema}.{name}")
    with connect("voc_admin", database) as connection:
        connection.execute("truncate ops.publications")


def build_marts(
    settings: Settings, night: int, names: tuple[str, ...] = ("mart_a", "mart_b")
) -> None:
    """Build marts as dbt does: tables in marts_build, each with the night they show."""
    with connect("voc_modeler", settings) as connection:
        for name in names:
            connection.execute(f"create table marts_build.{name} (night integer primary key)")
            connection.execute(f"insert into marts_build.{name} values ({night})")


def night_that_readers_see(settings: Settings, name: str = "mart_a") -> int:
    with connect("voc_reader", settings) as connection:
        row = connection.execute(f"select night from marts.{name}").fetchone()
    assert row is not None
    return row[0]


def tables_of(settings: Settings, schema: str) -> list[str]:
    with connect("voc_modeler", settings) as connection:
        return [
            name
            for (name,) in connection.execute(
                "select tablename from pg_tables where schemaname = %s order by 1", (schema,)
            )
        ]


def test_published_marts_are_readable_by_readers_and_statistics(database):
    build_marts(database, night=1)

    assert publish(database, "night_1") == ["mart_a", "mart_b"]

    assert night_that_readers_see(database) == 1
    with connect("voc_stats", database) as connection:
        assert connection.execute("select night from marts.mart_b").fetchone() == (1,)
    assert tables_of(database, "marts_build") == []


def test_a_second_night_replaces_the_first_and_keeps_it_for_rollback(database):
    for night in (1, 2, 3):
        build_marts(database, night)
        publish(database, f"night_{night}")

    assert night_that_readers_see(database) == 3

    assert rollback(database) == ["mart_a", "mart_b"]

    assert night_that_readers_see(database) == 2
    assert night_that_readers_see(database, "mart_b") == 2


def test_a_withdrawn_publication_is_marked_and_can_be_published_again(database):
    for night in (1, 2):
        build_marts(database, night)
        publish(database, f"night_{night}")
    rollback(database)

    with connect("voc_modeler", database) as connection:
        withdrawn = connection.execute(
            "select run_id from ops.publications where rolled_back_at is not null"
        ).fetchall()
    assert withdrawn == [("night_2",)]

    publish(database, "night_2")

    assert night_that_readers_see(database) == 2


def test_a_build_that_lacks_a_published_mart_is_refused_and_named(database):
    build_marts(database, night=1)
    publish(database, "night_1")
    build_marts(database, night=2, names=("mart_a",))

    with pytest.raises(PublishError, match="mart_b"):
        publish(database, "night_2")

    assert night_that_readers_see(database) == 1


def test_a_mart_removed_on_purpose_may_go(database):
    build_marts(database, night=1)
    publish(database, "night_1")
    build_marts(database, night=2, names=("mart_a",))

    assert publish(database, "night_2", allow_missing=True) == ["mart_a"]
    assert tables_of(database, "marts") == ["mart_a"]


def test_publishing_a_run_twice_changes_nothing(database):
    build_marts(database, night=1)
    publish(database, "night_1")

    assert publish(database, "night_1") == ["mart_a", "mart_b"]

    with connect("voc_modeler", database) as connection:
        assert connection.execute("select count(*) from ops.publications").fetchone() == (1,)


def test_an_empty_build_of_a_new_run_is_an_error(database):
    with pytest.raises(PublishError, match="marts_build is empty"):
        publish(database, "night_9")


def test_a_mart_built_as_a_view_is_refused(database):
    build_marts(database, night=1)
    with connect("voc_modeler", database) as connection:
        connection.execute("create view marts_build.mart_view as select 1 as night")

    with pytest.raises(PublishError, match="mart_view"):
        publish(database, "night_1")


def test_leftovers_of_a_cut_off_dbt_run_are_not_published(database):
    build_marts(database, night=1, names=("mart_a", "mart_a__dbt_tmp"))

    assert publish(database, "night_1") == ["mart_a"]


def test_rollback_without_an_earlier_publication_is_an_error(database):
    build_marts(database, night=1)
    publish(database, "night_1")

    with pytest.raises(PublishError, match="no earlier publication"):
        rollback(database)

    assert night_that_readers_see(database) == 1


def test_a_reader_never_sees_two_nights_at_once(database):
    build_marts(database, night=1)
    publish(database, "night_1")
    mixtures: list[tuple[int, int]] = []
    reads = 0
    stop = threading.Event()

    def read() -> None:
        nonlocal reads
        with connect("voc_reader", database, autocommit=True) as connection:
            while not stop.is_set():
                try:
                    row = connection.execute(
                        "select a.night, b.night from marts.mart_a as a, marts.mart_b as b"
                    ).fetchone()
                except psycopg.errors.DeadlockDetected:
                    continue
                assert row is not None
                reads += 1
                if row[0] != row[1]:
                    mixtures.append(row)

    reader = threading.Thread(target=read)
    reader.start()
    for night in range(2, 12):
        build_marts(database, night)
        publish(database, f"night_{night}")
    stop.set()
    reader.join()

    assert mixtures == []
    assert reads > 10


def test_a_reader_who_holds_a_mart_delays_publishing_until_the_attempts_end(database, monkeypatch):
    monkeypatch.setattr(publishing, "_LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(publishing, "_PAUSE_SECONDS", 0.01)
    build_marts(database, night=1)
    publish(database, "night_1")
    build_marts(database, night=2)

    with connect("voc_reader", database) as reader:
        reader.execute("select night from marts.mart_a").fetchone()
        with pytest.raises(PublishError, match="end the long query"):
            publish(database, "night_2")

    assert night_that_readers_see(database) == 1
    assert publish(database, "night_2") == ["mart_a", "mart_b"]
