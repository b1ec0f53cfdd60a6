{#- True where one department's promise was broken by another: the customer says so, or
    complains about the other department right behind the quoted promise (「导购说上门
    免费，师傅张口就要一百」). Both are rows with promise_seq, breach_seq and
    complaint_seq of one feedback. #}
{%- macro is_promise_broken(promising, other) -%}
    coalesce(
        {{ promising }}.promise_seq is not null
        and (
            {{ other }}.breach_seq is not null
            or {{ other }}.complaint_seq = {{ promising }}.promise_seq + 1
        ),
        false
    )
{%- endmacro %}
