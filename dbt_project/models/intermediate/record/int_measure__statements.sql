with

observations as (

    select * from {{ ref('int_measure__observations') }}
    where measure is not null

),

-- Spells that follow one another without a gap have one gap number.
spells as (

    select
        *,
        sum(case when known_from is distinct from known_to_before then 1 else 0 end) over (
            partition by organisation, return_name, quarter order by version
            rows between unbounded preceding and current row
        ) as gap_number
    from (
        select
            *,
            lag(known_to) over (
                partition by organisation, return_name, quarter order by version
            ) as known_to_before
        from {{ ref('int_submission__current_spells') }}
    ) as with_before

),

submissions as (

    select
        submission_id,
        sample
    from {{ ref('stg_submission') }}

),

-- A row states its figure for as long as the submission it came in stands.
final as (

    select
        observations.measure,
        observations.organisation,
        observations.area,
        observations.period,
        observations.period_kind,
        observations.period_start,
        observations.period_end,
        observations.quarter,
        observations.returned_in,
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
        spells.known_from,
        spells.known_to,
        spells.version as spell,
        spells.gap_number,
        submissions.sample
    from spells
    inner join observations
        on spells.submission_id = observations.submission_id
    inner join submissions
        on spells.submission_id = submissions.submission_id

)

select * from final
