{# Process control (XmR charts) as NHS England's "Making Data Count" does it.

    Sources: NHS England, Making Data Count; the R package NHSRplotthedots 0.2.2 (the order of the
    rules, the screening); Nelson (1982) J. Qual. Technol. 14:172-173 (screening of moving ranges);
    Provost and Murray (2011) The Health Care Data Guide. docs/method/process_control.md tells the
    rules in words, and which of them are our choice.

    `relation` has one row for each period of each series that there should be, so that a missing
    figure is a row without a value. The other arguments are expressions over it: `series` (text),
    `period` (sorts by time, once in a series), `value`, `improvement` ('higher', 'lower', else no
    polarity), `target` (in the value's unit, or null), `rebase` (true where a new stretch starts).

    Gives a query, one row for each row of `relation`:
    series, period, value
    stretch                  1, 2 … : limits are reckoned anew in each, and no rule spans two
    points, missing_points   of this stretch, with and without a value
    is_in_limits             whether mean and limits are reckoned from this point too
    mean                     of the stretch; null if it has no value
    upl, lpl                 limits; null where `no_limits_reason` says why
    near_upl, near_lpl       at two thirds of them
    average_moving_range     after screening
    moving_ranges, moving_ranges_screened   how many there are, and how many were left out
    trial                    limits from fewer than twelve points
    special_cause            of this point: 'astronomical', 'trend', 'two in three', 'shift' or null
    special_cause_side       'high' or 'low': the side of the mean; of a trend, where it goes
    variation                of this point: 'common cause', 'improvement high' …; the series'
                             variation is that of its latest point. Null without limits or value.
    no_limits_reason         the periods overlap, fewer than seven points, rare events (more than half
                             of a count's values are zero), no two values in a row, too few different values (more than
                             half of the moving ranges are zero), a jump after fewer than seven points;
                             null where there are limits
    assurance                of the series, on each of its rows: from the last stretch's limits
                             and the last target; null after a jump out of those limits
    has_new_target           of the series too: whether a point of that stretch was under another
                             target or none, so that the assurance is of the last target alone

    `overlaps` and `is_count` are expressions too. `fix_after_n_points`: limits are reckoned from the
    first n points of each stretch (NHSRplotthedots' rule of that name); none: from all of them. Where
    most of a stretch's points lie outside the limits of all, since a jump (a moving range that is
    screened out) carried the mean away, they are reckoned from the points before it until seven have
    come since, and further where the latest point is nearer to the mean before than to the jump: then
    one far figure was all. This is our choice: NHSRplotthedots draws the limits of all.

    Numbers that differ by less than a thousand-millionth of the stretch's largest value are equal:
    a point lies on the mean, on a limit, or level with the one before, whatever the computer's
    rounding. #}
{% macro process_control(relation, series, period, value, improvement, target, rebase, screen_outliers=true, overlaps='false', is_count='false', fix_after_n_points=none) -%}
with process_control_rows as (
    select
        {{ series }} as series,
        {{ period }} as period,
        {{ number_or_null(value) }} as value,
        {{ improvement }} as improvement,
        {{ number_or_null(target) }} as target,
        case when {{ rebase }} then 1 else 0 end as starts_stretch,
        coalesce({{ overlaps }}, false) as is_overlapping,
        coalesce({{ is_count }}, false) as is_count
    from {{ relation }}
),

numbered as (
    select
        *,
        row_number() over (partition by series order by period) as place,
        row_number() over (partition by series order by period desc) as place_from_end
    from process_control_rows
),

stretches as (
    select
        *,
        {# A rebase at the very first point starts nothing new. #}
        1 + sum(case when place > 1 then starts_stretch else 0 end)
            over (partition by series order by place rows between unbounded preceding and current row)
            as stretch
    from numbered
),

{# The points that the limits are reckoned from: all of the stretch, or its first few. #}
fixed as (
    select
        *,
        {% if fix_after_n_points is none %}
        value as limit_value
        {% else %}
        case
            when count(value) over (
                partition by series, stretch order by place
                rows between unbounded preceding and current row
            ) <= {{ fix_after_n_points }} then value
        end as limit_value
        {% endif %}
    from stretches
),

centred as (
    select
        *,
        count(value) over (partition by series, stretch) as points,
        count(case when value = 0 then 1 end) over (partition by series, stretch) as zeros,
        min(target) over (partition by series, stretch) as least_target,
        max(target) over (partition by series, stretch) as greatest_target,
        count(case when value is not null and target is null then 1 end)
            over (partition by series, stretch) as points_without_target,
        count(*) over (partition by series, stretch) - count(value) over (partition by series, stretch)
            as missing_points,
        case
            {# An average of equal numbers need not be that number in the computer's arithmetic. #}
            when min(limit_value) over (partition by series, stretch)
                = max(limit_value) over (partition by series, stretch)
                then min(limit_value) over (partition by series, stretch)
            else avg(limit_value) over (partition by series, stretch)
        end as whole_mean,
        0.000000001 * max(abs(value)) over (partition by series, stretch) as margin,
        value - lag(value) over (partition by series, stretch order by place) as step,
        limit_value - lag(limit_value) over (partition by series, stretch order by place)
            as limit_step
    from fixed
),

steps as (
    select
        *,
        case when abs(limit_step) <= margin then 0 else abs(limit_step) end as moving_range,
        case when step is null then null when step > margin then 1 when step < -margin then -1 else 0 end
            as step_sign
    from centred
),

ranged as (
    select
        *,
        avg(moving_range) over (partition by series, stretch) as unscreened_average
    from steps
),

screened as (
    select
        *,
        case
            {# In a series that never moves nothing is an outlier. #}
            when {{ screen_outliers }} and unscreened_average > 0
                and not moving_range < 3.267 * unscreened_average - margin
                then null
            else moving_range
        end as kept_range
    from ranged
),

averaged as (
    select
        *,
        avg(kept_range) over (partition by series, stretch) as whole_range,
        count(moving_range) over (partition by series, stretch) as moving_ranges,
        count(moving_range) over (partition by series, stretch)
            - count(kept_range) over (partition by series, stretch) as moving_ranges_screened,
        count(case when moving_range = 0 then 1 end) over (partition by series, stretch)
            as still_ranges,
        min(case when moving_range > 0 and kept_range is null then place end)
            over (partition by series, stretch) as jump
    from screened
),

{# Why a stretch has no limits: the rules are of independent values that vary. #}
allowed as (
    select
        *,
        case
            when is_overlapping then 'the periods overlap'
            when points < 7 then 'fewer than seven points'
            when is_count and zeros * 2 > points
                then 'rare events: a count of days or cases between events would be needed'
            when moving_ranges = 0 then 'no two values in a row'
            when still_ranges * 2 > moving_ranges then 'too few different values'
        end as reason_of_all
    from averaged
),

before_the_jump as (
    select
        *,
        max(case when value is not null then place end) over (partition by series, stretch)
            as last_place,
        count(case when place < jump then limit_value end) over (partition by series, stretch)
            as points_before,
        avg(case when place < jump then limit_value end) over (partition by series, stretch)
            as mean_before,
        avg(case when place < jump then moving_range end) over (partition by series, stretch)
            as range_before
    from allowed
),

{# Where a jump carries the mean so far that most points lie outside the limits, those are limits of
   nothing: old figures that never moved would be signals. #}
jumped as (
    select
        *,
        count(case when place >= jump then value end) over (partition by series, stretch)
            as points_since,
        max(case when place = last_place then value end) over (partition by series, stretch)
            as latest,
        max(case when place = jump then value end) over (partition by series, stretch)
            as value_at_jump,
        reason_of_all is null and jump is not null
        and 2 * count(
            case when abs(value - whole_mean) > 2.66 * whole_range + margin then 1 end
        ) over (partition by series, stretch) > points as is_beyond_limits
    from before_the_jump
),

carried as (
    select
        *,
        is_beyond_limits
        and (points_since < 7 or abs(latest - mean_before) < abs(latest - value_at_jump))
            as is_carried
    from jumped
),

settled as (
    select
        *,
        case when is_carried then mean_before else whole_mean end as mean,
        case when is_carried then range_before else whole_range end as average_moving_range,
        case
            when is_carried and points_before < 7 then 'a jump after fewer than seven points'
            else reason_of_all
        end as no_limits_reason
    from carried
),

sided as (
    select
        *,
        case
            when value is null then null
            when value > mean + margin then 1
            when value < mean - margin then -1
            else 0
        end as side
    from settled
),

limited as (
    select
        *,
        case when no_limits_reason is null then mean + 2.66 * average_moving_range end as upl,
        case when no_limits_reason is null then mean - 2.66 * average_moving_range end as lpl,
        case when no_limits_reason is null then mean + 2.66 * 2 / 3 * average_moving_range end as near_upl,
        case when no_limits_reason is null then mean - 2.66 * 2 / 3 * average_moving_range end as near_lpl
    from sided
),

placed as (
    select
        *,
        case
            when value > upl + margin then 1
            when value < lpl - margin then -1
            else 0
        end as outside,
        case
            when value > near_upl + margin and value <= upl + margin then 1
            when value < near_lpl - margin and value >= lpl - margin then -1
            else 0
        end as close_to_limit
    from limited
),

{# Whether a rule's run of points ends at this one: 1 above or rising, -1 below or falling. A point
    without a value counts for neither side, so it breaks every run. #}
runs as (
    select
        *,
        case
            when sum(case when step_sign = 1 then 1 else 0 end) over ({{ last_points(6) }}) = 6 then 1
            when sum(case when step_sign = -1 then 1 else 0 end) over ({{ last_points(6) }}) = 6 then -1
        end as trend_ends,
        case
            when sum(case when side = 1 then 1 else 0 end) over ({{ last_points(7) }}) = 7 then 1
            when sum(case when side = -1 then 1 else 0 end) over ({{ last_points(7) }}) = 7 then -1
        end as shift_ends,
        case
            when sum(case when side = 1 then 1 else 0 end) over ({{ last_points(3) }}) = 3
                and sum(case when close_to_limit = 1 then 1 else 0 end) over ({{ last_points(3) }}) >= 2
                then 1
            when sum(case when side = -1 then 1 else 0 end) over ({{ last_points(3) }}) = 3
                and sum(case when close_to_limit = -1 then 1 else 0 end) over ({{ last_points(3) }}) >= 2
                then -1
        end as two_in_three_ends
    from placed
),

{# A point is part of a run that ends at it or soon after. Where a rising and a falling trend share
    their turning point, the later one has it: the larger of the two numbers, odd if rising. #}
memberships as (
    select
        *,
        max(case trend_ends when 1 then 2 * place + 1 when -1 then 2 * place end)
            over ({{ next_points(7) }}) as latest_trend,
        max(abs(shift_ends)) over ({{ next_points(7) }}) as in_shift,
        max(abs(two_in_three_ends)) over ({{ next_points(3) }}) as in_two_in_three
    from runs
),

signals as (
    select
        *,
        case
            when upl is null or value is null then null
            when outside <> 0 then 'astronomical'
            when latest_trend is not null then 'trend'
            when in_two_in_three is not null and close_to_limit <> 0 then 'two in three'
            when in_shift is not null then 'shift'
        end as special_cause
    from memberships
),

sides as (
    select
        *,
        case special_cause
            when 'astronomical' then case when outside = 1 then 'high' else 'low' end
            when 'trend' then case when latest_trend % 2 = 1 then 'high' else 'low' end
            when 'two in three' then case when side = 1 then 'high' else 'low' end
            when 'shift' then case when side = 1 then 'high' else 'low' end
        end as special_cause_side
    from signals
),

{# One row a series: what its last stretch can say of its target. #}
last_points as (
    select
        series,
        least_target <> greatest_target or points_without_target > 0 as has_other_targets,
        case
            when target is null or upl is null or is_carried then null
            when coalesce(improvement, 'none') not in ('higher', 'lower') then null
            when target > upl + margin
                then case improvement when 'higher' then 'consistently failing' else 'consistently passing' end
            when target < lpl - margin
                then case improvement when 'higher' then 'consistently passing' else 'consistently failing' end
            else 'hit and miss'
        end as assurance
    from sides
    where place_from_end = 1
)

select
    sides.series,
    sides.period,
    sides.value,
    cast(sides.stretch as integer) as stretch,
    cast(sides.points as integer) as points,
    cast(sides.missing_points as integer) as missing_points,
    sides.limit_value is not null and (not sides.is_carried or sides.place < sides.jump)
        as is_in_limits,
    sides.mean,
    sides.upl,
    sides.lpl,
    sides.near_upl,
    sides.near_lpl,
    sides.average_moving_range,
    cast(sides.moving_ranges as integer) as moving_ranges,
    cast(sides.moving_ranges_screened as integer) as moving_ranges_screened,
    sides.upl is not null and case when sides.is_carried then sides.points_before else {{ 'sides.points' if fix_after_n_points is none else 'least(sides.points, ' ~ fix_after_n_points ~ ')' }} end < 12 as trial,
    sides.no_limits_reason,
    sides.special_cause,
    sides.special_cause_side,
    case
        when sides.upl is null or sides.value is null then null
        when sides.special_cause is null then 'common cause'
        when sides.improvement = 'higher'
            then case sides.special_cause_side when 'high' then 'improvement high' else 'concern low' end
        when sides.improvement = 'lower'
            then case sides.special_cause_side when 'high' then 'concern high' else 'improvement low' end
        else case sides.special_cause_side when 'high' then 'neutral high' else 'neutral low' end
    end as variation,
    last_points.assurance,
    coalesce(last_points.assurance is not null and last_points.has_other_targets, false)
        as has_new_target
from sides
left join last_points on sides.series = last_points.series
{%- endmacro %}


{% macro last_points(count) -%}
partition by series, stretch order by place rows between {{ count - 1 }} preceding and current row
{%- endmacro %}


{% macro next_points(count) -%}
partition by series, stretch order by place rows between current row and {{ count - 1 }} following
{%- endmacro %}


{# The expression as a double; null where it is "not a number". #}
{% macro number_or_null(expression) -%}
(case when not {{ is_missing(expression) }} then {{ as_double(expression) }} end)
{%- endmacro %}
