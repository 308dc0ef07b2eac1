{# A figure's rating, where it can have one: of the board's own area, of all partners that owe it,
   and of a count only the whole (all categories), since a part of it is no nearer to its target. #}
{% macro rating(value, target, amber_limit, polarity, is_own_area, form, is_whole, is_complete, is_whole_period) -%}
    case
        when not {{ is_own_area }} or not {{ is_whole_period }} then 'not rated'
        when not {{ is_complete }} or ({{ form }} = 'count' and not {{ is_whole }}) then 'not rated'
        else {{ target_rating(value, target, amber_limit, polarity) }}
    end
{%- endmacro %}

{# Why a figure is not rated; null where it is. #}
{% macro rating_reason(value, target, polarity, is_own_area, form, is_whole, is_complete, is_whole_period, state) -%}
    case
        when not {{ is_own_area }} then 'another area'
        when {{ target }} is null or {{ polarity }} not in ('higher', 'lower')
            then {{ target_rating_reason(value, target, polarity) }}
        when {{ state }} <> 'shown' then {{ state }}
        when not {{ is_whole_period }} then 'a month is missing'
        when {{ form }} = 'count' and not {{ is_whole }} then 'a part of a count has no target'
        when not {{ is_complete }} then 'partners are missing'
        else {{ target_rating_reason(value, target, polarity) }}
    end
{%- endmacro %}
