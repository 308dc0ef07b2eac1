with

measures as (

    select * from {{ ref('dim_measure') }}

),

next_due as (

    select * from {{ ref('int_measure__next_due') }}

),

main_kinds as (

    select * from {{ ref('int_measure__main_kind') }}

),

final as (

    select
        measures.measure,
        measures.return_name,
        measures.item,
        measures.title,
        measures.definition,
        measures.unit,
        measures.decimals,
        measures.numerator_words,
        measures.denominator_words,
        measures.polarity,
        measures.target,
        measures.amber_limit,
        measures.form,
        measures.aggregation,
        measures.kind,
        measures.frequency,
        main_kinds.period_kind as main_kind,
        measures.seasonal,
        measures.theme,
        measures.priority,
        measures.owner_role,
        measures.small_number_rule,
        measures.threshold,
        measures.rounding,
        measures.source,
        measures.status,
        measures.headline,
        measures.first_quarter,
        measures.last_quarter,
        measures.theme_title,
        measures.priority_title,
        measures.return_title,
        next_due.next_quarter_label,
        next_due.next_due_on
    from measures
    inner join main_kinds
        on measures.measure = main_kinds.measure
    left join next_due
        on measures.measure = next_due.measure

)

select * from final
order by measure
