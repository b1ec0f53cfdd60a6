{# What data tests look at. In a night they look at what was loaded, or made anew, since
   the last night of this week in which the same tests ran to their end, and once a week
   at everything: what stood before, those nights have tested. A build by hand looks at
   everything too. Asked for by `where` (dbt_project.yml):

   loaded_since_tested    records that were loaded since, of models with loaded_at
   changed_since_tested   facts that were made anew since, of models that follow feedback
   not_tested_this_week   everything, unless such a night of this week has seen it #}
{% macro postgres__get_where_subquery(relation) -%}
    {%- set where = config.get('where') -%}
    {%- if where == 'loaded_since_tested' -%}
        {%- set where = loaded_since_tested() -%}
    {%- elif where == 'changed_since_tested' -%}
        {%- set where = changed_since_tested(relation.identifier) -%}
    {%- elif where == 'not_tested_this_week' -%}
        {%- set where = not_tested_this_week() -%}
    {%- endif -%}
    {%- if where -%}
        {%- do return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') as tested') -%}
    {%- else -%}
        {%- do return(relation) -%}
    {%- endif -%}
{%- endmacro %}

{% macro loaded_since_tested() -%}
    {%- set since = tested_since() -%}
    {{ return("loaded_at >= '" ~ since ~ "'::timestamptz" if since else 'true') }}
{%- endmacro %}

{% macro changed_since_tested(model_name) -%}
    {%- set following = ['fct_feedback', 'fct_opinion_unit', 'fct_survey_response'] -%}
    {%- set since = tested_since(model_name) if model_name in following -%}
    {{ return(
        "feedback_key in (select row_key from " ~ fact_changes()
        ~ " where fact_name = 'feedback' and changed_at >= '" ~ since ~ "'::timestamptz)"
        if since else 'true'
    ) }}
{%- endmacro %}

{% macro not_tested_this_week() -%}
    {{ return('false' if tested_since() else 'true') }}
{%- endmacro %}

{# When the tests that still hold began; none where everything is to be tested: a model
   that was built in full since the night ended (the night that does so itself tests it
   after that). As a literal, so that the planner sees how little is newer. Transactions
   that began earlier may have committed later, therefore the overlap. #}
{% macro tested_since(model_name=none) -%}
    {#- asked for only when running, as in `record_stage` -#}
    {%- set run_id = env_var('VOC_RUN_ID', '') if execute -%}
    {%- set stage = env_var('VOC_STAGE', '') if run_id -%}
    {%- if not stage or flags.WHICH != 'build' -%}{{ return(none) }}{%- endif -%}
    {%- set found = run_query(
        "select max(started_at) - interval '" ~ var('incremental_overlap') ~ "'"
        ~ " from ops.stage_runs where stage = '" ~ stage ~ "' and status = 'success'"
        ~ " and date_trunc('week', started_at at time zone '" ~ var('time_zone') ~ "')"
        ~ " = date_trunc('week', now() at time zone '" ~ var('time_zone') ~ "')"
        ~ (
            " and ended_at > coalesce((select max(taken_until) from " ~ progress_table()
            ~ " where model_name = '" ~ model_name
            ~ "' and input_slug = 'built_in_full'), '-infinity')" if model_name else ""
        )
    ) -%}
    {{ return(found.rows[0][0]) }}
{%- endmacro %}
