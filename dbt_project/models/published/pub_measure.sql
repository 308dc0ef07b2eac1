with

measures as (

    select * from {{ ref('dim_measure') }}

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

targets as (

    select * from {{ source('reference', 'targets') }}
    where (organisation is null or organisation = 'ALL') and area is null

),

definitions as (

    select * from {{ source('reference', 'definitions') }}

),

next_due as (

    select * from {{ ref('int_measure__next_due') }}

),

at_edition as (

    select * from {{ ref('int_measure__at_edition') }}

),

main_kinds as (

    select * from {{ ref('int_measure__main_kind') }}

),

-- A measure that is collected no longer is told as it was in its last quarter.
newest as (

    select
        measures.measure,
        least(edition.quarter, coalesce(measures.last_quarter, edition.quarter)) as quarter
    from measures
    cross join edition

),

wordings as (

    select
        newest.measure,
        definitions.definition,
        row_number() over (
            partition by newest.measure order by coalesce(definitions.first_period, '') desc
        ) as place
    from newest
    inner join definitions
        on
            newest.measure = definitions.measure
            and coalesce(definitions.first_period, '') <= newest.quarter

),

-- That of the combined figure, if it has one of its own.
in_force as (

    select
        newest.measure,
        targets.target,
        targets.amber_limit,
        targets.first_period,
        row_number() over (
            partition by newest.measure order by {{ particularity('targets') }} desc
        ) as place
    from newest
    inner join targets
        on newest.measure = targets.measure and {{ holds_in('targets', 'newest.quarter') }}

),

final as (

    select
        measures.measure,
        measures.return_name,
        measures.item,
        measures.title,
        coalesce(wordings.definition, measures.definition) as definition,
        measures.unit,
        measures.decimals,
        measures.numerator_words,
        measures.denominator_words,
        measures.polarity,
        in_force.target,
        in_force.amber_limit,
        in_force.first_period as target_from,
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
        at_edition.status,
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
    inner join at_edition
        on measures.measure = at_edition.measure
    inner join newest
        on measures.measure = newest.measure
    left join wordings
        on measures.measure = wordings.measure and wordings.place = 1
    left join in_force
        on measures.measure = in_force.measure and in_force.place = 1
    left join next_due
        on measures.measure = next_due.measure

)

select * from final
order by measure
