create table raw_crm.customers (
    customer_id text, full_name text, phone text, email text, gender text, birth_year integer,
    city text, region text, segment text, member_tier text, registered_at timestamptz,
    updated_at timestamptz, phone_hash text, email_hash text, _loaded_at timestamptz
);
create table raw_crm.stores (
    store_id text, store_name text, city text, region text, opened_on date,
    updated_at timestamptz, _loaded_at timestamptz
);
create table raw_crm.agents (
    agent_id text, agent_name text, team_id text, team_name text, department_slug text,
    hired_on date, updated_at timestamptz, _loaded_at timestamptz
);
create table raw_crm.products (
    product_id text, product_name text, category text, price_cny numeric,
    updated_at timestamptz, _loaded_at timestamptz
);
create table raw_crm.orders (
    order_id text, customer_id text, store_id text, order_channel text, product_id text,
    ordered_at timestamptz, amount_cny numeric, status text, updated_at timestamptz,
    _loaded_at timestamptz
);
create table raw_crm.customer_notes (
    note_id text, customer_id text, agent_id text, store_id text, order_id text, note_text text,
    created_at timestamptz, updated_at timestamptz, _loaded_at timestamptz
);
create table raw_calls.calls (
    call_id text, customer_id text, agent_id text, store_id text, order_id text, direction text,
    started_at timestamptz, ended_at timestamptz, transfers jsonb, turns jsonb, file_name text,
    updated_at timestamptz, _loaded_at timestamptz
);
create table raw_reviews.reviews (
    review_id text, site text, outlet_id text, subject text, author text, rating numeric,
    rating_scale numeric, title text, text text, product_id text, city text, url text,
    posted_at timestamptz, updated_at timestamptz, _loaded_at timestamptz
);
create table raw_surveys.responses (
    response_id text, customer_id text, survey_slug text, channel text, nps integer, csat numeric,
    ces numeric, comment text, order_id text, store_id text, agent_id text,
    submitted_at timestamptz, updated_at timestamptz, _loaded_at timestamptz
);
create table raw_surveys.invitations (
    invitation_id text, customer_id text, survey_slug text, channel text, state text,
    sent_at timestamptz, delivered_at timestamptz, started_at timestamptz,
    completed_at timestamptz, suppressed_reason text, response_id text, order_id text,
    store_id text, agent_id text, updated_at timestamptz, _loaded_at timestamptz,
    _deleted_at timestamptz
);
create table raw_files.feedback (
    source_slug text, source_record_id text, channel_slug text, is_solicited boolean,
    occurred_at timestamptz, received_at timestamptz, subject_slug text, rating numeric,
    rating_scale numeric, nps_score integer, csat_score numeric, ces_score numeric, text text,
    turns jsonb, file_name text, file_row integer, import_id text, _loaded_at timestamptz
);

insert into raw_crm.customers values
    ('c1', '张一', '13000000001', 'a@example.com', 'F', 1990, '上海', '华东', null, 'gold',
        now(), now(), repeat('a', 64), repeat('b', 64), now()),
    ('c2', null, '-', null, null, null, null, null, null, null,
        now(), now(), null, null, now());
insert into raw_crm.stores values ('s1', '一店', '上海', '华东', '2020-01-01', now(), now());
insert into raw_crm.agents values
    ('a1', '李二', 't1', '一组', 'customer_service', '2020-01-01', now(), now());
insert into raw_crm.products values ('p1', '扫地机', '家电', 999, now(), now());
insert into raw_crm.orders values
    ('o1', 'c1', 's1', 'store', 'p1', now(), 999, 'paid', now(), now()),
    ('o2', 'c2', null, 'online', 'p1', now(), 999, 'paid', now(), now());
insert into raw_crm.customer_notes values
    ('n1', 'c1', 'a1', 's1', 'o1', '客户说安装师傅迟到', now(), now(), now());
insert into raw_calls.calls values
    ('k1', 'c1', 'a1', null, null, 'inbound', now() - interval '5 minutes', now(), '[]',
        '[{"speaker": "customer", "start_seconds": 0, "text": "物流太慢"}]', 'f.jsonl.gz',
        now(), now());
insert into raw_reviews.reviews values
    ('r1', 'site', 'x', 'us', '某人', 5, 5, null, '很好', null, null, null, now(), now(), now()),
    ('r2', 'site', 'x', 'rival', '某人', 1, 5, null, '很差', null, null, null, now(), now(), now());
insert into raw_surveys.responses values
    ('q1', 'c1', 'post_purchase', 'sms', 10, 5, 7, '满意', 'o1', null, null, now(), now(), now()),
    ('q2', 'c2', 'post_purchase', 'sms', 0, null, null, null, 'o2', null, null, now(), now(), now());
insert into raw_surveys.invitations values
    ('i1', 'c1', 'post_purchase', 'sms', 'completed', now(), now(), now(), now(), null, 'q1', 'o1',
        null, null, now(), now(), null),
    ('i2', 'c2', 'post_purchase', 'sms', 'suppressed', now(), null, null, null, 'asked', null,
        'o2', null, null, now(), now(), null);
insert into raw_files.feedback values
    ('app_reviews', '1', 'app_store', false, now(), now(), 'us', 4, 5, null, null, null, '好用',
        null, 'f.csv', 1, 'i1', now());
