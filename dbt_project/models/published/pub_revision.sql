with

-- Of most figures there is one version.
facts as (

    select
        *,
        concat_ws('|', measure, organisation, area, period, breakdown, category) as figure
    from {{ ref('fct_measure_value') }}
    where version > 1 or known_to is not null

),

-- An earlier figure of a sensitive measure was never looked at by disclosure control.
measures as (

    select measure
    from {{ ref('dim_measure') }}
    where threshold is null

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

versions as (

    select
        facts.*,
        lag(facts.value) over (partition by facts.figure order by facts.version) as old_value,
        lag(facts.submission_id) over (partition by facts.figure order by facts.version)
            as old_submission_id
    from facts
    inner join measures
        on facts.measure = measures.measure
    inner join edition
        on facts.quarter <= edition.quarter

),

periods as (

    select
        period,
        period_label
    from {{ ref('stg_period') }}

),

final as (

    select
        versions.measure,
        versions.organisation,
        versions.area,
        versions.period,
        periods.period_label,
        versions.quarter,
        versions.period_start,
        versions.period_end,
        versions.breakdown,
        versions.category,
        versions.old_value,
        versions.value as new_value,
        versions.old_submission_id,
        versions.submission_id as new_submission_id,
        versions.known_from as changed_at
    from versions
    inner join periods
        on versions.period = periods.period
    where versions.old_value <> versions.value

)

select * from final
order by measure, organisation, area, period, breakdown, category, changed_at
