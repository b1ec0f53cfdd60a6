{# Pre-hook of fct_survey_invitation: find the invitations to make anew and forget them:
   those that came, changed or were deleted, those of customers, staff and stores who have
   arrived since, those whose answer has come into fct_feedback or left it, and all others
   of the same customers: whether one came too early depends on those before it. An
   invitation that moves from one customer to another concerns both. #}
{% macro begin_invitations() -%}
    {%- set invitations = ref('stg_surveys__invitations') -%}
    {%- set records = dimension_records() -%}
    {%- do records.pop('products') -%}
    {{ ensure_progress() }}
    {{ note_inputs(dict(records, invitations=invitations)) }}
    {% if is_incremental() -%}
    create temporary table changed_invitation on commit drop as
    select
        invitation_id,
        {{ crm_key('customer_id') }} as customer_key
    from {{ invitations }}
    where {{ not_yet_taken('invitations', 'loaded_at') }};

    create temporary table named_invitation on commit drop as
    select invitation_id from changed_invitation
    union
    {{ facts_that_wait('invitation_id', records) }}
    union
    -- feedback is mostly made anew for its customer's orders: the answer stays
    select facts.invitation_id
    from {{ this }} as facts
    inner join ({{ followed_changes('feedback') }}) as changed
        on facts.answer_key = changed.row_key
    left join {{ ref('fct_feedback') }} as feedback
        on changed.row_key = feedback.feedback_key
    where (facts.feedback_key is null) <> (feedback.feedback_key is null);
    analyze named_invitation;

    create temporary table touched_customer on commit drop as
    select customer_key from changed_invitation
    where customer_key is not null
    union
    select facts.customer_key
    from {{ this }} as facts
    inner join named_invitation
        on facts.invitation_id = named_invitation.invitation_id
    where facts.customer_key is not null
    union
    -- customers whom the dimension did not know, stores and staff among them
    select unnest(facts.unresolved_keys)
    from {{ this }} as facts
    inner join named_invitation
        on facts.invitation_id = named_invitation.invitation_id;
    analyze touched_customer;

    create temporary table redone_invitation on commit drop as
    select invitation_id from named_invitation
    union
    select facts.invitation_id
    from {{ this }} as facts
    inner join touched_customer
        on facts.customer_key = touched_customer.customer_key
    union
    select invitation_id from {{ this }}
    where unresolved_keys && array(select customer_key from touched_customer);
    analyze redone_invitation;
    delete from {{ this }} as facts
    using redone_invitation
    where facts.invitation_id = redone_invitation.invitation_id;
    {%- endif %}
{%- endmacro %}
