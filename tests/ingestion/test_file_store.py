"""Files on S3 and SFTP, over servers that really speak both on loopback."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import paramiko
import pytest
from moto.server import ThreadedMotoServer

from ingestion.errors import SourceError
from ingestion.file_store import open_store, set_unsettled_apart
from ingestion.registry import load_source
from tests.ingestion import sftp_server
from tests.ingestion.test_call_centre_files import dump_lines, make_call
from warehouse.file_connections import FileConnection
from warehouse.settings import Settings

BUCKET = "hotline"


@pytest.fixture(scope="module")
def s3() -> Iterator[FileConnection]:
    """Serve S3's API; yield a connection to a folder of an empty bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield FileConnection(
            url=f"s3://{BUCKET}/calls",
            key="a-key",
            secret="a-secret",
            endpoint=f"http://{host}:{port}",
            region="us-east-1",
        )
    finally:
        server.stop()


@pytest.fixture
def bucket(s3: FileConnection):
    """Return the bucket, empty."""
    assert s3.key is not None and s3.secret is not None
    resource = boto3.resource(
        "s3",
        endpoint_url=s3.endpoint,
        region_name=s3.region,
        aws_access_key_id=s3.key.get_secret_value(),
        aws_secret_access_key=s3.secret.get_secret_value(),
    )
    found = resource.Bucket(BUCKET)
    found.create()
    found.objects.all().delete()
    return found


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[sftp_server.Server]:
    (tmp_path / "served").mkdir()
    (tmp_path / "keys").mkdir()
    with sftp_server.serve(tmp_path / "served", tmp_path / "keys") as server:
        yield server


def connect_to(server: sftp_server.Server, **changes) -> FileConnection:
    return FileConnection(
        **{
            "url": server.url,
            "user": sftp_server.USER,
            "private_key_file": server.client_key_file,
            "known_hosts_file": server.known_hosts_file,
            **changes,
        }
    )


def over(settings: Settings, connection: FileConnection) -> Settings:
    return settings.model_copy(update={"file_connections": {"calls": connection}})


def load(settings: Settings, **window):
    return load_source(settings, "calls", **window).entities[0]


def test_calls_come_from_s3_and_a_corrected_object_is_taken_again(hasty, warehouse, s3, bucket):
    settings = over(hasty, s3)
    bucket.put_object(Key="calls/2026/a.jsonl", Body=dump_lines(make_call(1), make_call(2)))
    packed = gzip.compress(dump_lines(make_call(3)))
    bucket.put_object(Key="calls/2026/b.jsonl.gz", Body=packed)
    bucket.put_object(Key="elsewhere/c.jsonl", Body=dump_lines(make_call(4)))

    first, second = load(settings), load(settings)
    corrected = make_call(2, agent_id="A9", updated_at="2024-01-03T00:00:00+08:00")
    bucket.put_object(
        Key="calls/2026/a.jsonl", Body=dump_lines(make_call(1), corrected, make_call(5))
    )
    third = load(settings)

    assert (first.rows_landed, second.rows_read) == (3, 0)
    assert (third.rows_read, third.rows_written, third.rows_unchanged) == (3, 2, 1)
    assert warehouse.rows("select call_id, agent_id from raw_calls.calls order by 1") == [
        ("K1", "A1"), ("K2", "A9"), ("K3", "A1"), ("K5", "A1"),
    ]  # fmt: skip


def test_an_object_that_vanishes_takes_no_call_with_it(hasty, warehouse, s3, bucket):
    settings = over(hasty, s3)
    bucket.put_object(Key="calls/a.jsonl", Body=dump_lines(make_call(1)))
    load(settings)
    bucket.objects.all().delete()

    assert load(settings).rows_read == 0
    assert warehouse.value("select count(*) from raw_calls.calls where _deleted_at is null") == 1


def test_a_bucket_that_is_not_there_is_named_without_credentials(hasty, s3, bucket):
    lost = s3.model_copy(update={"url": "s3://no-such-bucket/calls"})

    with pytest.raises(SourceError, match="s3://no-such-bucket/calls") as caught:
        load(over(hasty, lost))

    assert "a-secret" not in str(caught.value)
    assert "a-key" not in str(caught.value)


def test_calls_come_from_sftp_by_key_with_the_server_known(hasty, warehouse, sftp):
    day = sftp.folder / "2026" / "11"
    day.mkdir(parents=True)
    (day / "calls.jsonl.gz").write_bytes(gzip.compress(dump_lines(make_call(1), make_call(2))))
    (day / "calls.jsonl.gz.part").write_bytes(b"half")
    settings = over(hasty, connect_to(sftp))

    first, second = load(settings), load(settings)

    assert (first.rows_landed, second.rows_read) == (2, 0)
    assert warehouse.value("select file_name from raw_calls.call_files") == "2026/11/calls.jsonl.gz"


def test_an_sftp_server_that_nobody_knows_is_refused(hasty, sftp, tmp_path):
    nobody = tmp_path / "keys" / "empty_hosts"
    nobody.write_text("")

    with pytest.raises(SourceError, match=r"not found in known_hosts.*known_hosts_file"):
        load(over(hasty, connect_to(sftp, known_hosts_file=nobody)))


def test_an_sftp_server_whose_key_has_changed_is_refused(hasty, sftp, tmp_path):
    other = paramiko.RSAKey.generate(2048)
    known = paramiko.HostKeys()
    known.add(f"[127.0.0.1]:{sftp.port}", other.get_name(), other)
    known.save(str(tmp_path / "keys" / "other_hosts"))

    with pytest.raises(SourceError, match="does not match"):
        load(over(hasty, connect_to(sftp, known_hosts_file=tmp_path / "keys" / "other_hosts")))


def test_a_wrong_client_key_is_said(hasty, sftp, tmp_path):
    paramiko.RSAKey.generate(2048).write_private_key_file(str(tmp_path / "keys" / "stranger"))

    with pytest.raises(SourceError, match=r"opening 'sftp://127\.0\.0\.1.*Authentication failed"):
        load(over(hasty, connect_to(sftp, private_key_file=tmp_path / "keys" / "stranger")))


def test_a_file_that_we_may_not_read_is_named_and_the_others_land(hasty, warehouse, sftp):
    (sftp.folder / "closed.jsonl").write_bytes(dump_lines(make_call(1)))
    (sftp.folder / "open.jsonl").write_bytes(dump_lines(make_call(2)))
    sftp.refused.add("closed.jsonl")
    settings = over(hasty, connect_to(sftp))

    with pytest.raises(SourceError, match=r"closed\.jsonl.*[Pp]ermission denied.*let our account"):
        load(settings)
    sftp.refused.clear()

    assert warehouse.rows("select call_id from raw_calls.calls") == [("K2",)]
    assert load(settings).rows_landed == 1


def test_a_connection_lost_in_mid_file_is_a_failure_and_the_next_load_takes_the_file(
    hasty, warehouse, sftp
):
    (sftp.folder / "big.jsonl").write_bytes(
        dump_lines(*(make_call(number) for number in range(2_000)))
    )
    sftp.drop_after = 100_000
    settings = over(hasty, connect_to(sftp))

    with pytest.raises(SourceError, match=r"big\.jsonl"):
        load(settings)
    landed_before = warehouse.value("select count(*) from raw_calls.calls")
    sftp.drop_after = None

    assert landed_before == 0
    assert load(settings).rows_landed == 2_000


def test_a_file_that_grows_between_two_looks_waits(tmp_path):
    still, growing = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    for path in (still, growing):
        path.write_bytes(b"{}\n")
    store = open_store("calls", FileConnection(url=str(tmp_path)))
    suffixes = (".jsonl",)

    def grow(seconds: float) -> None:
        growing.write_bytes(b"{}\n{}\n")

    settled, waiting = set_unsettled_apart(
        store, store.list_files(suffixes), suffixes, 1, sleep=grow
    )

    assert [file.name for file in settled] == ["a.jsonl"]
    assert waiting == {"b.jsonl": "still changes"}


def test_files_are_read_in_the_order_of_their_writing_and_hidden_ones_never(tmp_path):
    for name, moment in (("b.jsonl", 100), ("a.jsonl", 200), (".c.jsonl", 50)):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (moment, moment))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "d.jsonl").write_bytes(b"")

    files = open_store("calls", FileConnection(url=str(tmp_path))).list_files((".jsonl",))

    assert [file.name for file in files] == ["b.jsonl", "a.jsonl"]
    assert files[0].modified_at == datetime.fromtimestamp(100, UTC)


def test_secrets_of_a_connection_never_print_themselves(s3):
    assert "a-secret" not in repr(s3)
    assert "a-key" not in str(s3.model_dump())
