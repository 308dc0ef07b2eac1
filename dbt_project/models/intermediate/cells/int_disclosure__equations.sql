with

cells as (

    select * from {{ ref('int_disclosure__cells') }}
    where threshold is not null

),

measures as (

    select
        measure,
        return_name,
        item,
        kind,
        aggregation
    from {{ ref('dim_measure') }}

),

quarters as (

    select
        quarter,
        starts_on,
        financial_year_starts_on
    from {{ ref('dim_quarter') }}

),

categories as (

    select * from {{ source('reference', 'measure_categories') }}
    where adds_up

),

-- A category is a row of its measure, or, where a return gives parts a name of their own, the
-- whole of another measure of the same return.
parts as (

    select
        categories.measure,
        categories.breakdown as whole_breakdown,
        categories.part_of,
        coalesce(named.measure, categories.measure) as part_measure,
        case
            when named.measure is null then categories.breakdown else 'total'
        end as part_breakdown,
        case when named.measure is null then categories.category else 'all' end as part_category,
        named.measure is not null as has_own_name
    from categories
    inner join measures
        on categories.measure = measures.measure
    left join measures as named
        on
            measures.return_name = named.return_name
            and categories.category = named.item

),

-- One whole for each parent in each breakdown: the total, or the category the parts are part of.
wholes as (

    select
        concat_ws('|', 'parts', cells.cell_id, parts.whole_breakdown) as equation_id,
        cells.cell_id,
        parts.whole_breakdown,
        parts.part_measure,
        parts.part_breakdown,
        parts.part_category,
        parts.has_own_name,
        cells.organisation,
        cells.area,
        cells.period,
        cells.period_kind,
        cells.quarter,
        case when cells.form = 'count' then 'numerator' else 'denominator' end as base_quantity,
        case
            when cells.form = 'count' then coalesce(cells.numerator, cells.value)
            else cells.denominator
        end as base
    from parts
    inner join cells
        on
            parts.measure = cells.measure
            and (
                (parts.part_of is null and cells.breakdown = 'total' and cells.category = 'all')
                or (
                    parts.part_of = cells.category
                    and parts.whole_breakdown = cells.breakdown
                )
            )

),

-- The parts of a year to date are its quarters since April; of anything else, of the same period.
part_periods as (

    select
        *,
        period as part_period
    from wholes
    union all
    select
        wholes.*,
        quarters.quarter as part_period
    from wholes
    inner join quarters as whole_quarters
        on wholes.quarter = whole_quarters.quarter
    inner join quarters
        on
            whole_quarters.financial_year_starts_on = quarters.financial_year_starts_on
            and whole_quarters.starts_on > quarters.starts_on
    where wholes.whole_breakdown = 'year to date' and wholes.period_kind = 'quarter'

),

part_terms as (

    select
        wholes.equation_id,
        parts.cell_id,
        -1.0 as coefficient,
        wholes.cell_id as whole_cell_id,
        wholes.base_quantity,
        wholes.has_own_name and parts.denominator = wholes.base as is_share_of_whole
    from part_periods as wholes
    inner join cells as parts
        on
            wholes.part_measure = parts.measure
            and wholes.part_breakdown = parts.breakdown
            and wholes.part_category = parts.category
            and wholes.organisation = parts.organisation
            and wholes.area = parts.area
            and wholes.part_period = parts.period

),

whole_terms as (

    select distinct
        wholes.equation_id,
        wholes.cell_id,
        1.0 as coefficient
    from wholes
    inner join part_terms
        on wholes.equation_id = part_terms.equation_id

),

-- The combined figure is the sum of the partners counted in it.
combined_terms as (

    select
        concat_ws('|', 'combined', cells.cell_id) as equation_id,
        cells.cell_id,
        1.0 as coefficient
    from cells
    where cells.organisation = 'ALL' and cells.value is not null
    union all
    select
        concat_ws('|', 'combined', whole.cell_id) as equation_id,
        partner.cell_id,
        -1.0 as coefficient
    from cells as whole
    inner join cells as partner
        on
            whole.measure = partner.measure
            and whole.area = partner.area
            and whole.period = partner.period
            and whole.breakdown = partner.breakdown
            and whole.category = partner.category
    inner join measures
        on whole.measure = measures.measure
    where
        whole.organisation = 'ALL'
        and whole.value is not null
        and partner.organisation <> 'ALL'
        and case
            when measures.aggregation = 'ratio'
                then
                    partner.numerator is not null
                    and partner.denominator is not null
                    and partner.denominator > 0
            else partner.value is not null
        end

),

-- Where a whole and areas within it are given, whoever sees the whole and all but one of the areas
-- knows that one, however partners are combined. A whole that no rule hides (it is no cell here) is
-- known all the same.
areas as (

    select
        area,
        kind,
        is_home,
        is_within_home
    from {{ ref('dim_area') }}

),

area_parts as (

    select
        cells.*,
        areas.kind as area_kind,
        concat_ws(
            '|', 'areas', cells.measure, cells.organisation, cells.period, cells.breakdown,
            cells.category, areas.kind
        ) as equation_id
    from cells
    inner join areas
        on cells.area = areas.area
    where areas.is_within_home

),

area_terms as (

    select
        equation_id,
        cell_id,
        1.0 as coefficient
    from area_parts
    union all
    select distinct
        area_parts.equation_id,
        whole.cell_id,
        -1.0 as coefficient
    from area_parts
    inner join cells as whole
        on
            area_parts.measure = whole.measure
            and area_parts.organisation = whole.organisation
            and area_parts.period = whole.period
            and area_parts.breakdown = whole.breakdown
            and area_parts.category = whole.category
    left join areas
        on whole.area = areas.area
    where whole.area = 'all' or areas.is_home

),

-- A longer period and shorter ones of one kind that lie in it.
spans as (

    select
        whole.cell_id,
        part.cell_id as part_cell_id,
        part.period_kind as part_kind,
        case when whole.made_of is not null then 1 end as made_of_parts,
        {{ days_between('whole.period_start', 'whole.period_end') }} + 1 as whole_days,
        {{ days_between('part.period_start', 'part.period_end') }} + 1 as part_days
    from cells as whole
    inner join cells as part
        on
            whole.measure = part.measure
            and whole.organisation = part.organisation
            and whole.area = part.area
            and whole.breakdown = part.breakdown
            and whole.category = part.category
            and whole.period_start <= part.period_start
            and whole.period_end >= part.period_end
            and whole.period <> part.period
    inner join measures
        on whole.measure = measures.measure
    where
        part.period_kind in ('month', 'quarter', 'financial_year', 'calendar_year')
        and part.value is not null
        and whole.value is not null
        and measures.kind = 'flow'
    union all
    -- A snapshot's quarter is the newest figure in it.
    select
        whole.cell_id,
        part.cell_id as part_cell_id,
        part.period_kind as part_kind,
        1 as made_of_parts,
        0 as whole_days,
        0 as part_days
    from cells as whole
    inner join cells as part
        on
            whole.measure = part.measure
            and whole.organisation = part.organisation
            and whole.area = part.area
            and whole.breakdown = part.breakdown
            and whole.category = part.category
            and whole.made_of = part.period

),

-- Those that fill it. A quarter made of its months is their sum though one is missing. Of others
-- that do not fill it, the sum is no more than the whole.
together as (

    select
        cell_id,
        part_kind,
        concat_ws(
            '|',
            case
                when sum(part_days) = max(whole_days) then 'periods'
                when part_kind in ('month', 'day') and max(made_of_parts) = 1 then 'periods'
                else 'within'
            end,
            cell_id,
            part_kind
        ) as equation_id
    from spans
    group by cell_id, part_kind

),

span_terms as (

    select
        together.equation_id,
        spans.part_cell_id as cell_id,
        -1.0 as coefficient
    from spans
    inner join together
        on
            spans.cell_id = together.cell_id
            and spans.part_kind = together.part_kind
    union all
    select
        equation_id,
        cell_id,
        1.0 as coefficient
    from together

),

terms as (

    select
        equation_id,
        cell_id,
        coefficient
    from part_terms
    union all
    select * from whole_terms
    union all
    select * from combined_terms
    union all
    select * from span_terms
    union all
    select * from area_terms

),

quantified as (

    select
        terms.equation_id,
        terms.cell_id,
        'numerator' as quantity,
        terms.coefficient,
        coalesce(cells.numerator, case when cells.form = 'count' then cells.value end) as amount
    from terms
    inner join cells
        on terms.cell_id = cells.cell_id
    union all
    select
        terms.equation_id,
        terms.cell_id,
        'denominator' as quantity,
        terms.coefficient,
        cells.denominator as amount
    from terms
    inner join cells
        on terms.cell_id = cells.cell_id
    where cells.form in ('proportion', 'rate')

),

-- The denominators of parts may be that of the whole: they are an equation only where they add
-- up, as are periods. Other numerators are one always: by how much a whole differs from its parts a
-- reader may know.
checked as (

    select
        equation_id,
        quantity
    from quantified
    group by equation_id, quantity
    having
        max(coefficient) > 0
        and count(amount) > 0
        and (quantity = 'numerator' or equation_id not like 'within|%')
        and (
            (quantity = 'numerator' and equation_id not like 'periods|%')
            or (count(amount) = count(*) and abs(sum(coefficient * amount)) < 0.000001)
        )

),

-- A part that is given as a share of its whole has its whole's count for denominator: whoever sees
-- one of them knows the other.
shared as (

    select
        concat_ws('|', 'shared', whole_cell_id, cell_id) as equation_id,
        whole_cell_id as cell_id,
        base_quantity as quantity,
        1.0 as coefficient
    from part_terms
    where is_share_of_whole
    union all
    select
        concat_ws('|', 'shared', whole_cell_id, cell_id) as equation_id,
        cell_id,
        'denominator' as quantity,
        -1.0 as coefficient
    from part_terms
    where is_share_of_whole

),

final as (

    select
        concat_ws('|', quantified.equation_id, quantified.quantity) as equation_id,
        quantified.cell_id,
        quantified.quantity,
        cast(quantified.coefficient as double) as coefficient
    from quantified
    inner join checked
        on
            quantified.equation_id = checked.equation_id
            and quantified.quantity = checked.quantity
    union all
    select
        equation_id,
        cell_id,
        quantity,
        cast(coefficient as double) as coefficient
    from shared
    union all
    -- What the missing parts have: a count that nobody sent, and that is not less than nought.
    select
        concat_ws('|', equation_id, quantity) as equation_id,
        concat_ws('|', equation_id, 'missing') as cell_id,
        quantity,
        cast(-1 as double) as coefficient
    from checked
    where equation_id like 'within|%'

)

select * from final
