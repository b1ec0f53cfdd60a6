"""Which customer records are one person."""

from pathlib import Path

from alembic import op

revision = "0005_identity"
down_revision = "0004_labelled_since"

SQL_FILE = Path(__file__).parent.parent / "sql" / "0005_identity.sql"


def upgrade() -> None:
    """Run the SQL file as one script."""
    op.get_bind().exec_driver_sql(SQL_FILE.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the persons back; the exception file stays."""
    op.execute("drop schema identity cascade")
