{# How much a breakpoint hurts: lift x mean intensity x customers x spend factor, a
   number to rank by, without a unit. The spend factor is log10(10 + yuan): 1 when no
   order is named, 5 at 100 000 yuan, so that one big order does not outweigh a thousand
   people. A pair whose lift could not be tested counts as lift 1: neither more nor less
   than chance. #}
{% macro breakpoint_severity(lift, intensity, customers, amount_cny) -%}
    round(
        (
            coalesce({{ lift }}, 1) * coalesce({{ intensity }}, 1) * {{ customers }}
            * log(10 + {{ amount_cny }})
        )::numeric, 2
    )::double precision
{%- endmacro %}
