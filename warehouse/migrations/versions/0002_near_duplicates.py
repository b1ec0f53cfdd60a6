"""Signatures for near duplicates, and the mark of coordinated bursts."""

from pathlib import Path

from alembic import op

revision = "0002_near_duplicates"
down_revision = "0001_foundation"

SQL_FILE = Path(__file__).parent.parent / "sql" / "0002_near_duplicates.sql"


def upgrade() -> None:
    """Run the SQL file as one script."""
    op.get_bind().exec_driver_sql(SQL_FILE.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the table and the column back; clusters are built anew after the next upgrade."""
    op.execute("drop table nlp.text_signatures")
    op.execute("alter table nlp.documents drop column is_burst")
