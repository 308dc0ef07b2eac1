{# A quarter as keys have it, from how a sender wrote it: `2018-19 Q1` or `2018-19-Q1`. #}
{% macro quarter_key(quarter) -%}
    replace({{ quarter }}, ' ', '-')
{%- endmacro %}
