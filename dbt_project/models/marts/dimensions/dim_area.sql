with

board as (

    select home_area from {{ source('reference', 'board') }}

),

areas as (

    select * from {{ source('reference', 'areas') }}

),

final as (

    select
        areas.area,
        areas.name,
        areas.kind,
        areas.area = board.home_area as is_home,
        -- Figures of other places of this size, of regions and the country are public already.
        areas.area <> board.home_area and not areas.within_home as is_comparator,
        -- Of so few people that a public statistic of the home area says too much of them.
        areas.area <> board.home_area and areas.within_home as is_within_home
    from areas
    cross join board

)

select * from final
