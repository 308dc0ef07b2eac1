{# How an obligation stands. What was accepted stands; else what was excused; else what became of
   the newest try; else whether it is due. A return accepted without a row is a nil return. #}
{% macro obligation_state(has_current, outcome, standing, rows_used, is_excused, due_on, today) -%}
    case
        when {{ has_current }} and {{ rows_used }} = 0 then 'nil'
        when {{ has_current }} then {{ outcome }}
        when {{ is_excused }} then 'excused'
        when {{ standing }} = 'not accepted' then {{ outcome }}
        when {{ today }} > {{ due_on }} then 'overdue'
        else 'not due'
    end
{%- endmacro %}

{# Days after the due date: of the first accepted return, or until today where there is none. A
   try that was not accepted does not stop the clock. Nought in time; null where excused. #}
{% macro days_late(accepted_on, is_excused, due_on, today) -%}
    case
        when {{ accepted_on }} is null and {{ is_excused }} then null
        else cast(greatest(
            {{ days_between(due_on, "coalesce(" ~ accepted_on ~ ", " ~ today ~ ")") }}, 0
        ) as int)
    end
{%- endmacro %}
