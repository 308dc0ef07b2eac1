with

horizon as (

    select
        as_of_day,
        meeting_on as asked_for
    from {{ ref('stg_horizon') }}

),

meetings as (

    select
        quarter,
        meeting,
        meeting_on
    from {{ source('reference', 'meetings') }}
    where quarter is not null

),

-- The meeting that was asked for, else the next that is not over, else the last.
in_turn as (

    select
        meetings.quarter,
        meetings.meeting,
        meetings.meeting_on,
        row_number() over (
            partition by meetings.quarter
            order by
                case when meetings.meeting_on = horizon.asked_for then 0 else 1 end,
                case when meetings.meeting_on >= horizon.as_of_day then 0 else 1 end,
                abs({{ days_between('horizon.as_of_day', 'meetings.meeting_on') }}),
                meetings.meeting
        ) as turn
    from meetings
    cross join horizon

),

final as (

    select
        quarter,
        meeting,
        meeting_on
    from in_turn
    where turn = 1

)

select * from final
