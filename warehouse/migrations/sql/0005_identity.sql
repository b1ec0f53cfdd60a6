-- One person across systems: ids, kinds and probabilities. The role that reads names to redact
-- them reads them here too: no further role sees a name.
create schema if not exists identity authorization voc_nlp;
grant usage on schema identity to voc_modeler;

create table identity.memberships (
    customer_id text primary key,
    person_id text not null,
    match_kind text not null
        check (match_kind in ('self', 'reviewed', 'deterministic', 'probabilistic')),
    match_probability double precision not null
        check (match_probability > 0 and match_probability <= 1),
    method_version text not null
);
create index memberships_person on identity.memberships (person_id);
comment on table identity.memberships is
    'One row per customer record: its person, named by the id of the record registered first.';

create table identity.links (
    left_id text not null,
    right_id text not null,
    link_kind text not null check (link_kind in ('reviewed', 'deterministic', 'probabilistic')),
    match_probability double precision not null,
    is_joining boolean not null,
    evidence jsonb not null default '{}',
    primary key (left_id, right_id, link_kind),
    check (left_id < right_id)
);
create index links_right on identity.links (right_id);
comment on table identity.links is
    'Candidate pairs with what agrees, by level and without values. is_joining: it joined two records.';

create table identity.runs (
    run_number bigint generated always as identity primary key,
    method_version text not null,
    input_digest text not null,
    record_count bigint not null,
    person_count bigint not null,
    link_counts jsonb not null,
    ended_at timestamptz not null default now()
);
comment on table identity.runs is 'One row per run that had something to do.';

alter table identity.memberships owner to voc_nlp;
alter table identity.links owner to voc_nlp;
alter table identity.runs owner to voc_nlp;
grant select on identity.memberships, identity.runs to voc_modeler;
