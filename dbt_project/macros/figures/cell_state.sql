{# What there is in a cell before disclosure control looks at it: `figure` where there is one; where
   nothing came, what became of the return that it was owed in. #}
{% macro cell_state(came, value, symbol, obligation_state, is_withdrawn='false') -%}
    case
        when {{ value }} is not null then 'figure'
        when not ({{ came }})
            then
                case
                    when {{ obligation_state }} in ('accepted', 'accepted with queries')
                        then 'not in the return'
                    when {{ obligation_state }} = 'nil' then 'nil return'
                    when {{ obligation_state }} in ('refused', 'needs correction')
                        then 'not accepted'
                    when {{ is_withdrawn }} then 'withdrawn'
                    when {{ obligation_state }} in ('excused', 'not due') then {{ obligation_state }}
                    else 'not received'
                end
        when {{ symbol }} = 'c' then 'withheld'
        when {{ symbol }} = 'z' then 'not applicable'
        else 'not available'
    end
{%- endmacro %}

{# Whether nothing came in a cell, for whatever reason. #}
{% macro nothing_came(state) -%}
    {{ state }} in (
        'not received', 'withdrawn', 'not accepted', 'not in the return', 'nil return', 'excused',
        'not due'
    )
{%- endmacro %}

{# Whether nothing came though a figure was owed: no nil return, no excuse, and the day is past. #}
{% macro is_lacking(state) -%}
    {{ state }} in ('not received', 'withdrawn', 'not accepted', 'not in the return')
{%- endmacro %}
