"""The bundle -> Superset's own database. Every function needs Superset's application context."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.engine import make_url

_MASK = "XXXXXXXXXX"  # what Superset takes as "keep the password that is handed over apart"


class BundleError(RuntimeError):
    """Superset refuses the bundle; the message says which file and why."""


def read_bundle(folder: Path) -> dict[str, str]:
    """{relative path: YAML text} of a built bundle. Raises BundleError when it is none."""
    if not (folder / "metadata.yaml").is_file():
        raise BundleError(f"{folder} holds no bundle: run build.py first")
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.yaml"))
    }


def connect_bundle(
    bundle: Mapping[str, str], reader_uri: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Point the bundle's database at `reader_uri`; return the bundle and {file: password}.

    The password never stands in the bundle. It is handed over at every import, so a changed
    password takes effect by importing again.
    """
    url = make_url(reader_uri).set(drivername="postgresql+psycopg2")
    if not url.password:
        raise BundleError("VOC_READER_URI carries no password: Superset would wipe the stored one")
    connected = dict(bundle)
    passwords = {}
    for path, text in bundle.items():
        if path.startswith("databases/"):
            document = yaml.safe_load(text)
            masked = url.set(password=_MASK)
            document["sqlalchemy_uri"] = masked.render_as_string(hide_password=False)
            connected[path] = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
            passwords[path] = url.password
    return connected, passwords


def import_bundle(bundle: Mapping[str, str], passwords: Mapping[str, str], owner: Any) -> None:
    """Create or update every asset of the bundle, in place: ids and links stay.

    Raises BundleError with the importer's own words; its `run` alone would hide them.
    """
    from superset.commands.exceptions import CommandInvalidError
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user

    with override_user(owner):
        try:
            ImportAssetsCommand(dict(bundle), passwords=dict(passwords)).validate()
        except CommandInvalidError as refusal:
            raise BundleError(str(refusal.normalized_messages())) from refusal
        ImportAssetsCommand(dict(bundle), passwords=dict(passwords)).run()


def prune_assets(bundle: Mapping[str, str]) -> list[str]:
    """Delete what an earlier bundle brought and this one no longer has; return the names.

    Only assets that are managed by code are touched; what people made stays.
    """
    from superset import db
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    kept = {yaml.safe_load(text).get("uuid") for text in bundle.values()}
    pruned = []
    for model in (Dashboard, Slice, SqlaTable):  # in the order in which they refer to each other
        managed = db.session.query(model).filter(model.is_managed_externally.is_(True))
        for asset in managed.all():
            if str(asset.uuid) not in kept:
                pruned.append(str(asset))
                db.session.delete(asset)
        db.session.flush()
    db.session.commit()
    return pruned
