{# Intervals of confidence for proportions and rates.

    Source: Office for Health Improvement and Disparities, "Technical guide: confidence intervals";
    Wilson (1927) J. Am. Stat. Assoc. 22:209-212; Newcombe (1998) Stat. Med. 17:857-872; Breslow and
    Day (1987) volume II p. 69 for Byar's approximation. docs/method/intervals.md says more.

    Grouped data are summed first and the interval taken of the sums.
    What is not a figure (missing, n <= 0, x < 0, for a proportion x > n) has no interval: null. #}

{# Lower end, 0 to 1, of Wilson's score interval of the proportion x / n. #}
{% macro wilson_lower(x, n, level=0.95) -%}
{{ wilson_end(x, n, level, '-') }}
{%- endmacro %}


{# Upper end, 0 to 1, of Wilson's score interval of the proportion x / n. #}
{% macro wilson_upper(x, n, level=0.95) -%}
{{ wilson_end(x, n, level, '+') }}
{%- endmacro %}


{% macro wilson_end(x, n, level, sign) -%}
{%- set z = normal_quantile(level) -%}
{%- set x_ = as_double(x) -%}
{%- set n_ = as_double(n) -%}
(case
    when {{ is_missing(x) }} or {{ is_missing(n) }} then null
    when {{ n_ }} <= 0 or {{ x_ }} < 0 or {{ x_ }} > {{ n_ }} then null
    {# Exactly, where the formula gives 0 or 1 but for the computer's rounding. #}
    {% if sign == '-' %}when {{ x_ }} = 0 then cast(0 as double){% else %}when {{ x_ }} = {{ n_ }} then cast(1 as double){% endif %}
    else least(1.0, greatest(0.0,
        (2 * {{ x_ }} + {{ z }} * {{ z }}
            {{ sign }} {{ z }} * sqrt({{ z }} * {{ z }} + 4 * {{ x_ }} * (1 - {{ x_ }} / {{ n_ }})))
        / (2 * ({{ n_ }} + {{ z }} * {{ z }}))
    ))
end)
{%- endmacro %}


{# Lower end, per 1, of the interval of the rate x / n: Byar from ten events, exact Poisson below.
    A count that is no whole number has no exact limit below ten: null. #}
{% macro rate_lower(x, n, level=0.95) -%}
{%- set z = normal_quantile(level) -%}
{%- set x_ = as_double(x) -%}
{%- set n_ = as_double(n) -%}
(case
    when {{ is_missing(x) }} or {{ is_missing(n) }} then null
    when {{ n_ }} <= 0 or {{ x_ }} < 0 then null
    when {{ x_ }} >= 10
        then {{ x_ }} * power(1 - 1 / (9 * {{ x_ }}) - {{ z }} / (3 * sqrt({{ x_ }})), 3) / {{ n_ }}
    else {{ exact_poisson(x_, 'lower', level) }} / {{ n_ }}
end)
{%- endmacro %}


{# Upper end, per 1, of the interval of the rate x / n: Byar from ten events, exact Poisson below. #}
{% macro rate_upper(x, n, level=0.95) -%}
{%- set z = normal_quantile(level) -%}
{%- set x_ = as_double(x) -%}
{%- set n_ = as_double(n) -%}
(case
    when {{ is_missing(x) }} or {{ is_missing(n) }} then null
    when {{ n_ }} <= 0 or {{ x_ }} < 0 then null
    when {{ x_ }} >= 10
        then ({{ x_ }} + 1)
            * power(1 - 1 / (9 * ({{ x_ }} + 1)) + {{ z }} / (3 * sqrt({{ x_ }} + 1)), 3) / {{ n_ }}
    else {{ exact_poisson(x_, 'upper', level) }} / {{ n_ }}
end)
{%- endmacro %}


{# The exact Poisson limits of 0 to 9 events: half the chi-squared quantiles, (alpha/2, 2x) and
    (1 - alpha/2, 2x + 2). DuckDB has no such quantile, so here they stand as numbers; the test
    reckons each again with scipy.stats.chi2. Garwood (1936) Biometrika 28:437-442. #}
{% macro exact_poisson(x, end, level) -%}
{%- set limits = {
    (0.95, 'lower'): [
        0.000000000000, 0.025317807984, 0.242209278544, 0.618672122896, 1.089865373626,
        1.623486390118, 2.201894253491, 2.814363051520, 3.453832176749, 4.115373097378,
    ],
    (0.95, 'upper'): [
        3.688879454114, 5.571643390939, 7.224687667724, 8.767273069742, 10.241588675404,
        11.668332079323, 13.059474022519, 14.422675361702, 15.763189220193, 17.084803451419,
    ],
    (0.998, 'lower'): [
        0.000000000000, 0.001000500334, 0.045402017769, 0.190533377568, 0.428552413628,
        0.739371731918, 1.107104660256, 1.520336260399, 1.970813921740, 2.452424404364,
    ],
    (0.998, 'upper'): [
        6.907755278982, 9.233413476452, 11.228872242413, 13.062240779188, 14.794149222537,
        16.454745203680, 18.061636840199, 19.626177395384, 21.156198165840, 22.657373309063,
    ],
} -%}
(case {{ x }}
    {%- for limit in limits[(level, end)] %}
    when {{ loop.index0 }} then cast({{ limit }} as double)
    {%- endfor %}
end)
{%- endmacro %}
