with

expected as (

    select * from {{ ref('int_measure__expected') }}

),

figures as (

    select * from {{ ref('int_measure__quarter_values') }}

),

quarters as (

    select
        quarter,
        starts_on,
        ends_on
    from {{ ref('dim_quarter') }}

),

-- What should exist, with what came; and what came though nobody expected it.
matched as (

    select
        coalesce(expected.measure, figures.measure) as measure,
        coalesce(expected.organisation, figures.organisation) as organisation,
        coalesce(expected.area, figures.area) as area,
        coalesce(expected.quarter, figures.quarter) as quarter,
        coalesce(expected.breakdown, figures.breakdown) as breakdown,
        coalesce(expected.category, figures.category) as category,
        expected.measure is not null as is_expected,
        expected.obligation_state,
        figures.period_start,
        figures.period_end,
        figures.numerator,
        figures.denominator,
        figures.value,
        figures.lower,
        figures.upper,
        figures.value_as_sent,
        figures.symbol,
        figures.periods_reported,
        figures.periods_expected,
        coalesce(figures.submission_id, expected.submission_id) as submission_id,
        figures.row_number,
        figures.known_from,
        figures.version,
        figures.version_id,
        figures.sample,
        {{ cell_state(
            came='figures.measure is not null',
            value='figures.value',
            symbol='figures.symbol'
        ) }} as state
    from expected
    full outer join figures
        on
            expected.measure = figures.measure
            and expected.organisation = figures.organisation
            and expected.area = figures.area
            and expected.quarter = figures.quarter
            and expected.breakdown = figures.breakdown
            and expected.category = figures.category

),

final as (

    select
        matched.measure,
        matched.organisation,
        matched.area,
        matched.quarter,
        matched.breakdown,
        matched.category,
        matched.is_expected,
        coalesce(matched.period_start, quarters.starts_on) as period_start,
        coalesce(matched.period_end, quarters.ends_on) as period_end,
        matched.numerator,
        matched.denominator,
        matched.value,
        matched.lower,
        matched.upper,
        matched.value_as_sent,
        matched.symbol,
        matched.state,
        case
            when matched.state = 'not received' and matched.obligation_state = 'excused'
                then 'the return was excused'
            when
                matched.state = 'not received'
                and matched.obligation_state in ('accepted', 'accepted with queries', 'nil')
                then 'the return came without this figure'
            when
                matched.state = 'not received'
                and matched.obligation_state in ('refused', 'needs correction')
                then 'the return was not accepted'
            when matched.state = 'not received' and matched.obligation_state = 'not due'
                then 'the return is not due yet'
            when matched.periods_reported < matched.periods_expected
                then concat(
                    cast(matched.periods_reported as string), ' of ',
                    cast(matched.periods_expected as string), ' months'
                )
        end as state_reason,
        coalesce(matched.periods_reported = matched.periods_expected, false) as is_complete,
        matched.submission_id,
        matched.row_number,
        matched.known_from,
        matched.version,
        matched.version_id,
        matched.sample
    from matched
    left join quarters
        on matched.quarter = quarters.quarter

)

select * from final
