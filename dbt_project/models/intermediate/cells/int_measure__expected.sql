with

expected_rows as (

    select * from {{ source('reference', 'expected_rows') }}

),

measures as (

    select
        measure,
        return_name,
        status,
        frequency,
        frequency = 'yearly' or coalesce(takes_rolling_years, false) as is_of_other_periods,
        first_quarter,
        last_quarter
    from {{ ref('dim_measure') }}

),

-- What is owed later is no figure that is waited for.
obligations as (

    select obligations.*
    from {{ ref('fct_obligation') }} as obligations
    inner join {{ ref('int_record__horizon') }} as horizon
        on obligations.quarter <= horizon.quarter

),

observations as (

    select
        submission_id,
        measure,
        organisation,
        area,
        breakdown,
        category
    from {{ ref('int_measure__observations') }}

),

periods as (

    select
        period,
        period_kind,
        quarter
    from {{ ref('stg_period') }}
    where period_kind in ('quarter', 'month')

),

-- Months are waited for once anybody sends them.
monthly as (

    select distinct measure
    from {{ ref('fct_measure_value') }}
    where is_current and period_kind = 'month'

),

owed as (

    select distinct
        expected_rows.measure,
        measures.frequency,
        measures.is_of_other_periods,
        expected_rows.organisation,
        coalesce(expected_rows.area, 'all') as area,
        obligations.quarter,
        expected_rows.breakdown,
        expected_rows.category,
        obligations.state as obligation_state,
        -- Something came, is neither accepted nor refused, and stands no more.
        coalesce(
            obligations.state in ('overdue', 'not due') and obligations.submissions > 0, false
        ) as is_withdrawn,
        obligations.submission_id,
        obligations.has_current
    from expected_rows
    inner join measures
        on expected_rows.measure = measures.measure
    inner join obligations
        on
            expected_rows.organisation = obligations.organisation
            and measures.return_name = obligations.return_name
    where
        (measures.status <> 'retired' or measures.last_quarter is not null)
        and {{ in_use('obligations.quarter', 'measures.first_quarter', 'measures.last_quarter') }}
        and {{ in_use(
            'obligations.quarter', 'expected_rows.first_quarter', 'expected_rows.last_quarter'
        ) }}
        and {{ in_quarters('obligations.quarter', 'expected_rows.quarters') }}

),

-- A yearly figure, and one of twelve months, came with its return whatever year it is of.
came as (

    select distinct
        observations.submission_id,
        observations.measure,
        observations.organisation,
        observations.area,
        observations.breakdown,
        observations.category
    from observations
    inner join owed
        on
            observations.submission_id = owed.submission_id
            and observations.measure = owed.measure
    where owed.is_of_other_periods

),

final as (

    select
        owed.measure,
        owed.organisation,
        owed.area,
        periods.period,
        periods.period_kind,
        owed.quarter,
        owed.breakdown,
        owed.category,
        owed.obligation_state,
        owed.is_withdrawn,
        owed.submission_id,
        owed.has_current
    from owed
    inner join periods
        on owed.quarter = periods.quarter
    left join monthly
        on owed.measure = monthly.measure
    left join came
        on
            owed.submission_id = came.submission_id
            and owed.measure = came.measure
            and owed.organisation = came.organisation
            and owed.area = came.area
            and owed.breakdown = came.breakdown
            and owed.category = came.category
    where
        (periods.period_kind = 'quarter' or monthly.measure is not null)
        and not (owed.is_of_other_periods and owed.has_current and came.measure is not null)

)

select * from final
