with

categories as (

    select * from {{ source('reference', 'measure_categories') }}

),

measures as (

    select
        measure,
        return_name,
        item
    from {{ ref('pub_measure') }}

),

final as (

    select
        categories.measure,
        categories.breakdown,
        categories.category,
        categories.part_of,
        named.measure as category_measure,
        categories.adds_up,
        cast(categories.sort as int) as sort
    from categories
    inner join measures
        on categories.measure = measures.measure
    left join measures as named
        on
            measures.return_name = named.return_name
            and categories.category = named.item

)

select * from final
order by measure, breakdown, category
