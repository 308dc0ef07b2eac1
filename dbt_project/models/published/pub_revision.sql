with

facts as (

    select * from {{ ref('fct_measure_value') }}

),

-- An earlier figure of a sensitive measure was never looked at by disclosure control.
measures as (

    select
        measure,
        return_name
    from {{ ref('dim_measure') }}
    where threshold is null

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

submissions as (

    select
        submission_id,
        organisation,
        return_name,
        quarter
    from {{ ref('stg_submission') }}

),

-- Versions of a figure are put together by a hash: to sort millions of rows by eight columns takes
-- four times as long.
figures as (

    select
        facts.*,
        measures.return_name,
        {{ row_hash([
            'facts.measure', 'facts.organisation', 'facts.area', 'facts.quarter',
            'facts.period_start', 'facts.period_end', 'facts.breakdown', 'facts.category'
        ]) }} as figure
    from facts
    inner join measures
        on facts.measure = measures.measure
    cross join edition
    where facts.quarter <= edition.quarter

),

versions as (

    select
        *,
        lag(value) over (partition by figure order by version) as old_value,
        lag(submission_id) over (partition by figure order by version) as old_submission_id
    from figures

),

-- Both are of one return: two figures with the same hash are no version of each other.
final as (

    select
        versions.measure,
        versions.organisation,
        versions.area,
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
    inner join submissions
        on
            versions.old_submission_id = submissions.submission_id
            and versions.organisation = submissions.organisation
            and versions.return_name = submissions.return_name
            and versions.quarter = submissions.quarter
    where versions.old_value <> versions.value

)

select * from final
order by
    measure, organisation, area, quarter, period_start, period_end, breakdown, category, changed_at
