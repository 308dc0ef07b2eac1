with series as (
    select * from {{ ref('int_measure__series') }}
),

control as (
    {{ process_control(
        'series', 'series_id', 'period_end', 'value', 'improvement', 'target', 'rebase',
        overlaps='is_overlapping', is_count="form = 'count'",
        fix_after_n_points=var('fix_after_n_points', none)
    ) }}
)

select
    series.series_id,
    series.measure,
    series.organisation,
    series.area,
    series.period,
    series.period_kind,
    series.period_label,
    series.period_start,
    series.period_end,
    control.value,
    control.stretch,
    control.points,
    control.missing_points,
    control.is_in_limits,
    control.mean,
    control.upl,
    control.lpl,
    control.near_upl,
    control.near_lpl,
    control.average_moving_range,
    control.moving_ranges,
    control.moving_ranges_screened,
    control.trial,
    control.special_cause,
    control.special_cause_side,
    control.variation,
    control.assurance,
    control.has_new_target,
    control.no_limits_reason,
    series.illustrative
from series
inner join control
    on series.series_id = control.series
    and series.period_end = control.period
