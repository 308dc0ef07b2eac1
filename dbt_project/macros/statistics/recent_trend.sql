{# The recent trend of a yearly series, as Fingertips has it: the latest five points.

    Source: OHID, Fingertips, "Recent trends": a chi-squared test at p = 0.002 (9.5495 with one
    degree of freedom); Armitage (1955) Biometrics 11:375-386 for proportions. docs/method/trend.md
    says how each step is done and which are our choice.

    `relation` has one row for each year of each series, years not overlapping, a missing figure
    being a row without one. Expressions over it: `series`, `period` (sorts by time), `form`
    ('proportion', else a weighted line is fitted), `numerator` and `denominator` (for proportions),
    `value`, `lower`, `upper` (95 % interval, in the value's unit; for all others), `polarity`.
    `years` is five; the examples in textbooks, which the tests hold it to, have other numbers.

    Gives a query, one row a series: series, points (of the latest five, with figures),
    first_period, last_period, chi_squared, slope (per year; of the logit for proportions),
    recent_trend ('increasing and getting better', 'increasing and getting worse', 'increasing',
    the same for decreasing, 'no significant change', 'cannot be calculated'), reason (why not). #}
{% macro recent_trend(relation, series, period, form, numerator, denominator, value, lower, upper, polarity, years=5) -%}
with recent_trend_rows as (
    select
        {{ series }} as series,
        {{ period }} as period,
        {{ form }} as form,
        {{ polarity }} as polarity,
        {{ number_or_null(numerator) }} as numerator,
        {{ number_or_null(denominator) }} as denominator,
        {{ number_or_null(value) }} as value,
        {# The interval is the value and 1.96 standard errors on either side, or near enough. #}
        ({{ number_or_null(upper) }} - {{ number_or_null(lower) }}) / (2 * {{ normal_quantile(0.95) }})
            as standard_error,
        row_number() over (partition by {{ series }} order by {{ period }} desc) as place_from_end
    from {{ relation }}
),

latest_five as (
    select
        *,
        cast({{ years + 1 }} - place_from_end as double) as year_number,
        case
            when form = 'proportion' then
                case
                    when numerator is null or denominator is null then 'a figure is missing'
                    when denominator <= 0 or numerator < 0 or numerator > denominator
                        then 'a figure is not a proportion'
                    when numerator = 0 or numerator = denominator
                        then 'a proportion is 0 or 100 per cent'
                end
            when value is null then 'a figure is missing'
            when standard_error is null or standard_error <= 0 then 'a figure has no interval'
        end as fault
    from recent_trend_rows
    where place_from_end <= {{ years }}
),

{# Each point's part in a weighted line: its height and its weight. #}
weighted as (
    select
        *,
        case
            when fault is not null then null
            when form = 'proportion' then ln(numerator / (denominator - numerator))
            else value
        end as height,
        case
            when fault is not null then null
            when form = 'proportion' then cast(1 as double)
            else 1 / (standard_error * standard_error)
        end as weight
    from latest_five
),

summed as (
    select
        series,
        max(form) as form,
        max(case when place_from_end = 1 then polarity end) as polarity,
        min(period) as first_period,
        max(period) as last_period,
        count(*) as rows_found,
        sum(case when fault is null then 1 else 0 end) as points,
        min(fault) as fault,
        sum(numerator) as all_numerator,
        sum(denominator) as all_denominator,
        sum(denominator * year_number) as first_moment,
        sum(denominator * year_number * year_number) as second_moment,
        sum(numerator * year_number) as numerator_moment,
        sum(weight) as w,
        sum(weight * year_number) as wt,
        sum(weight * year_number * year_number) as wtt,
        sum(weight * height) as wy,
        sum(weight * year_number * height) as wty
    from weighted
    group by series
),

{# The slope with all five, and what is added to weight and moments by each point. #}
tested as (
    select
        *,
        (w * wty - wt * wy) / (w * wtt - wt * wt) as slope,
        case
            when form = 'proportion' then
                {# Cochran-Armitage: the score's square over its variance. #}
                power(numerator_moment - first_moment * all_numerator / all_denominator, 2)
                / (
                    (all_numerator / all_denominator) * (1 - all_numerator / all_denominator)
                    * (second_moment - first_moment * first_moment / all_denominator)
                )
            {# The slope's square over its variance, the weights being the inverse variances. #}
            else power((w * wty - wt * wy) / (w * wtt - wt * wt), 2) * (wtt - wt * wt / w)
        end as chi_squared
    from summed
    where rows_found = {{ years }} and points = {{ years }}
),

left_out as (
    select
        tested.series,
        tested.slope,
        {# The slope of the other four has the sign of the first less the second. #}
        (tested.w - weighted.weight)
        * (tested.wty - weighted.weight * weighted.year_number * weighted.height) as rising,
        (tested.wt - weighted.weight * weighted.year_number)
        * (tested.wy - weighted.weight * weighted.height) as level
    from tested
    inner join weighted on tested.series = weighted.series
),

agreements as (
    select
        series,
        {# Four equal figures have no sign, whatever rounding leaves of the difference. #}
        sum(
            case
                when
                    slope * (rising - level) > 0
                    and abs(rising - level) > 1e-9 * (abs(rising) + abs(level))
                    then 1
                else 0
            end
        ) as agreeing
    from left_out
    group by series
)

select
    summed.series,
    cast(summed.points as integer) as points,
    summed.first_period,
    summed.last_period,
    tested.chi_squared,
    tested.slope,
    case
        when tested.series is null then 'cannot be calculated'
        when not (tested.chi_squared > 9.5495 and agreements.agreeing = {{ years }}) then 'no significant change'
        when tested.slope > 0 then
            case summed.polarity
                when 'higher' then 'increasing and getting better'
                when 'lower' then 'increasing and getting worse'
                else 'increasing'
            end
        else
            case summed.polarity
                when 'higher' then 'decreasing and getting worse'
                when 'lower' then 'decreasing and getting better'
                else 'decreasing'
            end
    end as recent_trend,
    case
        when summed.rows_found < {{ years }} then 'fewer than five years'
        when summed.points < {{ years }} then summed.fault
    end as reason
from summed
left join tested on summed.series = tested.series
left join agreements on summed.series = agreements.series
{%- endmacro %}
