with

organisations as (

    select * from {{ ref('dim_organisation') }}

),

final as (

    select
        organisation,
        name,
        kind,
        ended_on,
        succeeded_by
    from organisations

)

select * from final
order by organisation
