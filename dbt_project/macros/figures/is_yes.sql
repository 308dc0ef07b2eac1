{# True for `yes` in a seed, however the seed's column is typed. #}
{% macro is_yes(column) -%}
    lower(cast({{ column }} as string)) in ('yes', 'true')
{%- endmacro %}
