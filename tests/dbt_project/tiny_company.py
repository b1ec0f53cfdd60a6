"""A tiny company for the tests of dbt: its records, its labels, and the steps of its night."""

from __future__ import annotations

import json
import os
from typing import Any

from ingestion import raw_tables
from stat_jobs import registry
from warehouse import dbt
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

LOADED_AT = "2026-03-31 02:00:00+08"


def insert(settings: Settings, role: str, table: str, rows: list[dict[str, Any]]) -> None:
    with connect(role, settings) as connection:
        copy_rows(connection, table, list(rows[0]), [tuple(row.values()) for row in rows])


def land_company(settings: Settings) -> None:
    """Land one record of each kind that the models treat differently, from every source."""
    raw_tables.ensure_tables(settings)
    common = {"updated_at": LOADED_AT, "_loaded_at": LOADED_AT, "_load_id": "load-1"}
    at = {"created_at": "2026-03-01 10:00:00+08"}
    rows: dict[str, list[dict[str, Any]]] = {
        "raw_crm.customers": [
            {"customer_id": "C1", "full_name": "王小明", "phone": "13800000000", "region": "华东"}
        ],
        "raw_crm.stores": [
            {"store_id": "S1", "store_name": "一店", "city": "成都", "region": "西南"}
        ],
        "raw_crm.agents": [
            {"agent_id": "A1", "agent_name": "李四", "department_slug": "customer_service"}
        ],
        "raw_crm.products": [{"product_id": "P1", "product_name": "空调", "price_cny": 2999}],
        "raw_crm.orders": [
            {
                "order_id": "O1",
                "customer_id": "C1",
                "product_id": "P1",
                "order_channel": "online",
                "ordered_at": "2026-02-20 10:00:00+08",
                "amount_cny": 2999,
            }
        ],
        "raw_crm.order_items": [
            {"order_item_id": "I1", "order_id": "O1", "product_id": "P1", "quantity": 1},
            {"order_item_id": "I2", "order_id": "O9", "product_id": "P1", "quantity": 1},
        ],
        "raw_crm.teams": [{"team_id": "T2", "team_name": "售后组", "city": "成都"}],
        "raw_crm.campaigns": [{"campaign_id": "K1", "campaign_name": "双十一", "channel": "sms"}],
        "raw_crm.campaign_touches": [
            {
                "touch_id": "U1",
                "campaign_id": "K1",
                "customer_id": "C1",
                "touch_kind": "click",
                "touched_at": "2026-02-19 10:00:00+08",
            }
        ],
        "raw_crm.cases": [
            {
                "case_id": "E1",
                "customer_id": "C1",
                "agent_id": "A1",
                "team_id": "T2",
                "department_slug": "customer_service",
                "case_type": "complaint",
                "subject": "王小明说送货慢",
                "feedback_source_slug": "crm_notes",
                "feedback_record_id": "N1",
                "opened_at": "2026-03-01 11:00:00+08",
            }
        ],
        "raw_crm.case_events": [
            {
                "case_event_id": f"E1-{kind}",
                "case_id": "E1",
                "event_kind": kind,
                "occurred_at": f"2026-03-01 {hour}:00:00+08",
            }
            for kind, hour in (("resolved", 14), ("transferred", 12), ("told", 15))
        ],
        "raw_crm.improvements": [
            {
                "improvement_id": "G1",
                "title": "预约送货，致电 138-0000-0000 或 a.b@example.com",
                "owner_name": "王小明",
                "design": "pilot",
                "pilot_cities": "成都；重庆",
            }
        ],
        "raw_crm.customer_notes": [
            {"note_id": "N1", "customer_id": "C1", "order_id": "O1", "note_text": "送货慢", **at},
            {"note_id": "N2", "customer_id": "C1", "order_id": None, "note_text": " ", **at},
        ],
        "raw_calls.calls": [
            {
                "call_id": "L1",
                "customer_id": "C1",
                "agent_id": "A1",
                "started_at": "2026-03-02 10:00:00+08",
                "ended_at": "2026-03-02 10:05:00+08",
                "transfers": json.dumps([{"to_team": "T2"}]),
                "turns": json.dumps(
                    [{"speaker": "customer", "start_seconds": 1, "text": "没人管"}]
                ),
            }
        ],
        "raw_reviews.reviews": [
            {
                "review_id": "R1",
                "site": "maps",
                "outlet_id": "S1",
                "subject": "us",
                "author": "吃货",
                "rating": 2,
                "rating_scale": 5,
                "text": "店员不懂规则",
                "posted_at": "2026-03-03 10:00:00+08",
            },
            {
                "review_id": "R2",
                "site": "maps",
                "outlet_id": None,
                "subject": "rival_a",
                "author": "路人",
                "rating": 5,
                "rating_scale": 5,
                "text": "不错",
                "posted_at": "2026-03-03 10:00:00+08",
            },
        ],
        "raw_surveys.responses": [
            {
                "response_id": f"V{number}",
                "customer_id": "C1",
                "survey_slug": "relationship",
                "channel": "sms",
                "nps": score,
                "csat": score / 2 if score >= 2 else None,
                "ces": 6 if number == 0 else None,
                "comment": None,
                "submitted_at": "2026-03-04 10:00:00+08",
            }
            for number, score in enumerate((10, 9, 9, 7, 3, 0))
        ],
        # one a day: every ask after the first breaks the seven-day rule
        "raw_surveys.invitations": [
            {
                "invitation_id": f"I{number}",
                "customer_id": "C1",
                "survey_slug": "relationship",
                "channel": "sms",
                "state": state,
                "sent_at": f"2026-03-0{number + 1} 09:00:00+08",
                "response_id": f"V{number}" if state == "completed" else None,
            }
            for number, state in enumerate(
                ("completed", "completed", "started", "delivered", "sent", "suppressed")
            )
        ],
    }
    for table, records in rows.items():
        insert(settings, "voc_loader", table, [{**record, **common} for record in records])
    imported = {
        "source_slug": "appstore_reviews",
        "source_record_id": "F1",
        "channel_slug": "app_store",
        "is_solicited": False,
        "occurred_at": "2026-04-30 10:00:00+08",
        "text": "闪退",
        "source_metadata": json.dumps({"reply": "致王小明"}),
        "_loaded_at": LOADED_AT,
        "_load_id": "load-1",
    }
    insert(settings, "voc_loader", "raw_files.feedback", [imported])


def label_all(settings: Settings) -> None:
    """Label every feedback that has no labels: one unit on delivery and one on the store."""
    with connect("voc_nlp", settings) as connection:
        connection.execute(
            "insert into nlp.pipelines (pipeline_version, pack_slug, is_current) "
            "values ('rules-1', 'retail', true) on conflict do nothing"
        )
        connection.execute(
            """
            insert into nlp.documents (
                feedback_key, text_hash, pipeline_version, source_slug, language, script,
                is_relevant, redacted_text, sentiment_label, sentiment_score, unit_count
            )
            select
                feedback_key, text_hash, 'rules-1', source_slug, 'zh', 'hans', true,
                coalesce(text, turns #>> '{0,text}'), 'negative', -3,
                case when num_nonnulls(text, turns) > 0 then 2 else 0 end
            from intermediate.int_feedback
            on conflict (feedback_key, pipeline_version) do nothing
            """
        )
        connection.execute(
            """
            insert into nlp.opinion_units (
                feedback_key, pipeline_version, unit_seq, speaker, char_start, char_end,
                redacted_text, sentiment_label, sentiment_score, intensity, touchpoint_slug,
                department_slug
            )
            select
                feedback_key, 'rules-1', unit_seq, 'customer', 0, 2, left(redacted_text, 2),
                'negative', -3, 3, touchpoint_slug, department_slug
            from nlp.documents
            cross join (
                values (1, 'delivery', 'logistics'), (2, 'store_staff', 'store_operations')
            ) as said (unit_seq, touchpoint_slug, department_slug)
            where unit_count > 0
            on conflict do nothing
            """
        )


def build(settings: Settings, name: str) -> None:
    """Build one step of the night; a target folder per target spares dbt parsing all anew."""
    step = dbt.STEPS[name]
    folder = f"{os.environ['DBT_TARGET_PATH']}/{step.target}"
    arguments = ["build", "--target-path", folder, "--select", *step.select]
    dbt.run(settings, arguments, target=step.target)


def run_night(settings: Settings) -> None:
    build(settings, "staging")
    label_all(settings)
    build(settings, "core")
    registry.run_all(settings)
    build(settings, "marts")


def read(settings: Settings, query: str, role: str = "voc_modeler") -> list[tuple[Any, ...]]:
    with connect(role, settings) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]
