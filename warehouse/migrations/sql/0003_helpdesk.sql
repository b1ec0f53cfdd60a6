-- A raw schema for help desk tickets. Personal data: the loader writes it, the stager types it.

create schema if not exists raw_helpdesk authorization voc_loader;
grant usage on schema raw_helpdesk to voc_stager;
alter default privileges for role voc_loader in schema raw_helpdesk
    grant select on tables to voc_stager;
