with series as (
    select * from {{ ref('int_measure__series') }}
),

measures as (
    select * from {{ ref('measures') }}
),

latest as (
    select
        series_id,
        max(period_end) as period_end,
        max(case when rebase then period_end end) as rebased_at
    from series
    group by series_id
),

{# The same quarter of each year: yearly, not overlapping, and nothing of the season in it. What lies
   before a rebase is of something else, an organisation before it merged, say. #}
same_quarter as (
    select
        series.*,
        measures.form
    from series
    inner join measures on series.measure = measures.measure
    inner join latest
        on series.series_id = latest.series_id
        and month(series.period_end) = month(latest.period_end)
    where latest.rebased_at is null or series.period_end >= latest.rebased_at
),

trend as (
    {{ recent_trend(
        'same_quarter', 'series_id', 'period_end', 'form',
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
