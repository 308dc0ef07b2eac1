with

control as (

    select * from {{ ref('int_measure__process_control') }}
    where value is not null

),

final as (

    select
        measure,
        organisation,
        quarter,
        value,
        mean,
        upl,
        lpl,
        cast(stretch as int) as stretch,
        cast(points as int) as points,
        special_cause,
        special_cause_side,
        variation,
        assurance,
        trial,
        illustrative
    from control

)

select * from final
order by measure, organisation, quarter
