with

areas as (

    select * from {{ ref('areas') }}

),

final as (

    select
        area,
        name,
        kind,
        area = '{{ var("home_area") }}' as is_home
    from areas

)

select * from final
