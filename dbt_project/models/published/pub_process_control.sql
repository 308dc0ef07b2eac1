with

control as (

    select * from {{ ref('int_measure__process_control') }}
    where value is not null

),

final as (

    select
        measure,
        organisation,
        period,
        period_kind,
        period_label,
        period_start,
        period_end,
        value,
        is_in_limits,
        mean,
        upl,
        lpl,
        cast(stretch as int) as stretch,
        cast(points as int) as points,
        special_cause,
        special_cause_side,
        variation,
        assurance,
        no_limits_reason,
        trial,
        illustrative
    from control

)

select * from final
order by measure, organisation, period_kind, period_end, period_start, period
