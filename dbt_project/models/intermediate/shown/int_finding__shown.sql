with

findings as (

    select
        submission_id,
        finding_number,
        rule,
        severity,
        row_number,
        rows_in_group,
        measure,
        is_open_query
    from {{ ref('stg_finding') }}

),

submissions as (

    select
        submission_id,
        is_accepted
    from {{ ref('stg_submission') }}

),

guarded_measures as (

    select measure from {{ ref('dim_measure') }}
    where threshold is not null

),

shown as (

    select distinct
        submission_id,
        row_number,
        measure
    from {{ ref('int_measure__shown_value') }}
    where state = 'shown'

),

-- Rows with a figure that a small-number rule guards and that is not shown, or not any more.
hidden_rows as (

    select distinct
        observations.submission_id,
        observations.row_number
    from {{ ref('int_measure__observations') }} as observations
    inner join guarded_measures
        on observations.measure = guarded_measures.measure
    left join shown
        on
            observations.submission_id = shown.submission_id
            and observations.row_number = shown.row_number
            and observations.measure = shown.measure
    where shown.submission_id is null

),

hiding as (

    select distinct submission_id from hidden_rows

),

-- A check looks at true numbers: that it asks about a hidden figure says how that one lies to what
-- is known, and a note that a return has small numbers says which hidden figures are not small. Of
-- several rows that say the same nobody can tell which they are.
final as (

    select
        findings.submission_id,
        findings.finding_number,
        findings.rule,
        findings.severity,
        findings.row_number,
        findings.measure,
        findings.is_open_query
    from findings
    inner join submissions
        on findings.submission_id = submissions.submission_id
    left join hidden_rows
        on
            findings.submission_id = hidden_rows.submission_id
            and findings.row_number = hidden_rows.row_number
    left join hiding
        on findings.submission_id = hiding.submission_id
    where
        findings.severity in ('refuse', 'error')
        or (
            submissions.is_accepted
            and findings.rule <> 'SDC-001'
            and hidden_rows.submission_id is null
            and (
                hiding.submission_id is null
                or (findings.row_number is not null and findings.rows_in_group = 1)
            )
        )

)

select * from final
