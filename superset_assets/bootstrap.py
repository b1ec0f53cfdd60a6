"""Bring Superset up to date: schema, permissions, admin, dashboards, access. Safe to repeat.

    .venv-superset/bin/python superset_assets/bootstrap.py --bundle DIR [--security FILE]

One process does what five Superset commands would, each of which takes ten seconds to start.
Environment: that of `superset_config`, and
    VOC_READER_URI            how the dashboards reach the warehouse, with the reader's password
    SUPERSET_ADMIN_PASSWORD   password of the admin when the account is created
    SUPERSET_VIEWER_PASSWORD  the same for the demo viewer; without it there is none
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.append(str(_HERE.parent))  # so that it also runs as a plain file
os.environ.setdefault("SUPERSET_CONFIG_PATH", str(_HERE / "superset_config.py"))

_REQUIRED = ("SUPERSET_SECRET_KEY", "SUPERSET_META_URI", "SUPERSET_HOME", "VOC_READER_URI",
             "SUPERSET_ADMIN_PASSWORD")  # fmt: skip


def upgrade_schema() -> None:
    """Migrate Superset's own database to the installed version."""
    import superset
    from flask_migrate import upgrade

    upgrade(directory=str(Path(superset.__file__).parent / "migrations"))


def sync_permissions() -> None:
    """Create the permissions and the built-in roles of the installed version."""
    from superset import appbuilder, db, security_manager

    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    db.session.commit()


def bootstrap(
    bundle_dir: Path, security: Path | None, admin: str, reset_passwords: bool
) -> dict[str, int]:
    """Run every step inside Superset's application context; return counts of what it holds."""
    from superset import db, security_manager

    from superset_assets.applied_assets import (
        connect_bundle,
        import_bundle,
        prune_assets,
        read_bundle,
    )
    from superset_assets.applied_security import apply_security, ensure_user

    bundle, passwords = connect_bundle(read_bundle(bundle_dir), os.environ["VOC_READER_URI"])
    with _timed("schema"):
        upgrade_schema()
    with _timed("permissions"):
        sync_permissions()
    ensure_user(
        admin,
        ("VoC", "Admin"),
        [security_manager.find_role("Admin")],
        os.environ["SUPERSET_ADMIN_PASSWORD"],
        reset_passwords,
    )
    db.session.commit()
    with _timed("dashboards"):
        import_bundle(bundle, passwords, security_manager.find_user(admin))
        pruned = prune_assets(bundle)
    counts = {"files": len(bundle), "pruned": len(pruned)}
    if security is not None:
        with _timed("access"):
            counts |= apply_security(security, reset_passwords)
    return counts


@contextmanager
def _timed(step: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{step}: {time.monotonic() - started:.1f} s", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Bring Superset's database up to date.")
    parser.add_argument("--bundle", type=Path, required=True, help="folder that build.py wrote")
    parser.add_argument("--security", type=Path, help="roles, row rules and users (YAML)")
    parser.add_argument("--admin", default="admin", help="name of the admin account")
    parser.add_argument(
        "--reset-passwords",
        action="store_true",
        help="set the passwords of existing accounts again from the environment",
    )
    options = parser.parse_args(arguments)
    missing = [name for name in _REQUIRED if not os.environ.get(name)]
    if missing:
        parser.error(f"the environment lacks {', '.join(missing)}")

    with _timed("start"):
        from superset.app import create_app

        app = create_app()
    from superset_assets.applied_assets import BundleError
    from superset_assets.applied_security import SecurityError

    with app.app_context():
        try:
            counts = bootstrap(
                options.bundle, options.security, options.admin, options.reset_passwords
            )
        except (BundleError, SecurityError) as error:
            print(error, file=sys.stderr)
            return 1
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
