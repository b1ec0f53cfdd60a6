create table reference.channels (channel_slug text);
create table reference.departments (department_slug text);
create table reference.touchpoints (pack_slug text, touchpoint_slug text);
create table reference.topics (pack_slug text, topic_slug text);
create table reference.label_values (vocabulary text, slug text);
insert into reference.channels values ('review'), ('survey');
insert into reference.departments values ('logistics');
insert into reference.touchpoints values ('retail', 'delivery'), ('hospitality', 'check_in');
insert into reference.topics values ('retail', 'delivery_speed');
insert into reference.label_values values
    ('language', 'zh'), ('language', 'und'), ('noise_reason', 'empty'),
    ('sentiment_label', 'positive'), ('speaker', 'customer'), ('promise_role', 'none'),
    ('emotion_slug', 'joy');
