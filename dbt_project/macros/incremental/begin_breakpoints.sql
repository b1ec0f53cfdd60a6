{# Pre-hook of fct_breakpoint: find the feedback to look at anew and forget its rows: what
   fct_feedback made anew, of which a case changed, whose call changed, or of which a case
   was handed on by or to a team that changed its department. #}
{% macro begin_breakpoints() -%}
    {{ begin_following(
        ['feedback', 'case_feedback', 'call_feedback'], 'feedback_key', delete_rows=false
    ) }}
    {% if not is_incremental() -%}
    -- nobody else follows teams
    {{ forget_changes('team') }}
    {%- else -%}
    insert into redone_row
    select cases.feedback_key
    from {{ ref('fct_case_event') }} as case_events
    inner join {{ ref('fct_case') }} as cases
        on case_events.case_id = cases.case_id
    inner join ({{ followed_changes('team') }}) as changed
        on changed.row_key in (case_events.from_team_id, case_events.to_team_id)
    where
        case_events.event_kind = 'transferred'
        and cases.feedback_key is not null;
    delete from {{ this }} as facts
    using redone_row
    where facts.feedback_key = redone_row.row_key;
    {%- endif %}
{%- endmacro %}

{# Pre-hook of dim_team, a table that is made anew as a whole: keep what it said. #}
{% macro begin_teams() -%}
    {{ ensure_progress() }}
    create temporary table replaced_team on commit drop as
    {% if load_relation(this) -%}
    select team_id, department_slug from {{ this }}
    {%- else -%}
    select null::text as team_id, null::text as department_slug where false
    {%- endif %}
{%- endmacro %}

{# Post-hook of dim_team: note the teams (`team`) that came, went or changed their
   department. #}
{% macro note_changed_teams() -%}
    {{ note_changes('team', "
        select coalesce(teams.team_id, replaced_team.team_id) as row_key
        from " ~ this ~ " as teams
        full outer join replaced_team
            on teams.team_id = replaced_team.team_id
        where
            teams.department_slug is distinct from replaced_team.department_slug
    ") }}
{%- endmacro %}
