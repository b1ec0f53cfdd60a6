"""The first foundation: schemas, grants, the ops ledger, the label tables, the health views."""

from pathlib import Path

from alembic import op

revision = "0001_foundation"
down_revision = None

SQL_FILE = Path(__file__).parent.parent / "sql" / "0001_foundation.sql"


def upgrade() -> None:
    """Run the SQL file as one script."""
    op.get_bind().exec_driver_sql(SQL_FILE.read_text(encoding="utf-8"))


def downgrade() -> None:
    """There is nothing below the foundation."""
    raise RuntimeError("the foundation cannot be taken back: `voc clean` removes the installation")
