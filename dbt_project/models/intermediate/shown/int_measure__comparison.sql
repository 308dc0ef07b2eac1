with

judged as (

    select * from {{ ref('int_measure__judged_value') }}
    where is_whole and area <> 'all'

),

measures as (

    select
        measure,
        unit
    from {{ ref('dim_measure') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

peer_sets as (

    select
        peer_set,
        name
    from {{ source('reference', 'peer_sets') }}

),

members as (

    select
        peer_set,
        area
    from {{ source('reference', 'peer_set_members') }}

),

-- A period that several partners gave counts as the newest return says.
newest as (

    select
        *,
        row_number() over (
            partition by measure, area, period
            order by returned_in desc, organisation asc
        ) as place
    from judged

),

figures as (

    select
        newest.measure,
        newest.area,
        newest.period_start,
        newest.period_end,
        newest.numerator,
        newest.denominator,
        newest.value,
        newest.lower,
        newest.upper,
        newest.polarity,
        areas.name as area_name,
        areas.kind as area_kind,
        areas.is_home,
        areas.is_within_home
    from newest
    inner join areas
        on newest.area = areas.area
    where newest.place = 1 and newest.value is not null

),

home as (

    select * from figures
    where is_home

),

expected_peers as (

    select
        home.measure,
        home.period_start,
        home.period_end,
        members.peer_set,
        home.area,
        members.area as peer,
        figures.numerator,
        figures.denominator
    from home
    cross join members
    left join figures
        on
            home.measure = figures.measure
            and home.period_start = figures.period_start
            and home.period_end = figures.period_end
            and members.area = figures.area

),

pooled as (

    select * from (
        {{ peer_average(
            'expected_peers', ['measure', 'period_start', 'period_end', 'peer_set'],
            'area', 'peer', 'numerator', 'denominator'
        ) }}
    ) as averages

),

-- The average of a set as its source gives it is a figure of the area of that name.
peer_rows as (

    select
        pooled.measure,
        pooled.peer_set as area,
        peer_sets.name as area_name,
        'peer average' as area_kind,
        false as is_within_home,
        pooled.peer_set,
        pooled.period_start,
        pooled.period_end,
        coalesce({{ per_unit('measures.unit') }} * pooled.average, as_sent.value) as value,
        cast(null as double) as lower,
        cast(null as double) as upper,
        pooled.peers_used,
        pooled.peers_expected
    from pooled
    inner join peer_sets
        on pooled.peer_set = peer_sets.peer_set
    inner join measures
        on pooled.measure = measures.measure
    left join figures as as_sent
        on
            pooled.measure = as_sent.measure
            and pooled.period_start = as_sent.period_start
            and pooled.period_end = as_sent.period_end
            and peer_sets.name = as_sent.area_name

),

united as (

    select
        measure,
        area,
        area_name,
        area_kind,
        is_within_home,
        cast(null as string) as peer_set,
        period_start,
        period_end,
        value,
        lower,
        upper,
        cast(null as int) as peers_used,
        cast(null as int) as peers_expected
    from figures
    union all
    select * from peer_rows

),

-- The board's own area against each of the others, of the same period.
compared as (

    select
        united.*,
        home.measure is not null and united.area = home.area as is_home,
        case
            when united.area = home.area then 'not compared'
            else {{ compare_with_benchmark(
                'home.lower', 'home.upper', 'united.value', 'home.polarity'
            ) }}
        end as comparison
    from united
    left join home
        on
            united.measure = home.measure
            and united.period_start = home.period_start
            and united.period_end = home.period_end

),

verdicts as (

    select
        measure,
        period_start,
        period_end,
        max(case when area_kind = 'country' then comparison end) as with_country,
        sum(case when comparison <> 'not compared' and peer_set is not null then 1 else 0 end)
            as peer_sets_compared,
        sum(case when comparison = 'worse' and peer_set is not null then 1 else 0 end)
            as peer_sets_better
    from compared
    group by measure, period_start, period_end

),

final as (

    select
        compared.measure,
        compared.area,
        compared.area_name,
        compared.area_kind,
        compared.is_within_home,
        compared.peer_set,
        compared.period_start,
        compared.period_end,
        compared.value,
        compared.lower,
        compared.upper,
        compared.comparison,
        compared.peers_used,
        compared.peers_expected,
        compared.is_home,
        verdicts.with_country,
        case
            when compared.is_home
                then {{ comparison_list(
                    'verdicts.with_country', '(select count(*) from peer_sets)',
                    'verdicts.peer_sets_compared', 'verdicts.peer_sets_better'
                ) }}
        end as comparison_list
    from compared
    inner join verdicts
        on
            compared.measure = verdicts.measure
            and compared.period_start = verdicts.period_start
            and compared.period_end = verdicts.period_end

)

select * from final
