with

priorities as (

    select * from {{ ref('board_priorities') }}

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
