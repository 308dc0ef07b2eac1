{# What there is in a cell before disclosure control looks at it. `figure` where there is one. #}
{% macro cell_state(came, value, symbol) -%}
    case
        when not ({{ came }}) then 'not received'
        when {{ value }} is not null then 'figure'
        when {{ symbol }} = 'c' then 'withheld'
        when {{ symbol }} = 'z' then 'not applicable'
        else 'not available'
    end
{%- endmacro %}
