{# Pre-hook of fct_order: find the orders to make anew, forget them, and tell the
   facts that count what a customer had bought (`order`: by customer), and those that
   follow an order (`order_id`). An order that moves from one
   customer to another concerns both. #}
{% macro begin_orders() -%}
    {%- set orders = ref('stg_crm__orders') -%}
    {%- set records = {
        'customers': ref('stg_crm__customers'),
        'stores': ref('stg_crm__stores'),
        'products': ref('stg_crm__products'),
    } -%}
    {{ ensure_progress() }}
    {{ note_inputs(dict(records, orders=orders)) }}
    {% if not is_incremental() -%}
    {{ forget_changes('order') }}
    {{ forget_changes('order_id') }}
    {%- else -%}
    create temporary table named_order on commit drop as
    select order_id from {{ orders }}
    where {{ not_yet_taken('orders', 'loaded_at') }}
    union
    select order_id from {{ this }}
    where store_key in (
        select {{ crm_key('store_id') }} from {{ records.stores }}
        where {{ not_yet_taken('stores', 'loaded_at') }}
    )
    union
    {{ facts_that_wait('order_id', records) }};
    analyze named_order;

    -- with the first order that came, changed or went: nothing before it says something
    -- else
    create temporary table touched_customer on commit drop as
    select
        customer_key,
        min(coalesce(ordered_at, '-infinity')) as since
    from (
        select
            {{ crm_key('orders.customer_id') }} as customer_key,
            orders.ordered_at
        from {{ orders }} as orders
        inner join named_order
            on orders.order_id = named_order.order_id
        where orders.customer_id is not null
        union all
        select
            facts.customer_key,
            facts.ordered_at
        from {{ this }} as facts
        inner join named_order
            on facts.order_id = named_order.order_id
        where facts.customer_key is not null
        union all
        select
            {{ crm_key('customer_id') }} as customer_key,
            null as ordered_at
        from {{ records.customers }}
        where {{ not_yet_taken('customers', 'loaded_at') }}
    ) as touched
    group by customer_key;
    analyze touched_customer;

    create temporary table redone_order on commit drop as
    select order_id from named_order
    union
    select facts.order_id
    from {{ this }} as facts
    inner join touched_customer
        on facts.customer_key = touched_customer.customer_key;
    analyze redone_order;

    {{ note_changes(
        'order', 'select customer_key as row_key, since from touched_customer', 'since'
    ) }}
    {{ note_changes('order_id', 'select order_id as row_key from redone_order') }}
    delete from {{ this }} as facts
    using redone_order
    where facts.order_id = redone_order.order_id;
    {%- endif %}
{%- endmacro %}

{# Facts of this model that name a record which the dimensions did not know and
   which has arrived since. `records`: input slug -> staging relation. #}
{% macro facts_that_wait(columns, records) -%}
    select {{ columns }} from {{ this }}
    where unresolved_keys && array(
        {%- for slug, relation in records.items() %}
        select {{ crm_key(slug[:-1] ~ '_id') }} from {{ relation }}
        where {{ not_yet_taken(slug, 'loaded_at') }}
        {{ "union all" if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
