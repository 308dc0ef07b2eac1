with

facts as (

    select * from {{ ref('fct_measure_value') }}
    where is_current

),

measures as (

    select
        measure,
        unit,
        form,
        kind,
        frequency
    from {{ ref('dim_measure') }}

),

quarters as (

    select
        quarter,
        starts_on,
        ends_on
    from {{ ref('dim_quarter') }}

),

horizon as (

    select quarter from {{ ref('int_record__horizon') }}

),

known as (

    select
        facts.*,
        measures.unit,
        measures.form,
        measures.kind,
        measures.frequency
    from facts
    inner join measures
        on facts.measure = measures.measure
    inner join horizon
        on facts.quarter <= horizon.quarter

),

stated_quarters as (

    select
        measure,
        organisation,
        area,
        quarter,
        breakdown,
        category
    from known
    where period_kind = 'quarter'

),

-- What a quarter can be made of where nobody stated it: its months; of a snapshot its days too.
parts as (

    select
        known.*,
        row_number() over (
            partition by
                known.measure, known.organisation, known.area, known.quarter,
                known.breakdown, known.category
            order by known.period_end desc, known.period_kind asc
        ) as place
    from known
    left join stated_quarters
        on
            known.measure = stated_quarters.measure
            and known.organisation = stated_quarters.organisation
            and known.area = stated_quarters.area
            and known.quarter = stated_quarters.quarter
            and known.breakdown = stated_quarters.breakdown
            and known.category = stated_quarters.category
    where
        stated_quarters.measure is null
        and (
            known.period_kind = 'month'
            or (
                known.period_kind = 'day'
                and known.kind = 'snapshot'
                and known.frequency <> 'yearly'
            )
        )

),

-- A flow is the sum of its months, a share of counts the share of the summed counts.
summed as (

    select
        measure,
        organisation,
        area,
        quarter,
        breakdown,
        category,
        max(unit) as unit,
        max(form) as form,
        max(returned_in) as returned_in,
        case
            when max(form) = 'count' then sum(coalesce(numerator, value))
            when count(numerator) = count(value) then sum(numerator)
        end as numerator,
        case when count(denominator) = count(value) then sum(denominator) end as denominator,
        count(value) as months_with_a_figure,
        {{ joined('symbol') }} as symbols,
        max(case when place = 1 then submission_id end) as submission_id,
        max(case when place = 1 then row_number end) as row_number,
        max(known_from) as known_from,
        max(version) as version,
        max(sample) as sample,
        {{ joined('case when value is not null then period end') }} as made_of
    from parts
    where kind = 'flow'
    group by measure, organisation, area, quarter, breakdown, category

),

final as (

    select
        measure,
        organisation,
        area,
        period,
        period_kind,
        period_start,
        period_end,
        quarter,
        returned_in,
        breakdown,
        category,
        case when form = 'count' then coalesce(numerator, value) else numerator end as numerator,
        denominator,
        value,
        lower,
        upper,
        value_as_sent,
        symbol,
        cast(null as string) as lacks,
        cast(null as string) as made_of,
        submission_id,
        row_number,
        first_stated_in,
        known_from,
        version,
        sample
    from known
    union all
    select
        parts.measure,
        parts.organisation,
        parts.area,
        parts.quarter as period,
        'quarter' as period_kind,
        quarters.starts_on as period_start,
        quarters.ends_on as period_end,
        parts.quarter,
        parts.returned_in,
        parts.breakdown,
        parts.category,
        case
            when parts.form = 'count' then coalesce(parts.numerator, parts.value)
            else parts.numerator
        end as numerator,
        parts.denominator,
        parts.value,
        parts.lower,
        parts.upper,
        parts.value_as_sent,
        parts.symbol,
        case
            when parts.period_kind = 'month' and parts.period_end < quarters.ends_on
                then 'its last month is missing'
        end as lacks,
        parts.period as made_of,
        parts.submission_id,
        parts.row_number,
        parts.first_stated_in,
        parts.known_from,
        parts.version,
        parts.sample
    from parts
    inner join quarters
        on parts.quarter = quarters.quarter
    where parts.kind <> 'flow' and parts.place = 1
    union all
    select
        summed.measure,
        summed.organisation,
        summed.area,
        summed.quarter as period,
        'quarter' as period_kind,
        quarters.starts_on as period_start,
        quarters.ends_on as period_end,
        summed.quarter,
        summed.returned_in,
        summed.breakdown,
        summed.category,
        summed.numerator,
        summed.denominator,
        case
            when summed.form = 'count' then summed.numerator
            else {{ value_of('summed.numerator', 'summed.denominator', 'summed.unit') }}
        end as value,
        cast(null as double) as lower,
        cast(null as double) as upper,
        cast(null as string) as value_as_sent,
        case
            when summed.months_with_a_figure > 0 then null
            when summed.symbols like '%c%' then 'c'
            when summed.symbols like '%x%' then 'x'
            else summed.symbols
        end as symbol,
        case
            when
                summed.months_with_a_figure > 0
                and summed.form <> 'count'
                and (summed.numerator is null or summed.denominator is null)
                then 'its months cannot be added up'
            when summed.months_with_a_figure < 3
                then concat(cast(summed.months_with_a_figure as string), ' of 3 months')
        end as lacks,
        summed.made_of,
        summed.submission_id,
        summed.row_number,
        cast(null as string) as first_stated_in,
        summed.known_from,
        summed.version,
        summed.sample
    from summed
    inner join quarters
        on summed.quarter = quarters.quarter

)

select * from final
