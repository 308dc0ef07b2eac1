with

submissions as (

    select * from {{ ref('stg_submission') }}

),

findings as (

    select * from {{ ref('stg_finding') }}

),

spells as (

    select submission_id from {{ ref('int_submission__current_spells') }}
    where is_current

),

found as (

    select
        submission_id,
        count(case when severity in ('refuse', 'error') then 1 end) as errors,
        count(case when severity = 'query' then 1 end) as queries,
        count(case when severity = 'note' then 1 end) as notes,
        count(case when is_open_query then 1 end) as open_queries
    from findings
    group by submission_id

),

final as (

    select
        submissions.submission_id,
        submissions.organisation,
        submissions.return_name,
        submissions.quarter,
        submissions.outcome,
        case
            when not submissions.is_accepted then 'not accepted'
            when submissions.withdrawn_at is not null then 'withdrawn'
            when spells.submission_id is not null then 'current'
            else 'superseded'
        end as standing,
        submissions.is_accepted,
        submissions.received_at,
        submissions.received_on,
        submissions.withdrawn_at,
        submissions.sender,
        submissions.channel,
        submissions.file_name,
        submissions.sha256,
        submissions.rows_found,
        submissions.rows_used,
        submissions.rows_not_used,
        submissions.rows_passed_over,
        cast(coalesce(found.errors, 0) as int) as errors,
        cast(coalesce(found.queries, 0) as int) as queries,
        cast(coalesce(found.notes, 0) as int) as notes,
        cast(coalesce(found.open_queries, 0) as int) as open_queries,
        submissions.sample
    from submissions
    left join found
        on submissions.submission_id = found.submission_id
    left join spells
        on submissions.submission_id = spells.submission_id

)

select * from final
