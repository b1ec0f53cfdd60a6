-- The first foundation: schemas, the ops ledger and the label tables.
-- Roles exist before this runs (`warehouse.local_postgres` or the operator creates them);
-- table-level grants live here, next to the tables they protect.

-- ---------------------------------------------------------------- schemas
create schema if not exists raw_crm authorization voc_loader;
create schema if not exists raw_calls authorization voc_loader;
create schema if not exists raw_reviews authorization voc_loader;
create schema if not exists raw_surveys authorization voc_loader;
create schema if not exists raw_files authorization voc_loader;
create schema if not exists staging authorization voc_stager;
create schema if not exists intermediate authorization voc_stager;
create schema if not exists nlp authorization voc_nlp;
create schema if not exists reference authorization voc_modeler;
create schema if not exists core authorization voc_modeler;
create schema if not exists marts_build authorization voc_modeler;
create schema if not exists marts authorization voc_modeler;
create schema if not exists marts_previous authorization voc_modeler;
create schema if not exists stats authorization voc_stats;
create schema if not exists ops authorization voc_owner;
create schema if not exists health authorization voc_owner;

-- ---------------------------------------------------------------- who may look where
-- raw text: the loader writes it, the stager types it, the NLP job reads names to redact
grant usage on schema raw_crm, raw_calls, raw_reviews, raw_surveys, raw_files
    to voc_stager, voc_nlp;
alter default privileges for role voc_loader
    in schema raw_crm, raw_calls, raw_reviews, raw_surveys, raw_files
    grant select on tables to voc_stager;
alter default privileges for role voc_loader in schema raw_crm
    grant select on tables to voc_nlp;

-- right of the redaction: dbt grants single staging/intermediate models by its `grants` config
grant usage on schema staging, intermediate to voc_nlp, voc_modeler;
grant usage on schema nlp to voc_stager, voc_modeler, voc_stats;
grant usage on schema reference to voc_stager, voc_nlp, voc_stats, voc_reader;
grant usage on schema core to voc_stats;
grant usage on schema stats to voc_modeler;
grant usage on schema marts to voc_reader, voc_stats;
alter default privileges for role voc_modeler in schema reference
    grant select on tables to voc_stager, voc_nlp, voc_stats, voc_reader;
alter default privileges for role voc_modeler in schema core
    grant select on tables to voc_stats;
alter default privileges for role voc_stats in schema stats
    grant select on tables to voc_modeler;
grant usage on schema health to voc_reader;

-- ---------------------------------------------------------------- ops: the ledger
grant usage on schema ops
    to voc_loader, voc_stager, voc_nlp, voc_modeler, voc_stats;

create table ops.runs (
    run_id text primary key,
    dag_id text not null,
    night date not null,
    status text not null check (status in ('running', 'success', 'failed')),
    detail text,
    started_at timestamptz not null default now(),
    ended_at timestamptz
);
comment on table ops.runs is 'One row per run of a DAG or of the same path from the command line.';

create table ops.stage_runs (
    run_id text not null,
    stage text not null,
    status text not null check (status in ('running', 'success', 'failed')),
    detail text,
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (run_id, stage)
);
comment on table ops.stage_runs is 'One row per run and stage of the path: how long it took, how it ended.';

create table ops.loads (
    load_id text primary key,
    source_slug text not null,
    entity text not null,
    rows_read bigint not null default 0,
    rows_landed bigint not null default 0,
    rows_quarantined bigint not null default 0,
    status text not null check (status in ('running', 'success', 'failed')),
    detail jsonb not null default '{}',
    started_at timestamptz not null default now(),
    ended_at timestamptz
);
comment on table ops.loads is
    'One row per load of one entity. rows_read = rows_landed + rows_quarantined, asserted by the landing gate.';
create index loads_source_started on ops.loads (source_slug, started_at desc);

create table ops.quarantine (
    quarantine_id bigint generated always as identity primary key,
    source_slug text not null,
    entity text not null,
    native_id text,
    reason_code text not null,
    reason text not null,
    field text,
    raw_payload text not null,
    load_id text not null,
    status text not null default 'open' check (status in ('open', 'replayed', 'dropped')),
    fingerprint text not null unique,
    quarantined_at timestamptz not null default now(),
    resolved_at timestamptz
);
comment on table ops.quarantine is
    'Records that did not fit their contract, whole, with the reason. fingerprint makes a second run of the same load add nothing.';
create index quarantine_source on ops.quarantine (source_slug, entity, status);

create table ops.watermarks (
    source_slug text not null,
    entity text not null,
    watermark timestamptz not null,
    load_id text not null,
    updated_at timestamptz not null default now(),
    primary key (source_slug, entity)
);
comment on table ops.watermarks is 'How far each source has been read. The next load starts here minus the overlap of config/sources.yml.';

create table ops.stage_counts (
    run_id text not null,
    equation text not null,
    source_slug text not null,
    rows_in bigint not null,
    rows_out bigint not null,
    rows_set_aside bigint not null default 0,
    is_balanced boolean generated always as (rows_in = rows_out + rows_set_aside) stored,
    measured_at timestamptz not null default now(),
    primary key (run_id, equation, source_slug)
);
comment on table ops.stage_counts is
    'The reconciliation of each stage with the one before: rows_in = rows_out + rows_set_aside, per source.';

create table ops.gate_results (
    run_id text not null,
    gate text not null,
    suite text not null,
    expectation text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    is_success boolean not null,
    observed text,
    notes text,
    checked_at timestamptz not null default now(),
    primary key (run_id, gate, suite, expectation)
);
comment on table ops.gate_results is 'What each Great Expectations check saw. A failed critical check stops the run.';

create table ops.publications (
    publication_id bigint generated always as identity primary key,
    run_id text not null,
    tables text[] not null,
    published_at timestamptz not null default now(),
    rolled_back_at timestamptz
);
comment on table ops.publications is 'Each swap of the freshly built marts into the schema that readers see.';

grant select, insert, update on ops.runs, ops.stage_runs, ops.stage_counts, ops.gate_results
    to voc_loader, voc_stager, voc_nlp, voc_modeler, voc_stats;
grant select, insert, update on ops.loads, ops.quarantine, ops.watermarks to voc_loader;
grant select (load_id, source_slug, entity, rows_read, rows_landed, rows_quarantined, status, started_at, ended_at)
    on ops.loads to voc_modeler, voc_stager, voc_nlp;
grant select, insert, update on ops.publications to voc_modeler;

-- ---------------------------------------------------------------- nlp: the labels
create table nlp.documents (
    feedback_key text not null,
    text_hash text not null,
    pipeline_version text not null,
    source_slug text not null,
    language text not null,               -- zh, en, und
    script text not null,                 -- hans, hant, latn, mixed, none
    is_relevant boolean not null,
    noise_reason text,                    -- null when relevant
    duplicate_cluster_key text,           -- null when alone
    dedup_weight double precision not null default 1,
    redacted_text text,                   -- null when the feedback has no text
    pii_counts jsonb not null default '{}',
    sentiment_label text,                 -- positive, neutral, negative; null without an opinion
    sentiment_score double precision,     -- -5..5, null without an opinion
    sentiment_confidence double precision,
    unit_count integer not null default 0,
    annotated_at timestamptz not null default now(),
    primary key (feedback_key, pipeline_version)
);
create index documents_cluster on nlp.documents (duplicate_cluster_key)
    where duplicate_cluster_key is not null;

create table nlp.opinion_units (
    feedback_key text not null,
    pipeline_version text not null,
    unit_seq integer not null,            -- 1, 2, ... in reading order
    speaker text not null,                -- customer, agent
    char_start integer not null,          -- span in documents.redacted_text
    char_end integer not null,
    redacted_text text not null,
    sentiment_label text,
    sentiment_score double precision,
    sentiment_confidence double precision,
    intensity smallint,                   -- 1..5, null without an opinion
    effort smallint,                      -- -5..5, null when absent
    emotion_slug text,
    intent_slug text,
    need_kind text,
    need_slug text,
    touchpoint_slug text,
    touchpoint_confidence double precision,
    department_slug text,
    department_confidence double precision,
    topic_slug text,
    topic_confidence double precision,
    cause_slug text,
    severity_slug text,
    decision_effect_slug text,
    promise_role text not null default 'none' check (promise_role in ('promise', 'breach', 'none')),
    competitor_slug text,
    keywords text[] not null default '{}',
    primary key (feedback_key, pipeline_version, unit_seq),
    foreign key (feedback_key, pipeline_version)
        references nlp.documents (feedback_key, pipeline_version) on delete cascade
);

create table nlp.pipelines (
    pipeline_version text primary key,
    pack_slug text not null,
    is_current boolean not null,
    detail jsonb not null default '{}',
    first_used_at timestamptz not null default now()
);
create unique index pipelines_one_current on nlp.pipelines (is_current) where is_current;
comment on table nlp.pipelines is 'Every pipeline version that ever labelled. Core reads the labels of the current one.';

alter table nlp.documents owner to voc_nlp;
alter table nlp.opinion_units owner to voc_nlp;
alter table nlp.pipelines owner to voc_nlp;
grant select on nlp.documents, nlp.opinion_units, nlp.pipelines to voc_modeler, voc_stager, voc_stats;

-- ---------------------------------------------------------------- health: what readers may see of ops
create view health.runs as
select run_id, dag_id, night, status, started_at, ended_at,
    extract(epoch from coalesce(ended_at, now()) - started_at)::double precision as run_seconds
from ops.runs;

create view health.stage_runs as
select stage_runs.run_id, runs.night, stage_runs.stage, stage_runs.status,
    stage_runs.started_at, stage_runs.ended_at,
    extract(epoch from coalesce(stage_runs.ended_at, now()) - stage_runs.started_at)::double precision
        as stage_seconds
from ops.stage_runs as stage_runs
inner join ops.runs as runs on stage_runs.run_id = runs.run_id;

create view health.stage_counts as
select stage_counts.run_id, runs.night, stage_counts.equation, stage_counts.source_slug,
    stage_counts.rows_in, stage_counts.rows_out, stage_counts.rows_set_aside,
    stage_counts.is_balanced, stage_counts.measured_at
from ops.stage_counts as stage_counts
inner join ops.runs as runs on stage_counts.run_id = runs.run_id;

create view health.gate_results as
select gate_results.run_id, runs.night, gate_results.gate, gate_results.suite,
    gate_results.expectation, gate_results.severity, gate_results.is_success,
    gate_results.notes, gate_results.checked_at
from ops.gate_results as gate_results
inner join ops.runs as runs on gate_results.run_id = runs.run_id;

create view health.loads as
select load_id, source_slug, entity, rows_read, rows_landed, rows_quarantined, status,
    started_at, ended_at,
    extract(epoch from coalesce(ended_at, now()) - started_at)::double precision as load_seconds
from ops.loads;

-- counts only: the payloads stay with the loader
create view health.quarantine_summary as
select source_slug, entity, reason_code, status, quarantined_at::date as quarantined_on,
    count(*) as row_count
from ops.quarantine
group by source_slug, entity, reason_code, status, quarantined_at::date;

-- by the last load, not by the newest record: a list of stores may rest for years and be fresh
create view health.source_freshness as
select loads.source_slug, loads.entity, max(watermarks.watermark) as watermark,
    max(loads.ended_at) as loaded_at,
    extract(epoch from now() - max(loads.ended_at))::double precision / 3600 as hours_behind
from ops.loads as loads
left join ops.watermarks as watermarks
    on loads.source_slug = watermarks.source_slug and loads.entity = watermarks.entity
where loads.status = 'success'
group by loads.source_slug, loads.entity;

create view health.publications as
select publication_id, run_id, array_length(tables, 1) as table_count, published_at, rolled_back_at
from ops.publications;

grant select on all tables in schema health to voc_reader;
