with

rows_sent as (

    select * from {{ source('raw', 'action_progress') }}

),

actions as (

    select
        submission_id,
        row_number,
        organisation,
        {{ quarter_key('quarter') }} as quarter,
        {{ quoted('plan') }} as plan_id,
        ref,
        action,
        lead as lead_body,
        start as start_words,
        start_start as starts_on,
        due as due_words,
        due_start,
        due_end,
        coalesce(due_certainty, 'not set') as due_certainty,
        due_moved_from,
        due_note,
        rating,
        progress,
        reason,
        recovery_date as recovery_words,
        recovery_date_end as recovery_on
    from rows_sent

)

select * from actions
