"""Raw records and labels of any number, made by SQL: what `benchmarks.warehouse_build` builds from.

Drawn with a fixed seed, so that two measurements build from the same. Every statistic finds
something to do in them, emerging topics and surges included; nothing is planted to be found.
The history is `days` long and ends where the first ordinary night begins.
"""

from __future__ import annotations

# {customers} people with four orders and two touches of campaigns each; a campaign each quarter
PEOPLE = """
insert into raw_crm.stores (store_id, store_name, city, region, updated_at, _loaded_at)
select 'S' || n, '店' || n, '城市' || n %% 60, '大区' || n %% 7, %(before)s, %(loaded)s
from generate_series(1, 300) as n;
create temporary table department on commit drop as
select row_number() over (order by department_slug) - 1 as place, department_slug,
    count(*) over () as places
from (select distinct department_slug from reference.touchpoints where pack_slug = 'retail') as d;
insert into raw_crm.teams
    (team_id, team_name, department_slug, store_id, city, region, updated_at, _loaded_at)
select 'T' || n, '组' || n, department_slug, 'S' || 1 + n, '城市' || n, '大区' || n %% 7,
    %(before)s, %(loaded)s
from generate_series(0, 39) as n
inner join department on n %% places = place;
insert into raw_crm.agents
    (agent_id, agent_name, team_id, team_name, department_slug, updated_at, _loaded_at)
select 'A' || n, '坐席', 'T' || n %% 40, '组' || n %% 40, 'customer_service', %(before)s,
    %(loaded)s
from generate_series(1, 400) as n;
insert into raw_crm.products (product_id, product_name, category, price_cny, updated_at, _loaded_at)
select 'P' || n, '商品', '品类' || n %% 9, n, %(before)s, %(loaded)s
from generate_series(1, 200) as n;
insert into raw_crm.customers
    (customer_id, city, region, segment, member_tier, birth_year, registered_at, updated_at,
     _loaded_at)
select 'C' || n, '城市' || n %% 60, '大区' || n %% 7, '客群' || n %% 5, '等级' || n %% 4,
    1950 + n %% 55, %(start)s::timestamptz + n %% (%(days)s * 4 / 5) * interval '1 day',
    %(before)s, %(loaded)s
from generate_series(1, %(customers)s) as n;
insert into raw_crm.campaigns (campaign_id, campaign_name, channel, department_slug, started_on,
    ended_on, budget_cny, updated_at, _loaded_at)
select 'K' || n, '活动' || n, 'app_push', 'marketing', %(start)s::date + 90 * n,
    %(start)s::date + 90 * n + 30, 100000, %(before)s, %(loaded)s
from generate_series(0, %(campaigns)s - 1) as n;
insert into raw_crm.campaign_touches
    (touch_id, campaign_id, customer_id, touch_kind, touched_at, updated_at, _loaded_at)
select 'H' || n, 'K' || n %% %(campaigns)s, 'C' || 1 + n %% %(customers)s,
    case when n %% 5 = 0 then 'click' else 'impression' end,
    %(start)s::timestamptz + (n %% %(campaigns)s) * interval '90 days'
        + random() * interval '30 days',
    %(before)s, %(loaded)s
from generate_series(1, 2 * %(customers)s) as n;
insert into raw_crm.improvements (improvement_id, title, topic_slug, design, cost_cny, started_on,
    ended_on, status, updated_at, _loaded_at)
select 'I' || row_number() over (order by topic_slug), '改进', topic_slug, 'before_after', 20000,
    %(start)s::date + %(days)s / 3 + 10 * (row_number() over (order by topic_slug))::int,
    '2026-11-01', 'done',
    %(before)s, %(loaded)s
from (
    select topic_slug from reference.topics where pack_slug = 'retail' order by 1 limit 20
) as topics;
insert into raw_crm.orders
    (order_id, customer_id, store_id, product_id, order_channel, ordered_at, amount_cny, status,
     updated_at, _loaded_at)
select 'O' || n, 'C' || 1 + n %% %(customers)s, 'S' || 1 + n %% 300, 'P' || 1 + n %% 200, 'store',
    %(start)s::timestamptz + random() * %(days)s * interval '1 day', 10 + n %% 3000,
    case when n %% 33 = 0 then 'cancelled' else 'completed' end, %(before)s, %(loaded)s
from generate_series(1, %(orders)s) as n;
insert into raw_crm.order_items
    (order_item_id, order_id, product_id, quantity, amount_cny, updated_at, _loaded_at)
select 'E' || n, 'O' || n, 'P' || 1 + n %% 200, 1, 10 + n %% 3000, %(before)s, %(loaded)s
from generate_series(1, %(orders)s) as n;
"""

# of ten records four are reviews, three answers, two calls, one a note; `days` back at most.
# Answers were asked for, half of the asked say nothing; every second call opens a case, of which
# a third moves from team to team and three in four are resolved
FEEDBACK = """
create temporary table said on commit drop as
select n, %(newest)s::timestamptz - random() * %(days)s * interval '1 day' as said_at,
    'C' || 1 + (n * 7) %% %(customers)s as customer_id, 'S' || 1 + n %% 300 as store_id,
    'A' || 1 + n %% 400 as agent_id,
    '送货的师傅迟到了三个小时，客服说会补偿，一直没有消息，编号' || n as words
from generate_series(%(first)s::integer, %(last)s::integer) as n;
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
insert into raw_surveys.invitations (invitation_id, customer_id, survey_slug, channel, state,
    sent_at, delivered_at, started_at, completed_at, response_id, updated_at, _loaded_at)
select 'Q' || n || is_answered, customer_id, 'relationship', 'sms',
    case when is_answered then 'completed' else 'delivered' end, said_at - interval '1 day',
    said_at - interval '1 day', case when is_answered then said_at end,
    case when is_answered then said_at end, case when is_answered then 'V' || n end, said_at,
    %(loaded)s
from said cross join (values (true), (false)) as answers (is_answered)
where n %% 10 between 4 and 6;
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
create temporary table opened on commit drop as
select *, random() as draw, said_at + random() * interval '9 days' as solved_at
from said where n %% 10 = 7;
insert into raw_crm.cases (case_id, customer_id, agent_id, team_id, touchpoint_slug, case_type,
    severity, status, feedback_source_slug, feedback_record_id, opened_at, first_responded_at,
    resolved_at, rating_before, rating_after, updated_at, _loaded_at)
select 'X' || n, customer_id, agent_id, 'T' || n %% 40, null, 'complaint', 'medium',
    case when draw < 0.75 then 'resolved' else 'open' end, 'calls', 'L' || n, said_at,
    said_at + interval '1 hour', case when draw < 0.75 then solved_at end, 2,
    case when draw < 0.6 then 2 + n %% 4 end, said_at, %(loaded)s
from opened;
insert into raw_crm.case_events (case_event_id, case_id, event_kind, occurred_at, agent_id,
    from_team_id, to_team_id, updated_at, _loaded_at)
select 'Y' || n || event_kind, 'X' || n, event_kind,
    case when event_kind = 'resolved' then solved_at else said_at end, agent_id,
    case when event_kind = 'transferred' then 'T' || n %% 40 end,
    case when event_kind = 'transferred' then 'T' || (n + 1) %% 40 end, said_at, %(loaded)s
from opened
cross join (values ('opened'), ('responded'), ('transferred'), ('resolved')) as kinds (event_kind)
where (event_kind <> 'resolved' or draw < 0.75) and (event_kind <> 'transferred' or n %% 30 = 7);
"""

# what an ordinary night brings beside new records; each night takes other ones ({earlier} on)
CHANGES = """
update raw_surveys.responses set nps = 0, _loaded_at = %(loaded)s
where response_id in (
    select 'V' || %(earlier)s + n from generate_series(4, 1004, 10) as n
);
update raw_reviews.reviews set _deleted_at = %(loaded)s, _loaded_at = %(loaded)s
where review_id in (select 'R' || %(earlier)s + n from generate_series(1, 301, 10) as n);
update raw_crm.customers set segment = '新客群', updated_at = '2026-11-20', _loaded_at = %(loaded)s
where customer_id in (
    select 'C' || %(earlier)s + n from generate_series(1, %(night)s / 10) as n
);
update raw_crm.cases set status = 'resolved', resolved_at = '2026-11-20', updated_at = '2026-11-20',
    _loaded_at = %(loaded)s
where resolved_at is null and case_id in (
    select 'X' || %(earlier)s + n from generate_series(7, 3007, 10) as n
);
insert into raw_crm.orders (order_id, customer_id, order_channel, ordered_at, amount_cny, status,
    updated_at, _loaded_at)
select 'ON' || %(earlier)s || '-' || n, 'C' || 1 + (n * 11) %% %(customers)s, 'online',
    '2026-11-20'::timestamptz + random() * interval '1 day', 100, 'completed', '2026-11-20',
    %(loaded)s
from generate_series(1, %(night)s) as n;
insert into raw_crm.campaign_touches
    (touch_id, campaign_id, customer_id, touch_kind, touched_at, updated_at, _loaded_at)
select 'HN' || %(earlier)s || '-' || n, 'K' || %(campaigns)s - 1,
    'C' || 1 + (n * 13) %% %(customers)s,
    case when n %% 5 = 0 then 'click' else 'impression' end,
    '2026-11-20'::timestamptz + random() * interval '1 day', '2026-11-20', %(loaded)s
from generate_series(1, %(night)s / 2) as n;
"""

# two units for each record without labels, spread over all touchpoints and topics; one in twenty
# has no topic, and 400 words take turns
LABELS = """
insert into nlp.pipelines (pipeline_version, pack_slug, is_current)
values ('made', 'retail', true) on conflict do nothing;
create temporary table unlabelled on commit drop as
select feedback.feedback_key, feedback.text_hash, feedback.source_slug, feedback.loaded_at,
    ('x' || left(feedback.feedback_key, 6))::bit(24)::int as draw
from intermediate.int_feedback as feedback
left join nlp.documents using (feedback_key)
where documents.feedback_key is null;
insert into nlp.documents (feedback_key, text_hash, pipeline_version, source_slug, language, script,
    is_relevant, redacted_text, sentiment_label, sentiment_score, unit_count,
    duplicate_cluster_key, dedup_weight, annotated_at)
select feedback_key, text_hash, 'made', source_slug, 'zh', 'hans', draw %% 20 > 0,
    '送货的师傅迟到了三个小时，客服说会补偿，一直没有消息' || draw %% 997,
    (array['negative', 'neutral', 'positive'])[1 + draw %% 3], -3, 2,
    case when draw %% 25 = 0 then 'k' || draw %% 9999 end,
    case when draw %% 25 = 0 then 0.5 else 1 end, loaded_at
from unlabelled;
create temporary table touchpoint on commit drop as
select row_number() over (order by touchpoint_slug) - 1 as place, touchpoint_slug, department_slug,
    count(*) over () as places
from reference.touchpoints where pack_slug = 'retail';
create temporary table topic on commit drop as
select row_number() over (order by topic_slug) - 1 as place, topic_slug, count(*) over () as places
from reference.topics where pack_slug = 'retail';
insert into nlp.opinion_units (feedback_key, pipeline_version, unit_seq, speaker, char_start,
    char_end, redacted_text, sentiment_label, sentiment_score, sentiment_confidence, intensity,
    effort, emotion_slug, intent_slug, need_kind, need_slug, touchpoint_slug, touchpoint_confidence,
    department_slug, topic_slug, topic_confidence, cause_slug, decision_effect_slug, promise_role,
    keywords)
select feedback_key, 'made', unit_seq, 'customer', 0, 10, '送货的师傅迟到了三个小时' || draw %% 97,
    (array['negative', 'neutral', 'positive'])[1 + (draw + unit_seq) %% 3],
    (array[-3, 0, 3])[1 + (draw + unit_seq) %% 3], 0.5 + draw %% 50 / 100.0, 1 + draw %% 5,
    case when draw %% 10 = 0 then -3 end,
    (array['anger', 'anxiety', 'joy', null])[1 + draw %% 4],
    (array['complaint', 'question', 'praise', 'request'])[1 + draw %% 4],
    (array['explicit', 'unmet', null])[1 + draw %% 3],
    (array['speed', 'fair_price', null])[1 + draw %% 3],
    touchpoint.touchpoint_slug, 0.5 + draw %% 50 / 100.0, touchpoint.department_slug,
    case when draw %% 20 > 0 then topic.topic_slug end, 0.5 + draw %% 50 / 100.0,
    (array['logistics', 'staff', 'unclear_terms', null])[1 + draw %% 4],
    case when draw %% 12 = 0 then 'churn' end,
    case when draw %% 15 = 0 then (array['promise', 'breach'])[unit_seq] else 'none' end,
    array['词' || draw %% 400, '词' || (draw / 7 + unit_seq) %% 400]
from unlabelled
cross join generate_series(1, 2) as unit_seq
inner join touchpoint on (draw * unit_seq) %% touchpoint.places = touchpoint.place
inner join topic on (draw / 7 + unit_seq) %% topic.places = topic.place;
"""
