with

sign_offs as (

    select * from {{ source('raw', 'sign_off') }}

),

known as (

    select
        event_id,
        quarter,
        by_whom,
        {{ adapter.quote('at') }} as happened_at,
        note,
        data_sha256,
        open_queries
    from sign_offs
    where {{ known_by_then(adapter.quote('at')) }}

)

select * from known
