{# What to ask a partner for; null where there is nothing to ask. #}
{% macro ask(state, open_queries) -%}
    case
        when {{ state }} = 'overdue' then 'send the return'
        when {{ state }} = 'refused' then 'send a file that can be read'
        when {{ state }} = 'needs correction' then 'correct what was found and send it again'
        when coalesce({{ open_queries }}, 0) > 0 then 'explain the open queries'
    end
{%- endmacro %}
