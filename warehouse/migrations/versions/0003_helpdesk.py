"""A raw schema for help desk tickets."""

from pathlib import Path

from alembic import op

revision = "0003_helpdesk"
down_revision = "0002_near_duplicates"

SQL_FILE = Path(__file__).parent.parent / "sql" / "0003_helpdesk.sql"


def upgrade() -> None:
    """Run the SQL file as one script."""
    op.get_bind().exec_driver_sql(SQL_FILE.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the schema back with what was landed in it; it can be loaded again."""
    op.execute("drop schema raw_helpdesk cascade")
