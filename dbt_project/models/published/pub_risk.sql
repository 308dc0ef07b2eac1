with

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

risks as (

    select * from {{ ref('fct_risk') }}

),

-- Where an organisation sent no risks for the quarter, those of its newest return stand.
newest as (

    select
        risks.organisation,
        max(risks.quarter) as quarter
    from risks
    inner join edition
        on risks.quarter <= edition.quarter
    group by risks.organisation

),

final as (

    select
        risks.organisation,
        risks.report,
        risks.ref,
        risks.quarter,
        risks.risk,
        risks.owner_body,
        risks.likelihood,
        risks.impact,
        risks.score,
        risks.mitigation,
        risks.previous_likelihood,
        risks.previous_impact,
        risks.movement,
        risks.submission_id,
        risks.row_number,
        coalesce(risks.sample = 'illustrative', false) as illustrative,
        risks.rests_on_illustrative
    from risks
    inner join newest
        on
            risks.organisation = newest.organisation
            and risks.quarter = newest.quarter

)

select * from final
order by report, ref, organisation
