{# True for a cell with too few voices to show, and for the next smallest cells of its
   `family` (columns) until together they have enough: the family's total less the
   others tells only what they have in common. A cell without voices has nothing to hide.

   A window expression. tie: columns that order cells of the same size, so that the same
   rows give the same cells every night. This is secondary suppression by size within
   one total (Hundepool et al. 2012, Statistical Disclosure Control), not the least loss
   over a table of many dimensions. #}
{% macro needs_cover(voices, family, tie) -%}
    (
        {{ voices }} > 0
        and {{ is_suppressed(
            'min(' ~ voices ~ ') filter (where ' ~ voices ~ ' > 0) over (partition by '
            ~ family ~ ')'
        ) }}
        and {{ is_suppressed(
            'least(' ~ voices ~ ', coalesce(sum(' ~ voices ~ ') over (partition by '
            ~ family ~ ' order by ' ~ voices ~ ' asc, ' ~ tie
            ~ ' asc rows between unbounded preceding and 1 preceding), 0))'
        ) }}
    )
{%- endmacro %}
