with

cells as (

    select
        measure,
        period_kind,
        period_end
    from {{ ref('int_measure__cells') }}
    where breakdown = 'total' and category = 'all' and state in ('figure', 'withheld')

),

measures as (

    select
        measure,
        frequency
    from {{ ref('dim_measure') }}

),

counted as (

    select
        measure,
        period_kind,
        count(*) as figures,
        max(period_end) as newest
    from cells
    group by measure, period_kind

),

-- Quarters, where there are any, for what is measured more often than yearly; of yearly measures
-- the kind of the newest figure.
ordered as (

    select
        measures.measure,
        counted.period_kind,
        row_number() over (
            partition by measures.measure
            order by
                case
                    when measures.frequency <> 'yearly' and counted.period_kind = 'quarter' then 0
                    else 1
                end,
                counted.newest desc,
                counted.figures desc,
                counted.period_kind asc
        ) as place
    from measures
    left join counted
        on measures.measure = counted.measure

),

final as (

    select
        measure,
        coalesce(period_kind, 'quarter') as period_kind
    from ordered
    where place = 1

)

select * from final
