with

sign_offs as (

    select * from {{ source('raw', 'sign_off') }}

),

known as (

    select
        event_id,
        quarter,
        by_whom,
        {{ quoted('at') }} as happened_at,
        note,
        data_sha256,
        open_queries
    from sign_offs
    where {{ known_by_then(quoted('at')) }}

)

select * from known
