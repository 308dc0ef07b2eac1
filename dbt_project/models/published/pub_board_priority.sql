with

priorities as (

    select * from {{ source('reference', 'board_priorities') }}

),

final as (

    select
        priority,
        title,
        sort
    from priorities

)

select * from final
order by sort, priority
