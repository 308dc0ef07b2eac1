with

expected as (

    select * from {{ ref('int_measure__expected') }}

),

figures as (

    select * from {{ ref('int_measure__period_values') }}

),

periods as (

    select * from {{ ref('stg_period') }}

),

breaks as (

    select * from {{ ref('int_measure__breaks') }}

),

-- What should exist, with what came; and what came though nobody expected it.
matched as (

    select
        coalesce(expected.measure, figures.measure) as measure,
        coalesce(expected.organisation, figures.organisation) as organisation,
        coalesce(expected.area, figures.area) as area,
        coalesce(expected.period, figures.period) as period,
        coalesce(expected.breakdown, figures.breakdown) as breakdown,
        coalesce(expected.category, figures.category) as category,
        expected.measure is not null as is_expected,
        expected.obligation_state,
        figures.returned_in,
        figures.numerator,
        figures.denominator,
        figures.value,
        figures.lower,
        figures.upper,
        figures.value_as_sent,
        figures.symbol,
        figures.measure is not null as came,
        figures.lacks,
        figures.made_of,
        coalesce(figures.submission_id, expected.submission_id) as submission_id,
        figures.row_number,
        figures.first_stated_in,
        figures.known_from,
        figures.version,
        figures.sample,
        {{ cell_state(
            came='figures.measure is not null',
            value='figures.value',
            symbol='figures.symbol',
            obligation_state='expected.obligation_state',
            is_withdrawn='expected.is_withdrawn'
        ) }} as state
    from expected
    full outer join figures
        on
            expected.measure = figures.measure
            and expected.organisation = figures.organisation
            and expected.area = figures.area
            and expected.period = figures.period
            and expected.breakdown = figures.breakdown
            and expected.category = figures.category
    -- Months that cannot be added up make no quarter, unless one is owed.
    where
        expected.measure is not null
        or figures.value is not null
        or figures.symbol is not null

),

final as (

    select
        matched.measure,
        matched.organisation,
        matched.area,
        matched.period,
        periods.period_kind,
        periods.period_start,
        periods.period_end,
        periods.quarter,
        matched.returned_in,
        matched.breakdown,
        matched.category,
        matched.is_expected,
        matched.numerator,
        matched.denominator,
        matched.value,
        matched.lower,
        matched.upper,
        matched.value_as_sent,
        matched.symbol,
        matched.state,
        matched.lacks as state_reason,
        matched.came and matched.lacks is null as is_complete,
        matched.made_of,
        -- Two figures can be set side by side where this is the same: no break lies between them.
        concat(
            matched.organisation, '/', cast(coalesce(breaks.break_number, 0) as string)
        ) as members,
        matched.submission_id,
        matched.row_number,
        matched.first_stated_in,
        matched.known_from,
        matched.version,
        matched.sample
    from matched
    inner join periods
        on matched.period = periods.period
    left join breaks
        on
            matched.measure = breaks.measure
            and matched.organisation = breaks.organisation
            and periods.period_end >= breaks.starts_on
            and (breaks.next_starts_on is null or periods.period_end < breaks.next_starts_on)

)

select * from final
