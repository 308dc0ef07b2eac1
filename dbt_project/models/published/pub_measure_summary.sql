with

summary as (

    select * from {{ ref('int_measure__summary') }}

),

final as (

    select
        measure,
        organisation,
        quarter,
        period_end,
        state,
        value,
        numerator,
        denominator,
        lower,
        upper,
        rating,
        rating_reason,
        variation,
        reading,
        assurance,
        direction,
        recent_trend,
        comparison,
        previous_quarter,
        previous_value,
        points,
        open_queries,
        illustrative,
        attention_rank,
        attention_reason
    from summary

)

select * from final
order by measure, organisation
