"""What each source writes about."""

from pathlib import Path

from alembic import op

revision = "0006_source_domains"
down_revision = "0005_identity"

SQL_FILE = Path(__file__).parent.parent / "sql" / "0006_source_domains.sql"


def upgrade() -> None:
    """Run the SQL file as one script."""
    op.get_bind().exec_driver_sql(SQL_FILE.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the estimates back; the next batch makes them anew."""
    op.execute("drop table nlp.source_domains")
