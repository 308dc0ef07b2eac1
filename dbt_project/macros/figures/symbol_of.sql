{# The symbol that stands for a row without a figure: c (withheld) before x (not available) before
   z (not applicable), where its columns hold several. Null where there is none. #}
{% macro symbol_of(columns) -%}
    case
        {% for symbol in ['c', 'x', 'z'] %}
            when '{{ symbol }}' in ({% for column in columns %}
                coalesce({{ column }}_symbol, ''){% if not loop.last %}, {% endif %}
            {% endfor %}) then '{{ symbol }}'
        {% endfor %}
    end
{%- endmacro %}
