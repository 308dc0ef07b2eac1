with

submissions as (

    select * from {{ ref('stg_submission') }}

),

spells as (

    select submission_id from {{ ref('int_submission__current_spells') }}
    where is_current

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
        submissions.withdrawn_at,
        submissions.sender,
        submissions.channel,
        submissions.file_name,
        submissions.rows_found,
        submissions.rows_used,
        submissions.rows_not_used,
        submissions.rows_passed_over,
        submissions.errors,
        submissions.queries,
        submissions.notes,
        submissions.sample
    from submissions
    left join spells
        on submissions.submission_id = spells.submission_id

)

select * from final
