with

summary as (

    select * from {{ ref('int_measure__summary') }}

),

measures as (

    select
        measure,
        aggregation
    from {{ ref('dim_measure') }}

),

baselines as (

    select * from {{ source('reference', 'baselines') }}

),

held_beside as (

    select
        summary.cell_id,
        baselines.label as baseline_label,
        baselines.value as baseline,
        baselines.source as baseline_source,
        row_number() over (
            partition by summary.cell_id order by {{ particularity('baselines') }} desc
        ) as place
    from summary
    inner join measures
        on summary.measure = measures.measure
    inner join baselines
        on {{ holds_for('baselines', 'summary', 'measures.aggregation') }}

),

final as (

    select
        summary.measure,
        summary.organisation,
        summary.period,
        summary.period_kind,
        summary.period_label,
        summary.period_start,
        summary.period_end,
        summary.quarter,
        summary.state,
        summary.state_reason,
        summary.value,
        summary.numerator,
        summary.denominator,
        summary.lower,
        summary.upper,
        summary.rating,
        summary.rating_reason,
        summary.target,
        summary.amber_limit,
        summary.target_from,
        summary.variation,
        summary.reading,
        summary.read_from,
        summary.assurance,
        summary.has_new_target,
        summary.no_limits_reason,
        summary.direction,
        summary.recent_trend,
        summary.comparison,
        summary.previous_period,
        summary.previous_label,
        summary.previous_value,
        summary.is_like_for_like,
        summary.like_for_like_value,
        summary.like_for_like_previous,
        summary.like_for_like_members,
        summary.points,
        summary.open_queries,
        summary.illustrative,
        summary.attention_rank,
        summary.attention_reason,
        held_beside.baseline,
        held_beside.baseline_label,
        held_beside.baseline_source
    from summary
    left join held_beside
        on summary.cell_id = held_beside.cell_id and held_beside.place = 1

)

select * from final
order by measure, organisation
