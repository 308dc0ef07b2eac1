with

summary as (

    select * from {{ ref('int_measure__summary') }}

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
        quarter,
        state,
        state_reason,
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
        no_limits_reason,
        direction,
        recent_trend,
        comparison,
        previous_period,
        previous_label,
        previous_value,
        is_like_for_like,
        like_for_like_value,
        like_for_like_previous,
        like_for_like_members,
        points,
        open_queries,
        illustrative,
        attention_rank,
        attention_reason
    from summary

)

select * from final
order by measure, organisation
