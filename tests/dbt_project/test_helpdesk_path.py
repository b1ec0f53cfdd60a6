"""Help desk tickets all the way: from the API into the feedback contract, and accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingestion.landing import ensure_tables
from ingestion.registry import load_source
from tests.ingestion.api_server import serving
from tests.ingestion.test_helpdesk_zendesk import AGENT, CUSTOMER, comment, ticket
from tests.ingestion.zendesk_server import TOKEN, USER, ZendeskServer
from warehouse import dbt
from warehouse.equations import EQUATIONS
from warehouse.postgres import connect
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def landed(
    database: Settings, tmp_path_factory: pytest.TempPathFactory, dbt_folder: Path
) -> Settings:
    """Land three tickets, one of which is deleted afterwards, and build the staging views."""
    folder = tmp_path_factory.mktemp("helpdesk")
    settings = database.model_copy(update={"root": folder})
    (folder / "config").mkdir()
    content = yaml.safe_load((database.config_dir / "sources.yml").read_text("utf-8"))
    content["sources"]["helpdesk"] |= {"enabled": True, "requests_per_minute": 1_000_000}
    (folder / "config" / "sources.yml").write_text(yaml.safe_dump(content), "utf-8")
    server = ZendeskServer(
        tickets=[
            ticket(
                1, subject="空调装得很差", satisfaction_rating={"score": "bad", "comment": "失望"}
            ),
            ticket(2, via={"channel": "web"}),
            ticket(3),
        ],
        comments={
            1: [comment(11, CUSTOMER, "师傅没带工具"), comment(12, AGENT, "老客户", public=False)],
            2: [comment(21, CUSTOMER, "第2单送货慢，怎么办")],
            3: [comment(31, CUSTOMER, "算了")],
        },
        users=[
            {"id": CUSTOMER, "role": "end-user", "external_id": "C7"},
            {"id": AGENT, "role": "agent", "external_id": "A3"},
        ],
    )
    patch = pytest.MonkeyPatch()
    ensure_tables(database)
    with serving(server):
        patch.setenv("VOC_ZENDESK_URL", server.address)
        patch.setenv("VOC_ZENDESK_USER", USER)
        patch.setenv("VOC_ZENDESK_TOKEN", TOKEN)
        load_source(settings, "helpdesk")
        server.tickets[2] |= {"status": "deleted", "generated_timestamp": 1_790_000_000}
        load_source(settings, "helpdesk")
    patch.undo()
    build_feedback(database, dbt_folder / "staging")
    return database


def build_feedback(settings: Settings, target: Path) -> None:
    """Build what leads to `int_feedback`."""
    select = ["--select", "+int_feedback", "int_feedback_set_aside", "--exclude-resource-type"]
    arguments = ["build", "--target-path", str(target), *select, "test", "unit_test", "seed"]
    dbt.run(settings, arguments, target="staging")


def test_tickets_become_feedback(landed: Settings):
    with connect("voc_nlp", landed) as connection:
        rows = connection.execute(
            "select source_record_id, channel_slug, customer_ref, agent_ref, author_ref, "
            "csat_score::int, turns, source_metadata ->> 'via_channel' "
            "from intermediate.int_feedback where source_slug = 'helpdesk' order by 1"
        ).fetchall()

    assert [row[:6] for row in rows] == [
        ("1", "email", "C7", "A3", str(CUSTOMER), 1),
        ("2", "helpdesk", "C7", "A3", str(CUSTOMER), None),
    ]
    assert [[(turn["speaker"], turn["text"]) for turn in row[6]] for row in rows] == [
        [("customer", "空调装得很差"), ("customer", "师傅没带工具"), ("customer", "失望")],
        [("customer", "第2单送货慢，怎么办")],
    ]
    assert [row[7] for row in rows] == ["email", "web"]


def test_a_deleted_ticket_is_set_aside_and_the_equation_holds(landed: Settings):
    with connect("voc_stager", landed) as connection:
        (aside,) = connection.execute(
            "select source_record_id, reason_code from intermediate.int_feedback_set_aside "
            "where source_slug = 'helpdesk'"
        ).fetchall()
        counts = EQUATIONS["raw -> int_feedback"].measure(connection, "run-of-the-test")

    assert aside == ("3", "withdrawn")
    (helpdesk,) = [count for count in counts if count.source_slug == "helpdesk"]
    assert (helpdesk.rows_in, helpdesk.rows_out, helpdesk.rows_set_aside) == (3, 2, 1)
    assert helpdesk.is_balanced
