"""How long the warehouse takes: core, statistics and marts anew, then an ordinary night.

    .venv/bin/python -m benchmarks.warehouse_build --feedback 1000000 --json out.json

Raw records and labels are made by SQL, so neither landing nor the NLP job is part of it. Each
step is run as the nightly DAG runs it, its data tests included. The second night brings `--night`
new records, 2 % late ones of any age, corrected and withdrawn ones, and customers that changed.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from benchmarks.temporary_database import temporary_database
from ingestion import raw_tables
from stat_jobs import registry
from warehouse import dbt
from warehouse.postgres import connect
from warehouse.settings import Settings

FIRST_LOAD = "2026-11-20 02:00:00+08"
NIGHT_LOAD = "2026-11-21 02:00:00+08"

# {customers} people with ten orders for every four pieces of feedback
PEOPLE = """
insert into raw_crm.stores (store_id, store_name, city, region, updated_at, _loaded_at)
select 'S' || n, '店' || n, '城市' || n %% 60, '大区' || n %% 7, '2023-01-01', %(loaded)s
from generate_series(1, 300) as n;
insert into raw_crm.agents
    (agent_id, agent_name, team_id, team_name, department_slug, updated_at, _loaded_at)
select 'A' || n, '坐席', 'T' || n %% 40, '组' || n %% 40, 'customer_service', '2023-01-01',
    %(loaded)s
from generate_series(1, 400) as n;
insert into raw_crm.products (product_id, product_name, category, price_cny, updated_at, _loaded_at)
select 'P' || n, '商品', '品类' || n %% 9, n, '2023-01-01', %(loaded)s
from generate_series(1, 200) as n;
insert into raw_crm.customers
    (customer_id, city, region, segment, member_tier, birth_year, registered_at, updated_at,
     _loaded_at)
select 'C' || n, '城市' || n %% 60, '大区' || n %% 7, '客群' || n %% 5, '等级' || n %% 4,
    1950 + n %% 55, '2023-01-01'::timestamptz + n %% 900 * interval '1 day', '2023-01-01',
    %(loaded)s
from generate_series(1, %(customers)s) as n;
insert into raw_crm.orders
    (order_id, customer_id, store_id, product_id, order_channel, ordered_at, amount_cny, status,
     updated_at, _loaded_at)
select 'O' || n, 'C' || 1 + n %% %(customers)s, 'S' || 1 + n %% 300, 'P' || 1 + n %% 200, 'store',
    '2023-11-20'::timestamptz + random() * interval '1095 days', 10 + n %% 3000,
    case when n %% 33 = 0 then 'cancelled' else 'completed' end, '2023-01-01', %(loaded)s
from generate_series(1, %(orders)s) as n;
"""

# of ten records four are reviews, three answers, two calls, one a note; `days` back at most
FEEDBACK = """
create temporary table said on commit drop as
select n, %(newest)s::timestamptz - random() * %(days)s * interval '1 day' as said_at,
    'C' || 1 + (n * 7) %% %(customers)s as customer_id, 'S' || 1 + n %% 300 as store_id,
    'A' || 1 + n %% 400 as agent_id,
    '送货的师傅迟到了三个小时，客服说会补偿，一直没有消息，编号' || n as words
from generate_series(%(first)s, %(last)s) as n;
insert into raw_reviews.reviews (review_id, site, outlet_id, subject, author, rating, rating_scale,
    text, posted_at, updated_at, _loaded_at)
select 'R' || n, 'site', store_id, case when n %% 50 = 0 then 'rival_a' else 'us' end,
    'author' || n %% 100000, 1 + n %% 5, 5, words, said_at, said_at, %(loaded)s
from said where n %% 10 < 4;
insert into raw_surveys.responses (response_id, customer_id, survey_slug, channel, nps, comment,
    submitted_at, updated_at, _loaded_at)
select 'V' || n, customer_id, 'relationship', 'sms', (random() * 10)::int, words, said_at, said_at,
    %(loaded)s
from said where n %% 10 between 4 and 6;
insert into raw_calls.calls (call_id, customer_id, agent_id, direction, started_at, ended_at,
    transfers, turns, updated_at, _loaded_at)
select 'L' || n, customer_id, agent_id, 'inbound', said_at, said_at + interval '5 minutes', '[]',
    jsonb_build_array(jsonb_build_object('speaker', 'customer', 'start_seconds', 1, 'text', words)),
    said_at, %(loaded)s
from said where n %% 10 between 7 and 8;
insert into raw_crm.customer_notes (note_id, customer_id, agent_id, note_text, created_at,
    updated_at, _loaded_at)
select 'N' || n, customer_id, agent_id, words, said_at, said_at, %(loaded)s
from said where n %% 10 = 9;
"""

# what an ordinary night brings beside new records
CHANGES = """
update raw_surveys.responses set nps = 0, _loaded_at = %(loaded)s
where response_id in (select 'V' || n from generate_series(4, 1004, 10) as n);
update raw_reviews.reviews set _deleted_at = %(loaded)s, _loaded_at = %(loaded)s
where review_id in (select 'R' || n from generate_series(1, 301, 10) as n);
update raw_crm.customers set segment = '新客群', updated_at = '2026-11-20', _loaded_at = %(loaded)s
where customer_id in (select 'C' || n from generate_series(1, %(night)s / 10) as n);
insert into raw_crm.orders (order_id, customer_id, order_channel, ordered_at, amount_cny, status,
    updated_at, _loaded_at)
select 'ON' || n, 'C' || 1 + (n * 11) %% %(customers)s, 'online',
    '2026-11-20'::timestamptz + random() * interval '1 day', 100, 'completed', '2026-11-20',
    %(loaded)s
from generate_series(1, %(night)s) as n;
"""

# two units for each record without labels, spread over all touchpoints and topics
LABELS = """
insert into nlp.pipelines (pipeline_version, pack_slug, is_current)
values ('made', 'retail', true) on conflict do nothing;
create temporary table unlabelled on commit drop as
select feedback.feedback_key, feedback.text_hash, feedback.source_slug,
    ('x' || left(feedback.feedback_key, 6))::bit(24)::int as draw
from intermediate.int_feedback as feedback
left join nlp.documents using (feedback_key)
where documents.feedback_key is null;
insert into nlp.documents (feedback_key, text_hash, pipeline_version, source_slug, language, script,
    is_relevant, redacted_text, sentiment_label, sentiment_score, unit_count,
    duplicate_cluster_key, dedup_weight, annotated_at)
select feedback_key, text_hash, 'made', source_slug, 'zh', 'hans', draw %% 20 > 0,
    '送货的师傅迟到了三个小时，客服说会补偿，一直没有消息',
    (array['negative', 'neutral', 'positive'])[1 + draw %% 3], -3, 2,
    case when draw %% 25 = 0 then 'k' || draw %% 9999 end,
    case when draw %% 25 = 0 then 0.5 else 1 end, %(loaded)s
from unlabelled;
create temporary table touchpoint on commit drop as
select row_number() over (order by touchpoint_slug) - 1 as place, touchpoint_slug, department_slug,
    count(*) over () as places
from reference.touchpoints where pack_slug = 'retail';
create temporary table topic on commit drop as
select row_number() over (order by topic_slug) - 1 as place, topic_slug, count(*) over () as places
from reference.topics where pack_slug = 'retail';
insert into nlp.opinion_units (feedback_key, pipeline_version, unit_seq, speaker, char_start,
    char_end, redacted_text, sentiment_label, sentiment_score, intensity, touchpoint_slug,
    department_slug, topic_slug, keywords)
select feedback_key, 'made', unit_seq, 'customer', 0, 10, '送货的师傅迟到了三个小时',
    (array['negative', 'neutral', 'positive'])[1 + (draw + unit_seq) %% 3], -3, 3,
    touchpoint.touchpoint_slug, touchpoint.department_slug, topic.topic_slug, array['迟到']
from unlabelled
cross join generate_series(1, 2) as unit_seq
inner join touchpoint on (draw * unit_seq) %% touchpoint.places = touchpoint.place
inner join topic on (draw / 7 + unit_seq) %% topic.places = topic.place;
"""


def execute(settings: Settings, statements: str, values: dict[str, object]) -> None:
    """Run statements in one transaction, as the owner of everything."""
    with connect("voc_admin", settings) as connection:
        for statement in statements.split(";\n"):
            if statement.strip():
                connection.execute(statement, values)  # type: ignore[arg-type]
    with connect("voc_admin", settings, autocommit=True) as connection:
        connection.execute("analyze")


def build(settings: Settings, name: str) -> None:
    """Build and test one step of the night, in a target folder that is the measurement's own."""
    step = dbt.STEPS[name]
    folder = f"{os.environ['DBT_LOG_PATH']}/{step.target}"
    flags = ["--target-path", folder, "--exclude-resource-type", "unit_test"]
    dbt.run(settings, ["build", "--select", *step.select, *flags], target=step.target)


def run_steps(settings: Settings, after_staging: str, loaded: str) -> dict[str, float]:
    """Run the night's steps after landing; return the seconds of each, labelling left out."""
    seconds = {}

    def timed(name: str, step: object) -> None:
        started = time.monotonic()
        step()  # type: ignore[operator]
        seconds[name] = round(time.monotonic() - started, 1)
        print(f"{name}: {seconds[name]:.1f} s", flush=True)

    timed("staging", lambda: build(settings, "staging"))
    execute(settings, after_staging, {"loaded": loaded})
    timed("core", lambda: build(settings, "core"))
    timed("statistics", lambda: registry.run_all(settings))
    timed("marts", lambda: build(settings, "marts"))
    return seconds


def measure(settings: Settings, feedback: int, night: int) -> dict[str, object]:
    """Build everything, then one more night; return seconds per step and the load before."""
    numbers = {"customers": max(feedback // 4, 100), "orders": feedback, "night": night}
    raw_tables.ensure_tables(settings)
    registry.create_tables(settings)
    build(settings, "reference")
    execute(settings, PEOPLE, {**numbers, "loaded": FIRST_LOAD})
    history = {"newest": "2026-11-20", "days": 1095, "first": 1, "last": feedback}
    execute(settings, FEEDBACK, {**numbers, **history, "loaded": FIRST_LOAD})
    load_before = os.getloadavg()[0]
    full = run_steps(settings, LABELS, FIRST_LOAD)
    new = {"newest": "2026-11-21", "days": 1, "first": feedback + 1, "last": feedback + night}
    late = {"newest": "2026-11-20", "days": 1095, "first": new["last"] + 1}  # type: ignore[operator]
    late["last"] = feedback + night + night // 50
    for window in (new, late):
        execute(settings, FEEDBACK, {**numbers, **window, "loaded": NIGHT_LOAD})
    execute(settings, CHANGES, {**numbers, "loaded": NIGHT_LOAD})
    ordinary = run_steps(settings, LABELS, NIGHT_LOAD)
    return {
        "feedback": feedback,
        "night": night,
        "cores": os.cpu_count(),
        "load_before": round(load_before, 1),
        "full_seconds": full,
        "night_seconds": ordinary,
        "full_total": round(sum(full.values()), 1),
        "night_total": round(sum(ordinary.values()), 1),
    }


def main() -> None:
    """Measure in a PostgreSQL of its own and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--feedback", type=int, default=1_000_000)
    parser.add_argument("--night", type=int, default=3_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with temporary_database() as settings, tempfile.TemporaryDirectory() as logs:
        os.environ["DBT_LOG_PATH"] = logs
        report = measure(settings, arguments.feedback, arguments.night)
    print(json.dumps(report, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
