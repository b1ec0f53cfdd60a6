-- What each source writes about, estimated from its texts without labels: one estimate for all of
-- its texts, so that a text gets the same label on whatever night it comes.

create table nlp.source_domains (
    pipeline_version text not null,
    source_slug text not null,
    language text not null,               -- zh, en
    domain_shares jsonb not null,         -- {"takeaway": 0.97, ...}: they add up to 1
    sampled_count integer not null,       -- feedback of the source that was looked at, any language
    estimated_at timestamptz not null default now(),
    primary key (pipeline_version, source_slug, language)
);
comment on table nlp.source_domains is
    'The shares of sentiment domains in each source. Kept once enough feedback was looked at, until another pipeline version.';
alter table nlp.source_domains owner to voc_nlp;
