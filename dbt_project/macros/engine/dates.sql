{# Where engines spell a date differently. Each takes SQL expressions and gives one. #}

{# The date so many days after a date. #}
{% macro days_after(date, days) -%}
    {{ return(adapter.dispatch('days_after')(date, days)) }}
{%- endmacro %}

{% macro default__days_after(date, days) -%}
    cast({{ date }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{% macro spark__days_after(date, days) -%}
    date_add({{ date }}, cast({{ days }} as integer))
{%- endmacro %}

{# Whole days from one date to a later one; negative where it is earlier. #}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    cast({{ later }} - {{ earlier }} as integer)
{%- endmacro %}

{% macro spark__days_between(earlier, later) -%}
    datediff({{ later }}, {{ earlier }})
{%- endmacro %}

{# The day in the United Kingdom at a moment in UTC: a return sent at 23:30 UTC in July came
   on the next day. #}
{% macro uk_date(moment) -%}
    {{ return(adapter.dispatch('uk_date')(moment)) }}
{%- endmacro %}

{% macro default__uk_date(moment) -%}
    cast(({{ moment }} at time zone 'UTC') at time zone 'Europe/London' as date)
{%- endmacro %}

{% macro spark__uk_date(moment) -%}
    cast(from_utc_timestamp({{ moment }}, 'Europe/London') as date)
{%- endmacro %}

{# The last day of the month that a date lies in. #}
{% macro last_day_of_month(date) -%}
    last_day({{ date }})
{%- endmacro %}
