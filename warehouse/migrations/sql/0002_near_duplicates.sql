-- Near duplicates over the whole corpus without re-reading it: signatures are kept, a new night
-- looks up only the bands of its own texts.

create table nlp.text_signatures (
    feedback_key text not null,
    pipeline_version text not null,
    text_key bigint not null,             -- hash of letters and digits: equal texts, equal keys
    bands integer[] not null,             -- MinHash bands; empty for short texts
    is_compared boolean not null default false, -- false until `finish` has placed it in a cluster
    primary key (feedback_key, pipeline_version),
    foreign key (feedback_key, pipeline_version)
        references nlp.documents (feedback_key, pipeline_version) on delete cascade
);
comment on table nlp.text_signatures is
    'What near copies are found by, one row per document of the current pipeline. Holds no text.';
-- Each row enters this index once, when it has been compared; the pending list takes new entries
-- in bulk, and `finish` flushes it before it looks anything up.
create index text_signatures_bands on nlp.text_signatures using gin (bands)
    with (fastupdate = on, gin_pending_list_limit = 65536)
    where is_compared;
create index text_signatures_text_key on nlp.text_signatures (text_key);
create index text_signatures_new on nlp.text_signatures (pipeline_version, feedback_key)
    where not is_compared;
alter table nlp.text_signatures owner to voc_nlp;

alter table nlp.documents add column is_burst boolean not null default false;
comment on column nlp.documents.is_burst is
    'True when many authors said nearly the same within two days, far above what is usual for this text: kept, marked, and weighed as one.';
