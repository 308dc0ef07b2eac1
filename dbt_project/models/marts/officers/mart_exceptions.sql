with

summary as (

    select * from {{ ref('int_measure__summary') }}

),

measures as (

    select
        measure,
        title,
        owner_role
    from {{ ref('dim_measure') }}

),

causes as (

    select
        cell_id,
        reason
    from {{ source('disclosure', 'cell_state') }}
    where state = 'suppressed'

),

final as (

    select
        summary.measure,
        measures.title,
        measures.owner_role,
        summary.organisation,
        summary.quarter,
        summary.state,
        summary.value,
        summary.rating,
        summary.variation,
        summary.assurance,
        summary.direction,
        summary.attention_rank,
        summary.attention_reason,
        causes.reason as suppressed_because
    from summary
    inner join measures
        on summary.measure = measures.measure
    left join causes
        on summary.cell_id = causes.cell_id
    where summary.attention_rank is not null or causes.cell_id is not null

)

select * from final
