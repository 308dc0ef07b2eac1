with

facts as (

    select * from {{ ref('fct_measure_value') }}

),

-- An earlier figure of a sensitive measure was never looked at by disclosure control.
measures as (

    select measure from {{ ref('dim_measure') }}
    where threshold is null

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

versions as (

    select
        facts.*,
        lag(facts.value) over (
            partition by
                facts.measure, facts.organisation, facts.area, facts.quarter,
                facts.period_start, facts.period_end, facts.breakdown, facts.category
            order by facts.version
        ) as old_value,
        lag(facts.submission_id) over (
            partition by
                facts.measure, facts.organisation, facts.area, facts.quarter,
                facts.period_start, facts.period_end, facts.breakdown, facts.category
            order by facts.version
        ) as old_submission_id
    from facts
    inner join measures
        on facts.measure = measures.measure
    cross join edition
    where facts.quarter <= edition.quarter

),

final as (

    select
        measure,
        organisation,
        area,
        quarter,
        period_start,
        period_end,
        breakdown,
        category,
        old_value,
        value as new_value,
        old_submission_id,
        submission_id as new_submission_id,
        known_from as changed_at
    from versions
    where old_value <> value

)

select * from final
order by
    measure, organisation, area, quarter, period_start, period_end, breakdown, category, changed_at
