with

horizon as (

    select * from {{ ref('stg_horizon') }}

),

newest_quarter as (

    select max(quarter) as quarter from {{ ref('int_submission__current_spells') }}
    where is_current

),

final as (

    select
        newest_quarter.quarter,
        horizon.counts_up_to,
        horizon.as_of_day
    from newest_quarter
    cross join horizon

)

select * from final
