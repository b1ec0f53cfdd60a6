{# Pre-hook of fct_order_item: find the lines to make anew and forget them: those that
   came or changed, those of orders that were made anew or went, and those of products
   that have arrived since. #}
{% macro begin_order_items() -%}
    {%- set items = ref('stg_crm__order_items') -%}
    {%- set records = {'products': ref('stg_crm__products')} -%}
    {{ ensure_progress() }}
    {{ note_inputs(dict(records, order_items=items)) }}
    {% if is_incremental() -%}
    create temporary table changed_order on commit drop as
    {{ followed_changes('order_id') }};
    analyze changed_order;

    create temporary table redone_item on commit drop as
    select order_item_id from {{ items }}
    where {{ not_yet_taken('order_items', 'loaded_at') }}
    union
    -- lines that came before their order
    select items.order_item_id
    from {{ items }} as items
    inner join changed_order
        on items.order_id = changed_order.row_key
    union
    select facts.order_item_id
    from {{ this }} as facts
    inner join changed_order
        on facts.order_id = changed_order.row_key
    union
    {{ facts_that_wait('order_item_id', records) }};
    analyze redone_item;
    delete from {{ this }} as facts
    using redone_item
    where facts.order_item_id = redone_item.order_item_id;
    {%- endif %}
{%- endmacro %}
