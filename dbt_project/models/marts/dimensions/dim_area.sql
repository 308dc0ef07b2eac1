with

areas as (

    select * from {{ ref('areas') }}

),

final as (

    select
        area,
        name,
        kind,
        area = '{{ var("home_area") }}' as is_home,
        -- Figures of other cities, regions and the country are public already.
        area <> '{{ var("home_area") }}' and kind in ('city', 'region', 'country', 'group')
            as is_comparator,
        -- Of so few people that a public statistic of the city says too much of them.
        kind in ('constituency', 'ward') as is_within_home
    from areas

)

select * from final
