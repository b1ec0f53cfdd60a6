create table intermediate.int_feedback (
    feedback_key text, source_slug text, source_record_id text, channel_slug text,
    is_solicited boolean, occurred_at timestamptz, subject_slug text, rating numeric,
    rating_scale numeric, nps_score smallint, csat_score numeric, ces_score numeric, text text,
    turns jsonb, text_hash text
);
insert into intermediate.int_feedback values
    ('k1', 'reviews', 'r1', 'review', false, now(), 'us', 5, 5, null, null, null,
        '送货很快，电话13800000000', null, 'h1'),
    ('k2', 'surveys', 'q1', 'survey', true, now(), 'us', null, null, 9, null, null, null, null,
        'h2');
grant select on intermediate.int_feedback to voc_nlp;
