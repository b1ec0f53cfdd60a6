"""The tables of the CRM: their keys and columns, as `crm_database` creates them."""

from __future__ import annotations

# table -> (key, columns with types); `updated_at` comes last in each
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "customers": (
        "customer_id",
        {
            "customer_id": "text", "full_name": "text", "phone": "text", "email": "text",
            "gender": "text", "birth_year": "integer", "city": "text", "region": "text",
            "segment": "text", "member_tier": "text", "registered_at": "timestamptz",
        },
    ),
    "stores": (
        "store_id",
        {
            "store_id": "text", "store_name": "text", "city": "text", "region": "text",
            "opened_on": "date",
        },
    ),
    "agents": (
        "agent_id",
        {
            "agent_id": "text", "agent_name": "text", "team_id": "text", "team_name": "text",
            "department_slug": "text", "hired_on": "date",
        },
    ),
    "products": (
        "product_id",
        {
            "product_id": "text", "product_name": "text", "category": "text",
            "price_cny": "numeric(12, 2)",
        },
    ),
    "orders": (
        "order_id",
        {
            "order_id": "text", "customer_id": "text", "store_id": "text",
            "order_channel": "text", "product_id": "text", "ordered_at": "timestamptz",
            "amount_cny": "numeric(12, 2)", "status": "text",
        },
    ),
    "customer_notes": (
        "note_id",
        {
            "note_id": "text", "customer_id": "text", "agent_id": "text", "store_id": "text",
            "order_id": "text", "note_text": "text", "created_at": "timestamptz",
        },
    ),
    "teams": (
        "team_id",
        {
            "team_id": "text", "team_name": "text", "department_slug": "text",
            "store_id": "text", "city": "text", "region": "text",
        },
    ),
    "order_items": (
        "order_item_id",
        {
            "order_item_id": "text", "order_id": "text", "product_id": "text",
            "quantity": "integer", "amount_cny": "numeric(12, 2)",
        },
    ),
    "campaigns": (
        "campaign_id",
        {
            "campaign_id": "text", "campaign_name": "text", "channel": "text",
            "department_slug": "text", "started_on": "date", "ended_on": "date",
            "budget_cny": "numeric(14, 2)",
        },
    ),
    "campaign_touches": (
        "touch_id",
        {
            "touch_id": "text", "campaign_id": "text", "customer_id": "text",
            "touch_kind": "text", "touched_at": "timestamptz",
        },
    ),
    "cases": (
        "case_id",
        {
            "case_id": "text", "customer_id": "text", "order_id": "text", "store_id": "text",
            "agent_id": "text", "team_id": "text", "department_slug": "text",
            "touchpoint_slug": "text", "case_type": "text", "severity": "text",
            "status": "text", "subject": "text", "feedback_source_slug": "text",
            "feedback_record_id": "text", "opened_at": "timestamptz",
            "first_responded_at": "timestamptz", "resolved_at": "timestamptz",
            "closed_at": "timestamptz", "rating_before": "numeric(3, 1)",
            "rating_after": "numeric(3, 1)",
        },
    ),
    "case_events": (
        "case_event_id",
        {
            "case_event_id": "text", "case_id": "text", "event_kind": "text",
            "occurred_at": "timestamptz", "agent_id": "text", "from_team_id": "text",
            "to_team_id": "text", "rating": "numeric(3, 1)",
        },
    ),
    "improvements": (
        "improvement_id",
        {
            "improvement_id": "text", "title": "text", "problem": "text", "hypothesis": "text",
            "action": "text", "owner_name": "text", "department_slug": "text",
            "touchpoint_slug": "text", "topic_slug": "text", "metric_slug": "text",
            "target_change_pct": "numeric(6, 2)", "design": "text", "pilot_cities": "text",
            "cost_cny": "numeric(14, 2)", "started_on": "date", "ended_on": "date",
            "status": "text",
        },
    ),
}  # fmt: skip
