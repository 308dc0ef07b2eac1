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
        when {{ is_lacking(state) }} then 7
        when {{ rating }} = 'close to target' then 8
        else 9
    end
{%- endmacro %}

{# What the figures signal, of the latest point's variation, the trend of five years and the step from
   the period before: a signal of the latest point; where it gives none, one of the trend, which may
   be slower than any limits can tell; where the history gives no limits, one of the step, as of a
   fall after figures that were all the same; else that one of them could be read. #}
{% macro reading_of(variation, recent_trend, direction, value, previous_value) -%}
    coalesce(
        nullif({{ variation }}, 'common cause'),
        nullif({{ reading_of_trend(recent_trend) }}, 'common cause'),
        case
            when {{ variation }} is null
                then {{ reading_of_step(direction, value, previous_value) }}
        end,
        {{ variation }},
        {{ reading_of_trend(recent_trend) }}
    )
{%- endmacro %}

{# What a reading is read from, in the same order; null where nothing can be read. #}
{% macro read_from(variation, recent_trend, direction) -%}
    case
        when {{ variation }} <> 'common cause' then 'process control'
        when {{ reading_of_trend(recent_trend) }} <> 'common cause' then 'trend'
        when {{ variation }} is not null then 'process control'
        when {{ direction }} in ('better', 'worse', 'higher', 'lower') then 'period before'
        when {{ reading_of_trend(recent_trend) }} is not null then 'trend'
    end
{%- endmacro %}

{# What a step beyond chance signals, in the words of a variation; null where there is none. #}
{% macro reading_of_step(direction, value, previous_value) -%}
    case
        {% for said, signal in [
            ('better', 'improvement'), ('worse', 'concern'),
            ('higher', 'neutral'), ('lower', 'neutral')
        ] %}
            when {{ direction }} = '{{ said }}' and {{ value }} > {{ previous_value }}
                then '{{ signal }} high'
            when {{ direction }} = '{{ said }}' then '{{ signal }} low'
        {% endfor %}
    end
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
        when 7 then 'no figure came'
        when 8 then 'close to target'
    end
{%- endmacro %}
