"""A real SFTP server on loopback: one folder, one user with a key, a host key of its own."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

USER = "voc"


@dataclass
class Server:
    """A running server. Names in `refused` may not be read; `drop_after` bytes it hangs up."""

    folder: Path
    port: int
    host_key: paramiko.PKey
    client_key_file: Path
    known_hosts_file: Path
    refused: set[str] = field(default_factory=set)
    drop_after: int | None = None

    @property
    def url(self) -> str:
        return f"sftp://127.0.0.1:{self.port}/"


class _Doorman(paramiko.ServerInterface):
    def __init__(self, client_key: paramiko.PKey) -> None:
        self._client_key = client_key

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        is_known = username == USER and key == self._client_key
        return paramiko.AUTH_SUCCESSFUL if is_known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"


class _Handle(paramiko.SFTPHandle):
    server: Server
    transport: paramiko.Transport

    def read(self, offset: int, length: int) -> bytes | int:
        limit = self.server.drop_after
        if limit is not None and offset + length > limit:
            self.transport.close()
            return paramiko.SFTP_FAILURE
        return super().read(offset, length)

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class _Folder(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, *, of: Server, transport) -> None:
        self._of, self._transport = of, transport

    def _path(self, path: str) -> Path:
        return self._of.folder / path.lstrip("/")

    def list_folder(self, path: str):
        found = []
        for entry in os.scandir(self._path(path)):
            attributes = paramiko.SFTPAttributes.from_stat(entry.stat())
            attributes.filename = entry.name
            found.append(attributes)
        return found

    def stat(self, path: str):
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as failure:
            return paramiko.SFTPServer.convert_errno(failure.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes):
        if Path(path).name in self._of.refused:
            return paramiko.SFTP_PERMISSION_DENIED
        handle = _Handle(flags)
        handle.server, handle.transport = self._of, self._transport
        handle.readfile = self._path(path).open("rb")
        return handle


@contextmanager
def serve(folder: Path, keys: Path) -> Iterator[Server]:
    """Serve a folder until the block ends; key files are written into `keys`."""
    host_key = paramiko.RSAKey.generate(2048)
    client_key = paramiko.RSAKey.generate(2048)
    client_key.write_private_key_file(str(keys / "client_key"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        known = paramiko.HostKeys()
        known.add(f"[127.0.0.1]:{port}", host_key.get_name(), host_key)
        known.save(str(keys / "known_hosts"))
        server = Server(folder, port, host_key, keys / "client_key", keys / "known_hosts")
        transports: list[paramiko.Transport] = []

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return  # closed: the test is over
                transport = paramiko.Transport(client)
                transports.append(transport)
                transport.add_server_key(host_key)
                transport.set_subsystem_handler(
                    "sftp", paramiko.SFTPServer, _Folder, of=server, transport=transport
                )
                # a client that does not like our key hangs up
                with suppress(EOFError, paramiko.SSHException):
                    transport.start_server(server=_Doorman(client_key))

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for transport in transports:
                transport.close()
