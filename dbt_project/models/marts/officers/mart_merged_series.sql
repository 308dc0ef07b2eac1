with

figures as (

    select * from {{ ref('int_measure__quarter_values') }}

),

organisations as (

    select
        organisation,
        name,
        merged_into
    from {{ ref('dim_organisation') }}

),

measures as (

    select
        measure,
        unit,
        aggregation
    from {{ ref('dim_measure') }}
    where aggregation in ('ratio', 'sum')

),

-- Successors of a merger, and those that became part of them.
families as (

    select distinct
        member.organisation,
        member.name,
        member.merged_into
    from organisations as member
    inner join organisations as merged
        on member.merged_into = merged.merged_into
    where merged.organisation <> merged.merged_into

),

added as (

    select
        figures.measure,
        families.merged_into as organisation,
        figures.area,
        figures.quarter,
        figures.breakdown,
        figures.category,
        max(measures.aggregation) as aggregation,
        max(measures.unit) as unit,
        sum(
            case
                when measures.aggregation = 'sum' then coalesce(figures.numerator, figures.value)
                when figures.denominator > 0 then figures.numerator
            end
        ) as numerator,
        sum(
            case
                when figures.numerator is not null and figures.denominator > 0
                    then figures.denominator
            end
        ) as denominator,
        {{ joined('families.name') }} as made_of
    from figures
    inner join measures
        on figures.measure = measures.measure
    inner join families
        on figures.organisation = families.organisation
    group by
        figures.measure, families.merged_into, figures.area, figures.quarter,
        figures.breakdown, figures.category

),

final as (

    select
        measure,
        organisation,
        area,
        quarter,
        breakdown,
        category,
        numerator,
        denominator,
        {{ combined_value('aggregation', 'numerator', 'denominator', 'unit') }} as value,
        made_of
    from added

)

select * from final
