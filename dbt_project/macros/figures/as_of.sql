{# True for what had happened by the moment the facts are asked for (the variable `as_of`). #}
{% macro known_by_then(moment) -%}
    {%- if var('as_of', none) -%}
        {{ moment }} <= cast('{{ var("as_of") }}' as timestamp)
    {%- else -%}
        {{ moment }} is not null
    {%- endif -%}
{%- endmacro %}
