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
    from {{ ref('pub_measure') }}
    where threshold is null

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

versions as (

    select
        facts.*,
        lag(facts.value) over (partition by facts.figure order by facts.version) as old_value,
        lag(facts.value_as_sent) over (partition by facts.figure order by facts.version)
            as old_value_as_sent,
        lag(facts.submission_id) over (partition by facts.figure order by facts.version)
            as old_submission_id,
        lead(facts.version) over (partition by facts.figure order by facts.version)
            as next_version
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

-- What was withdrawn or left out of a later file, with nothing in its place, is a change too, and
-- not repeated.
changed as (

    select
        measure,
        organisation,
        area,
        period,
        quarter,
        period_start,
        period_end,
        breakdown,
        category,
        old_value,
        value as new_value,
        old_value_as_sent,
        value_as_sent as new_value_as_sent,
        old_submission_id,
        -- Who said so first: a later return may say the same again.
        coalesce(first_stated_in, submission_id) as new_submission_id,
        known_from as changed_at
    from versions
    where old_value <> value or (old_value is not null and value is null)
    union all
    select
        measure,
        organisation,
        area,
        period,
        quarter,
        period_start,
        period_end,
        breakdown,
        category,
        cast(null as double) as old_value,
        cast(null as double) as new_value,
        cast(null as string) as old_value_as_sent,
        cast(null as string) as new_value_as_sent,
        submission_id as old_submission_id,
        cast(null as string) as new_submission_id,
        known_to as changed_at
    from versions
    where next_version is null and known_to is not null and value is not null

),

final as (

    select
        changed.measure,
        changed.organisation,
        changed.area,
        changed.period,
        periods.period_label,
        changed.quarter,
        changed.period_start,
        changed.period_end,
        changed.breakdown,
        changed.category,
        changed.old_value,
        changed.new_value,
        changed.old_value_as_sent,
        changed.new_value_as_sent,
        changed.old_submission_id,
        changed.new_submission_id,
        changed.changed_at
    from changed
    inner join periods
        on changed.period = periods.period

)

select * from final
order by measure, organisation, area, period, breakdown, category, changed_at
