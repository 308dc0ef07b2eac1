with

observations as (

    select * from {{ ref('stg_observation') }}

),

periods as (

    select * from {{ ref('stg_period') }}

),

quarters as (

    select quarter, starts_on, ends_on, financial_year_starts_on from {{ ref('dim_quarter') }}

),

measures as (

    select measure, return_name, item, unit, kind, frequency, takes_rolling_years
    from {{ ref('dim_measure') }}

),

-- A figure with no month or period of its own is of the whole quarter; a yearly count is of the
-- financial year so far.
named as (

    select
        observations.submission_id,
        observations.row_number,
        measures.measure,
        observations.return_name,
        observations.item,
        measures.unit,
        coalesce(measures.takes_rolling_years, false) as takes_rolling_years,
        observations.organisation,
        observations.area,
        observations.quarter as returned_in,
        coalesce(
            observations.period_start,
            case
                when measures.frequency = 'yearly' and measures.kind = 'flow'
                    then quarters.financial_year_starts_on
                else quarters.starts_on
            end
        ) as period_start,
        coalesce(observations.period_end, quarters.ends_on) as period_end,
        observations.breakdown,
        observations.category,
        observations.numerator,
        observations.denominator,
        observations.value,
        observations.lower,
        observations.upper,
        observations.value_as_sent,
        observations.symbol
    from observations
    left join quarters
        on observations.quarter = quarters.quarter
    left join measures
        on
            observations.return_name = measures.return_name
            and observations.item = measures.item

),

final as (

    select
        named.submission_id,
        named.row_number,
        named.measure,
        named.return_name,
        named.item,
        named.unit,
        named.organisation,
        named.area,
        named.returned_in,
        periods.period,
        periods.period_kind,
        named.period_start,
        named.period_end,
        periods.quarter,
        named.breakdown,
        named.category,
        named.numerator,
        named.denominator,
        named.value,
        named.lower,
        named.upper,
        named.value_as_sent,
        named.symbol
    from named
    left join periods
        on
            named.period_start = periods.period_start
            and named.period_end = periods.period_end
            and (
                (named.takes_rolling_years and periods.reads_as_rolling)
                or (not named.takes_rolling_years and periods.is_by_days)
            )

)

select * from final
