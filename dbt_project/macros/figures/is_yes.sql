{# True for `yes` in a seed, however the seed's column is typed. #}
{% macro is_yes(column) -%}
    lower(cast({{ column }} as {{ dbt.type_string() }})) in ('yes', 'true')
{%- endmacro %}
