{# True where a quarter lies between two bounds, both included; an empty bound is none. #}
{% macro in_use(quarter, first_quarter, last_quarter) -%}
    ({{ first_quarter }} is null or {{ first_quarter }} <= {{ quarter }})
    and ({{ last_quarter }} is null or {{ quarter }} <= {{ last_quarter }})
{%- endmacro %}

{# True where a quarter is one of those named (`Q2 Q4`); empty names all four. #}
{% macro in_quarters(quarter, quarters) -%}
    ({{ quarters }} is null or {{ quarters }} like concat('%', substring({{ quarter }}, 9, 2), '%'))
{%- endmacro %}
