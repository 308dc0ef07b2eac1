with

measures as (

    select
        measure,
        status,
        first_quarter,
        last_quarter
    from {{ ref('dim_measure') }}

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

final as (

    select
        measures.measure,
        case
            when measures.last_quarter < edition.quarter then 'retired'
            when measures.last_quarter is not null and measures.status = 'retired' then 'live'
            else measures.status
        end as status
    from measures
    cross join edition
    where measures.first_quarter is null or measures.first_quarter <= edition.quarter

)

select * from final
