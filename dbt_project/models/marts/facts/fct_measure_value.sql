with

observations as (

    select * from {{ ref('int_measure__observations') }}

),

spells as (

    select * from {{ ref('int_submission__current_spells') }}

),

submissions as (

    select
        submission_id,
        sample
    from {{ ref('stg_submission') }}

),

-- A row counts for as long as the submission it came in stands, and has the number of that spell:
-- so each reader asks for the rows it needs, and nothing is kept that could be out of date.
stated as (

    select
        observations.measure,
        observations.organisation,
        observations.area,
        observations.quarter,
        observations.period_start,
        observations.period_end,
        observations.breakdown,
        observations.category,
        observations.numerator,
        observations.denominator,
        coalesce(
            observations.value,
            {{ value_of(
                'observations.numerator', 'observations.denominator', 'observations.unit'
            ) }}
        ) as value,
        observations.lower,
        observations.upper,
        observations.value_as_sent,
        observations.symbol,
        observations.submission_id,
        observations.row_number,
        spells.version,
        spells.known_from,
        spells.known_to,
        spells.is_current,
        submissions.sample
    from spells
    inner join observations
        on spells.submission_id = observations.submission_id
    inner join submissions
        on spells.submission_id = submissions.submission_id
    where observations.measure is not null

),

final as (

    select
        concat_ws(
            '|', measure, organisation, area, quarter, cast(period_start as string),
            cast(period_end as string), breakdown, category,
            concat('v', cast(version as string))
        ) as measure_value_id,
        measure,
        organisation,
        area,
        quarter,
        period_start,
        period_end,
        breakdown,
        category,
        version,
        numerator,
        denominator,
        value,
        lower,
        upper,
        case when value is not null then value_as_sent end as value_as_sent,
        case when value is null then symbol end as symbol,
        submission_id,
        row_number,
        known_from,
        known_to,
        is_current,
        sample
    from stated

)

select * from final
