{# The small parts that the statistics share. #}

{# The expression as a double, in brackets, so that whole numbers never divide as whole numbers. #}
{% macro as_double(expression) -%}
(cast(({{ expression }}) as double))
{%- endmacro %}


{# True where there is no number: null, or the "not a number" that some sums give. #}
{% macro is_missing(expression) -%}
(({{ expression }}) is null or isnan({{ as_double(expression) }}))
{%- endmacro %}


{# How near two numbers must be to count as equal: a thousand-millionth of `scale`, and never
    less than that of 1. Arithmetic on doubles is exact to about sixteen figures, so this forgives
    the computer's rounding (0.1 + 0.2 against 0.3) and no difference that anyone could report. #}
{% macro equality_margin(scale) -%}
(0.000000001 * greatest(1.0, abs({{ as_double(scale) }})))
{%- endmacro %}


{# The two-sided normal quantile of a level of confidence. Levels in use only, so that a typing
    slip stops the build. Checked against scipy.stats.norm in tests/statistics. #}
{% macro normal_quantile(level) -%}
{%- if level == 0.95 -%}1.959963984540054
{%- elif level == 0.998 -%}3.090232306167813
{%- else -%}
{{ exceptions.raise_compiler_error("The levels of confidence in use are 0.95 and 0.998, not " ~ level) }}
{%- endif -%}
{%- endmacro %}


{# A count as a rounding rule shows it: to the nearest `rounding` (an expression; null or 0: as it is). #}
{% macro rounded_count(count, rounding) -%}
(case
    when coalesce({{ rounding }}, 0) <= 0 then {{ as_double(count) }}
    else round({{ as_double(count) }} / ({{ rounding }})) * ({{ rounding }})
end)
{%- endmacro %}
