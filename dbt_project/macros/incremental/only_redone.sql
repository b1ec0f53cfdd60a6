{# On an ordinary night: of a relation, only the rows that the model's pre-hook found to
   be made anew. `keys`: column of the relation -> column of the temporary table, the most
   telling one last. That one is also compared with an array (`through_views`): PostgreSQL
   pushes such a condition through views and unions down to the index of the raw table, a
   join not. For a table it is better left out: PostgreSQL takes the array for ten rows,
   however many they are, and plans what follows for so many. #}
{% macro only_redone(relation, redone, keys, through_views=true) -%}
    {%- if is_incremental() -%}
        {%- set ours = [] -%}
        {%- for column in keys -%}
            {%- do ours.append(relation ~ "." ~ column) -%}
        {%- endfor -%}
        {%- set theirs = keys.values() | list -%}
        ({{ ours | join(", ") }}) in (select {{ theirs | join(", ") }} from {{ redone }})
        {% if through_views -%}
        and {{ ours[-1] }} = any(array(select {{ theirs[-1] }} from {{ redone }}))
        {%- endif -%}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
