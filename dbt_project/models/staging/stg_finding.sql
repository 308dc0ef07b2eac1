with

findings as (

    select * from {{ source('raw', 'finding') }}

),

submissions as (

    select submission_id from {{ ref('stg_submission') }}

),

known as (

    select
        findings.submission_id,
        findings.finding_number,
        findings.rule,
        findings.severity,
        findings.row_number,
        findings.rows_in_group,
        findings.column_name,
        findings.value,
        findings.message,
        findings.hint,
        case
            when {{ known_by_then('findings.explained_at') }} then findings.explained_at
        end as explained_at,
        case
            when {{ known_by_then('findings.explained_at') }} then findings.explanation
        end as explanation
    from findings
    inner join submissions
        on findings.submission_id = submissions.submission_id

),

final as (

    select
        *,
        severity = 'query' and explained_at is null as is_open_query
    from known

)

select * from final
