with

meetings as (

    select * from {{ source('reference', 'meetings') }}

),

final as (

    select
        meeting,
        board,
        meeting_on,
        start_time,
        place,
        quarter
    from meetings

)

select * from final
order by meeting_on, meeting
