{# Comparing a figure: with a benchmark, a target, an earlier period, its peers.

    The words are those of docs/contracts.md section 7. `polarity` is an expression that gives
    'higher' (high is good), 'lower' or 'none'; what is neither of the first two counts as none. #}

{# Better, similar, worse, higher, lower or not compared, by Fingertips' usual method: a benchmark
    inside the interval, ends included, is similar. Anything missing is never "similar".
    Source: OHID, Fingertips, "Comparing with benchmarks". #}
{% macro compare_with_benchmark(lower, upper, benchmark, polarity) -%}
(case
    when {{ is_missing(lower) }} or {{ is_missing(upper) }} or {{ is_missing(benchmark) }}
        then 'not compared'
    when ({{ lower }}) > ({{ upper }}) then 'not compared'
    when ({{ lower }}) > ({{ benchmark }}) then {{ word_for_side('high', polarity) }}
    when ({{ upper }}) < ({{ benchmark }}) then {{ word_for_side('low', polarity) }}
    else 'similar'
end)
{%- endmacro %}


{# Better or worse where there is a polarity, higher or lower where there is none. #}
{% macro word_for_side(side, polarity) -%}
(case ({{ polarity }})
    when 'higher' then '{{ "better" if side == "high" else "worse" }}'
    when 'lower' then '{{ "worse" if side == "high" else "better" }}'
    else '{{ "higher" if side == "high" else "lower" }}'
end)
{%- endmacro %}


{# On target, close to target, off target or not rated, from the unrounded value. The boundary is
    on the better side. No amber limit: there is no "close". A value equal to the boundary but for
    the computer's rounding is on it. #}
{% macro target_rating(value, target, amber_limit, polarity) -%}
(case
    when {{ is_missing(value) }} or {{ is_missing(target) }} then 'not rated'
    when ({{ polarity }}) = 'higher' then
        case
            when {{ reaches(value, target) }} then 'on target'
            when not {{ is_missing(amber_limit) }} and {{ reaches(value, amber_limit) }}
                then 'close to target'
            else 'off target'
        end
    when ({{ polarity }}) = 'lower' then
        case
            when {{ reaches(target, value) }} then 'on target'
            when not {{ is_missing(amber_limit) }} and {{ reaches(amber_limit, value) }}
                then 'close to target'
            else 'off target'
        end
    else 'not rated'
end)
{%- endmacro %}


{# Why a figure is not rated; null where it is. #}
{% macro target_rating_reason(value, target, polarity) -%}
(case
    when {{ is_missing(target) }} then 'no target is set'
    when coalesce(({{ polarity }}), 'none') not in ('higher', 'lower')
        then 'neither high nor low is good'
    when {{ is_missing(value) }} then 'there is no figure'
end)
{%- endmacro %}


{# Whether a >= b, where equal but for the computer's rounding counts. #}
{% macro reaches(a, b) -%}
({{ as_double(a) }} >= {{ as_double(b) }} - {{ equality_margin(b) }})
{%- endmacro %}


{# Better, worse, higher, lower, no significant change or not compared: this period's interval
    against the earlier one's. Intervals that touch or overlap show no change. #}
{% macro direction_of_travel(lower, upper, previous_lower, previous_upper, polarity) -%}
(case
    when {{ is_missing(lower) }} or {{ is_missing(upper) }} then 'not compared'
    when {{ is_missing(previous_lower) }} or {{ is_missing(previous_upper) }} then 'not compared'
    when ({{ lower }}) > ({{ upper }}) or ({{ previous_lower }}) > ({{ previous_upper }})
        then 'not compared'
    when ({{ lower }}) > ({{ previous_upper }}) then {{ word_for_side('high', polarity) }}
    when ({{ upper }}) < ({{ previous_lower }}) then {{ word_for_side('low', polarity) }}
    else 'no significant change'
end)
{%- endmacro %}


{# Which list a measure is on: `country` is its comparison with the country (words of
    compare_with_benchmark), `sets` how many sets of peers the board has, `compared` how many of
    their averages it could be compared with, `worse` than how many it is worse.
    docs/method/comparison.md has the table. #}
{% macro comparison_list(country, sets, compared, worse) -%}
(case
    when ({{ country }}) = 'better' then 'performing well'
    when ({{ country }}) = 'similar' then 'similar to England'
    when ({{ country }}) = 'worse' then
        case
            when {{ sets }} = 0 then 'worse than England'
            when {{ compared }} < {{ sets }} then 'worse than England, peers incomplete'
            when {{ worse }} = {{ sets }} then 'performing poorly'
            when {{ worse }} > 0 then 'worse than average (1)'
            else 'worse than average (2)'
        end
    else 'not compared'
end)
{%- endmacro %}


{# The pooled average of an area's peers: the sum of counts over the sum of denominators, of the
    peers that have both, the area itself left out; none from fewer than two.

    `relation` has one row for each key, area and expected peer of it, figures missing where there
    are none. `keys` are the columns that say which average (a list: measure, period, peer set …),
    `area` the column of the area whose average it is, `peer` the peer's. Gives a query, one row for
    each key and area: the keys, `area`, `numerator`, `denominator`, `average` (per 1),
    `peers_used`, `peers_expected`. #}
{% macro peer_average(relation, keys, area, peer, numerator, denominator) -%}
with peer_average_rows as (
    select
        {% for key in keys %}{{ key }}, {% endfor %}{{ area }} as area,
        {{ as_double(numerator) }} as numerator,
        {{ as_double(denominator) }} as denominator,
        case
            when {{ is_missing(numerator) }} or {{ is_missing(denominator) }} then 0
            when {{ as_double(denominator) }} <= 0 or {{ as_double(numerator) }} < 0 then 0
            else 1
        end as is_used
    from {{ relation }}
    where {{ peer }} <> {{ area }}
),

pooled as (
    select
        {% for key in keys %}{{ key }}, {% endfor %}area,
        sum(case when is_used = 1 then numerator end) as numerator,
        sum(case when is_used = 1 then denominator end) as denominator,
        sum(is_used) as peers_used,
        count(*) as peers_expected
    from peer_average_rows
    group by {% for key in keys %}{{ key }}, {% endfor %}area
)

select
    {% for key in keys %}{{ key }}, {% endfor %}area,
    case when peers_used >= 2 then numerator end as numerator,
    case when peers_used >= 2 then denominator end as denominator,
    case when peers_used >= 2 then numerator / denominator end as average,
    cast(peers_used as integer) as peers_used,
    cast(peers_expected as integer) as peers_expected
from pooled
{%- endmacro %}
