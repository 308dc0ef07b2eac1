with

standings as (

    select * from {{ ref('stg_standing') }}
    where is_owed

),

quarters as (

    select
        quarter,
        quarter_label
    from {{ ref('dim_quarter') }}

),

final as (

    select
        standings.organisation,
        standings.return_name,
        standings.quarter,
        quarters.quarter_label,
        standings.due_on,
        standings.extended_to,
        standings.first_received_at,
        standings.accepted_received_at,
        standings.state,
        standings.days_late,
        standings.submissions,
        standings.corrections,
        standings.open_queries,
        -- The submission that speaks for the obligation: the one in use, else the newest try.
        coalesce(standings.current_submission_id, standings.latest_submission_id)
            as submission_id,
        standings.current_submission_id is not null as has_current
    from standings
    inner join quarters
        on standings.quarter = quarters.quarter

)

select * from final
