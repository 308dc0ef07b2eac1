{# The different texts of a group, sorted, with '; ' between: an aggregate. #}
{% macro joined(text) -%}
    {{ return(adapter.dispatch('joined')(text)) }}
{%- endmacro %}

{% macro default__joined(text) -%}
    string_agg(distinct {{ text }}, '; ' order by {{ text }})
{%- endmacro %}

{% macro spark__joined(text) -%}
    nullif(array_join(sort_array(collect_set({{ text }})), '; '), '')
{%- endmacro %}

{# A column whose name is a keyword, as the engine quotes it. #}
{% macro quoted(column) -%}
    {{ adapter.quote(column) }}
{%- endmacro %}

{# Every place of a text that a pattern finds, replaced. Patterns keep to what RE2 and Java both read. #}
{% macro replace_every(text, pattern, by) -%}
    {{ return(adapter.dispatch('replace_every')(text, pattern, by)) }}
{%- endmacro %}

{% macro default__replace_every(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g')
{%- endmacro %}

{% macro spark__replace_every(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}')
{%- endmacro %}
