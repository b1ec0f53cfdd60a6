"""An index by which core finds the labels of a night."""

from pathlib import Path

from alembic import op

revision = "0004_labelled_since"
down_revision = "0003_helpdesk"

SQL_FILE = Path(__file__).parent.parent / "sql" / "0004_labelled_since.sql"


def upgrade() -> None:
    """Run the SQL file as one script."""
    op.get_bind().exec_driver_sql(SQL_FILE.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the index back; core finds the same, more slowly."""
    op.execute("drop index nlp.documents_annotated_at")
