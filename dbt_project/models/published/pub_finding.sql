with

findings as (

    select
        submission_id,
        rule,
        severity,
        rows_in_group
    from {{ ref('fct_finding') }}

),

status as (

    select * from {{ ref('mart_return_status') }}

),

final as (

    select
        status.organisation,
        status.return_name,
        status.quarter,
        findings.rule,
        findings.severity,
        cast(count(*) as int) as findings
    from status
    inner join findings
        on status.submission_id = findings.submission_id
    group by
        status.organisation, status.return_name, status.quarter, findings.rule, findings.severity

)

select * from final
order by organisation, return_name, quarter, rule, severity
