with

horizon as (

    select * from {{ ref('stg_horizon') }}

),

standing as (

    select max(quarter) as quarter from {{ ref('int_submission__current_spells') }}
    where is_current

),

-- Where nothing was accepted yet, pages tell of what came and could not be used.
newest_quarter as (

    select coalesce(standing.quarter, max(submissions.quarter)) as quarter
    from standing
    left join {{ ref('stg_submission') }} as submissions
        on submissions.quarter is not null
    group by standing.quarter

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
