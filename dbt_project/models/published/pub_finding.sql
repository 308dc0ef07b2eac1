with

findings as (

    select
        submission_id,
        rule,
        severity
    from {{ ref('int_finding__shown') }}

),

submissions as (

    select * from {{ ref('pub_submission') }}

),

final as (

    select
        submissions.organisation,
        submissions.return_name,
        submissions.quarter,
        findings.rule,
        findings.severity,
        cast(count(*) as int) as findings
    from submissions
    inner join findings
        on submissions.submission_id = findings.submission_id
    group by
        submissions.organisation, submissions.return_name, submissions.quarter, findings.rule,
        findings.severity

)

select * from final
order by organisation, return_name, quarter, rule, severity
