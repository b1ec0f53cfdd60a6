"""The init job: roles, databases, schemas, Airflow's own tables, its first account, the dashboards.

    python docker/init_warehouse.py --bundle FOLDER

Runs before every start of the stack and is safe to repeat: it creates what is missing, brings
passwords in line with the secret files and applies new migrations.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from ingestion.raw_tables import ensure_tables
from warehouse import dbt, migrate, roles
from warehouse.settings import Settings, load_settings

ADMIN = "admin"


def prepare_database(settings: Settings) -> None:
    """Create roles, databases, schemas and landing tables."""
    roles.ensure_roles(settings, with_demo_source=False)
    migrate.migrate(settings)
    ensure_tables(settings)


def prepare_airflow(settings: Settings) -> None:
    """Migrate Airflow's database and create its first account, if there is none of that name."""
    subprocess.run(["airflow", "db", "migrate"], check=True)
    password = settings.secret("airflow_admin_password")
    account = ["--username", ADMIN, "--role", "Admin", "--email", f"{ADMIN}@localhost"]
    names = ["--firstname", "VoC", "--lastname", "Admin"]
    # the password goes in by the prompt: an argument could be read from the process list
    subprocess.run(
        ["airflow", "users", "create", *account, *names],
        input=f"{password}\n{password}\n",
        text=True,
        check=True,
    )


def compile_dashboards(settings: Settings, bundle: Path) -> None:
    """Write the dashboards, as dbt's manifest describes their tables, for Superset to import."""
    manifest = str(dbt.manifest_path(settings))
    build = [sys.executable, "-m", "superset_assets.build"]
    subprocess.run([*build, "--out", str(bundle), "--manifest", manifest], check=True)


def main() -> None:
    """Run every step; the first failure ends the job, and nothing else starts."""
    parser = argparse.ArgumentParser(description="Prepare databases, Airflow and dashboards.")
    parser.add_argument("--bundle", type=Path, required=True, help="folder for the dashboards")
    bundle = parser.parse_args().bundle
    settings = load_settings()
    prepare_database(settings)
    prepare_airflow(settings)
    compile_dashboards(settings, bundle)


if __name__ == "__main__":
    main()
