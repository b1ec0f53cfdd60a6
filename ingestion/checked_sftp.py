"""SFTP that talks to known servers only: fsspec's own takes any host key at first sight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem


class CheckedSftpFileSystem(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's SFTP with a file of known hosts; a server that is not in it is refused.

    `known_hosts_file` has OpenSSH's format (`ssh-keyscan` writes it; compare the fingerprint with
    the operator's). Without it, the user's own `~/.ssh/known_hosts` counts. Raises
    `paramiko.SSHException` for an unknown server and `BadHostKeyException` for a changed key.
    """

    def __init__(
        self,
        host: str,
        known_hosts_file: Path | None = None,
        private_key_file: Path | None = None,
        passphrase: str | None = None,
        **options: Any,
    ) -> None:
        self._known_hosts_file = known_hosts_file
        if private_key_file is not None:
            # read here: left to connect(), a key that the server refuses is called unreadable
            secret = passphrase.encode() if passphrase is not None else None
            # the stubs ask for text, the library for bytes
            options["pkey"] = paramiko.PKey.from_path(private_key_file, secret)  # type: ignore[arg-type]
        super().__init__(host, host_key_policy="reject", **options)

    def _connect(self) -> None:
        self.client = paramiko.SSHClient()
        if self._known_hosts_file is None:
            self.client.load_system_host_keys()
        else:
            self.client.load_host_keys(str(self._known_hosts_file))
        self.client.set_missing_host_key_policy(self.host_key_policy)
        # keys come from the connection alone, not from whoever runs the load
        self.client.connect(self.host, allow_agent=False, look_for_keys=False, **self.ssh_kwargs)
        self.ftp = self.client.open_sftp()
        channel = self.ftp.get_channel()
        if channel is not None:
            channel.settimeout(self.ssh_kwargs.get("timeout"))
