with

horizon as (

    select
        counts_up_to,
        as_of_day,
        meeting_on
    from {{ source('raw', 'horizon') }}

)

select * from horizon
