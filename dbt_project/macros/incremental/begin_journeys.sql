{# Pre-hook of fct_campaign_journey: find the customers whose journeys are to be made
   anew and forget these: those of whom a contact or an order changed, those who complain
   in feedback or in a case that changed, and those whose journey rests on such feedback
   or such a case. That one finds the customers whom a complaint has left: it was
   withdrawn, is none any more, or is another customer's. Keeps what they were, for
   note_changed_journeys(). #}
{% macro begin_journeys() -%}
    {%- set cases = ref('stg_crm__cases') -%}
    {{ ensure_progress() }}
    create temporary table taken_input (
        input_slug text, taken_until timestamptz
    ) on commit drop;
    {% if not is_incremental() -%}
    {{ forget_changes('journey') }}
    {%- else -%}
    create temporary table changed_feedback on commit drop as
    {{ followed_changes('feedback') }};
    analyze changed_feedback;

    create temporary table changed_case on commit drop as
    select row_key as case_id from ({{ followed_changes('case') }}) as changed;
    analyze changed_case;

    create temporary table redone_customer on commit drop as
    select changed.row_key as customer_key
    from ({{ followed_changes('touch') }}) as changed
    union
    {{ followed_changes('order') }}
    union
    select facts.customer_key
    from {{ ref('fct_feedback') }} as facts
    inner join changed_feedback
        on facts.feedback_key = changed_feedback.row_key
    where {{ is_complaint('facts') }}
    union
    select facts.customer_key
    from {{ this }} as facts
    inner join changed_feedback
        on facts.complaint_feedback_key = changed_feedback.row_key
    union
    select {{ crm_key('cases.customer_id') }}
    from {{ cases }} as cases
    inner join changed_case
        on cases.case_id = changed_case.case_id
    where cases.customer_id is not null
    {% for column in ['complaint_case_id', 'resolved_case_id'] -%}
    union
    select facts.customer_key
    from {{ this }} as facts
    inner join changed_case
        on facts.{{ column }} = changed_case.case_id
    {% endfor -%}
    ;
    analyze redone_customer;

    create temporary table replaced_journey on commit drop as
    {{ journeys_made_anew() }};
    delete from {{ this }} as facts
    using redone_customer
    where facts.customer_key = redone_customer.customer_key;
    {%- endif %}
{%- endmacro %}

{# Post-hook: note the customers (`journey`) of whom a journey came, went or says
   something else. Most are made anew only because their customer did something that is
   no part of one. #}
{% macro note_changed_journeys() -%}
    {% if is_incremental() -%}
    create temporary table replacing_journey on commit drop as
    {{ journeys_made_anew() }};
    {{ note_changes('journey', "
        select customer_key as row_key
        from (" ~ rows_that_differ('replaced_journey', 'replacing_journey', [
            'campaign_key', 'customer_key', 'amount_cny', 'is_order_after_click',
            'seen_at', 'clicked_at', 'ordered_at', 'complained_at', 'resolved_at',
            'bought_again_at',
        ]) ~ ") as changed_journey
    ") }}
    {%- endif %}
{%- endmacro %}

{% macro journeys_made_anew() -%}
    select facts.*
    from {{ this }} as facts
    inner join redone_customer
        on facts.customer_key = redone_customer.customer_key
{%- endmacro %}

{# Does a customer complain about us in this feedback? #}
{% macro is_complaint(facts) -%}
    {{ facts }}.subject_slug = 'us'
    and {{ facts }}.is_relevant
    and {{ facts }}.sentiment_label = 'negative'
    and {{ facts }}.customer_key is not null
{%- endmacro %}
