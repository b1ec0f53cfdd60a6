insert into nlp.pipelines (pipeline_version, pack_slug, is_current)
values ('old', 'retail', false), ('new', 'retail', true);
insert into nlp.documents
    (feedback_key, text_hash, pipeline_version, source_slug, language, script, is_relevant,
     redacted_text, sentiment_label, sentiment_score, sentiment_confidence, unit_count)
values
    ('k1', 'h1', 'new', 'reviews', 'zh', 'hans', true, '送货很快，电话[手机]', 'positive', 3, 0.9, 1),
    ('k2', 'h2', 'new', 'surveys', 'und', 'none', true, null, null, null, null, 0),
    -- what an older pipeline let pass is history: core does not read it
    ('k1', 'h1', 'old', 'reviews', 'xx', 'hans', true, '电话13800000000', null, 9, null, 0);
insert into nlp.opinion_units
    (feedback_key, pipeline_version, unit_seq, speaker, char_start, char_end, redacted_text,
     sentiment_label, sentiment_score, sentiment_confidence, intensity, emotion_slug,
     touchpoint_slug, touchpoint_confidence, department_slug, topic_slug)
values
    ('k1', 'new', 1, 'customer', 0, 4, '送货很快', 'positive', 3, 0.9, 3, 'joy',
        'delivery', 0.8, 'logistics', 'delivery_speed');
