with

observations as (

    select * from {{ ref('stg_observation') }}

),

quarters as (

    select quarter, starts_on, ends_on, financial_year_starts_on from {{ ref('dim_quarter') }}

),

measures as (

    select measure, return_name, item, unit, kind, frequency from {{ ref('dim_measure') }}

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
        observations.organisation,
        observations.area,
        observations.quarter,
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

)

select * from named
