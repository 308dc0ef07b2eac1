{# How much a measure asks for the board's attention: 1 most, 9 not at all. The order is our
   choice: what is off target and getting worse comes first, what cannot be read at all before
   what is merely close. #}
{% macro attention_level(state, rating, variation, assurance, direction) -%}
    case
        when {{ rating }} = 'off target' and {{ variation }} in ('concern high', 'concern low') then 1
        when {{ rating }} = 'off target' and {{ direction }} = 'worse' then 2
        when {{ assurance }} = 'consistently failing' then 3
        when {{ rating }} = 'off target' then 4
        when {{ variation }} in ('concern high', 'concern low') then 5
        when {{ direction }} = 'worse' then 6
        when {{ state }} = 'not received' then 7
        when {{ rating }} = 'close to target' then 8
        else 9
    end
{%- endmacro %}

{# What the figures signal, of the latest point's variation and the trend of five years: a signal of
   the latest point; where it gives none, one of the trend, which may be slower than any limits
   can tell; where neither signals, that one of them could be read. #}
{% macro reading_of(variation, recent_trend) -%}
    coalesce(
        nullif({{ variation }}, 'common cause'),
        nullif({{ reading_of_trend(recent_trend) }}, 'common cause'),
        {{ variation }},
        {{ reading_of_trend(recent_trend) }}
    )
{%- endmacro %}

{# What a trend of five years signals, in the words of a variation. #}
{% macro reading_of_trend(recent_trend) -%}
    case {{ recent_trend }}
        when 'increasing and getting better' then 'improvement high'
        when 'increasing and getting worse' then 'concern high'
        when 'increasing' then 'neutral high'
        when 'decreasing and getting better' then 'improvement low'
        when 'decreasing and getting worse' then 'concern low'
        when 'decreasing' then 'neutral low'
        when 'no significant change' then 'common cause'
    end
{%- endmacro %}

{# The same in words; null where nothing asks for attention. #}
{% macro attention_reason(level) -%}
    case {{ level }}
        when 1 then 'off target, and a signal of concern'
        when 2 then 'off target, and worse than before'
        when 3 then 'will keep missing its target without change'
        when 4 then 'off target'
        when 5 then 'a signal of concern'
        when 6 then 'worse than before'
        when 7 then 'not received'
        when 8 then 'close to target'
    end
{%- endmacro %}
