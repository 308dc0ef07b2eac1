with

findings as (

    select * from {{ ref('stg_finding') }}

),

submissions as (

    select
        submission_id,
        organisation,
        return_name,
        quarter
    from {{ ref('stg_submission') }}

),

final as (

    select
        findings.submission_id,
        findings.finding_number,
        submissions.organisation,
        submissions.return_name,
        submissions.quarter,
        findings.rule,
        findings.severity,
        findings.row_number,
        findings.rows_in_group,
        findings.column_name,
        findings.value,
        findings.message,
        findings.hint,
        findings.explained_at,
        findings.explanation,
        findings.is_open_query
    from findings
    inner join submissions
        on findings.submission_id = submissions.submission_id

)

select * from final
