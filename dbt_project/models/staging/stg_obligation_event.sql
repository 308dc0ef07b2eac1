with

events as (

    select * from {{ source('raw', 'obligation_event') }}

),

known as (

    select
        event_id,
        kind,
        organisation,
        return_name,
        quarter,
        extended_to,
        by_whom,
        reason,
        {{ quoted('at') }} as happened_at
    from events
    where {{ known_by_then(quoted('at')) }}

)

select * from known
