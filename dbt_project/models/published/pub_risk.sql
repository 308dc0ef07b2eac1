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

telling as (

    {{ telling_parts('risk', ['risk', 'mitigation']) }}

),

final as (

    select
        risks.organisation,
        risks.report,
        risks.ref,
        risks.quarter,
        {{ told_words('risks.risk', 'telling.tells_risk') }} as risk,
        risks.owner_body,
        risks.likelihood,
        risks.impact,
        risks.score,
        {{ told_words('risks.mitigation', 'telling.tells_mitigation') }} as mitigation,
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
    left join telling
        on risks.risk_id = telling.text_id

)

select * from final
order by report, ref, organisation
