with series as (
    select * from {{ ref('int_measure__series') }}
),

latest as (
    select
        series_id,
        max(period_end) as period_end,
        max(case when rebase then period_end end) as rebased_at
    from series
    group by series_id
),

{# The same quarter of each year: yearly, and nothing of the season in it. What lies before a rebase
   is of something else, an organisation before it merged, say. #}
same_quarter as (
    select
        series.*,
        lag(series.period_start) over (partition by series.series_id order by series.period_end)
            as start_before,
        lag(series.period_end) over (partition by series.series_id order by series.period_end)
            as end_before
    from series
    inner join latest
        on series.series_id = latest.series_id
        and month(series.period_end) = month(latest.period_end)
    where latest.rebased_at is null or series.period_end >= latest.rebased_at
),

{# Where a period is not the one a year after the one before: a year is missing, or it is of another
   length, or reaches back into the other. #}
parted as (
    select
        series_id,
        max(period_end) as parted_at
    from same_quarter
    where
        end_before is not null
        and not (
            year(period_end) = year(end_before) + 1
            and year(period_start) = year(start_before) + 1
            and month(period_start) = month(start_before)
            and period_start > end_before
        )
    group by series_id
),

years_in_a_row as (
    select same_quarter.*
    from same_quarter
    left join parted on same_quarter.series_id = parted.series_id
    where parted.parted_at is null or same_quarter.period_end >= parted.parted_at
),

trend as (
    {{ recent_trend(
        'years_in_a_row', 'series_id', 'period_end', 'form',
        'numerator', 'denominator', 'value', 'lower', 'upper', 'improvement'
    ) }}
)

select
    series as series_id,
    points,
    first_period,
    last_period,
    chi_squared,
    slope,
    recent_trend,
    reason
from trend
