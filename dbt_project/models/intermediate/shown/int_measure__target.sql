with

figures as (

    select distinct
        measure,
        organisation,
        area,
        quarter
    from {{ ref('int_measure__shown_value') }}

),

measures as (

    select
        measure,
        aggregation
    from {{ ref('dim_measure') }}

),

targets as (

    select * from {{ source('reference', 'targets') }}

),

home as (

    select area
    from {{ ref('dim_area') }}
    where is_home

),

-- Figures of other areas are there to compare with, but for those that a target names.
ranked as (

    select
        figures.measure,
        figures.organisation,
        figures.area,
        figures.quarter,
        targets.target,
        targets.amber_limit,
        targets.first_period as target_from,
        row_number() over (
            partition by figures.measure, figures.organisation, figures.area, figures.quarter
            order by {{ particularity('targets') }} desc
        ) as place
    from figures
    inner join measures
        on figures.measure = measures.measure
    inner join targets
        on {{ holds_for('targets', 'figures', 'measures.aggregation') }}
    left join home
        on figures.area = home.area
    where figures.area = 'all' or home.area is not null or targets.area is not null

),

final as (

    select
        measure,
        organisation,
        area,
        quarter,
        target,
        amber_limit,
        target_from
    from ranked
    where place = 1

)

select * from final
