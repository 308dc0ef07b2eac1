with

standings as (

    select
        organisation,
        return_name,
        quarter,
        is_owed,
        due_on,
        extended_to,
        state,
        days_late,
        submissions,
        corrections,
        current_submission_id,
        latest_submission_id,
        first_received_at,
        accepted_received_at,
        open_queries
    from {{ source('raw', 'standing') }}

)

select * from standings
