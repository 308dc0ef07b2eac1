with

shown as (

    select * from {{ ref('int_measure__shown_value') }}

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

measures as (

    select * from {{ ref('dim_measure') }}

),

areas as (

    select
        area,
        is_home
    from {{ ref('dim_area') }}

),

quarters as (

    select
        quarter,
        quarter_label,
        previous_quarter,
        same_quarter_last_year
    from {{ ref('dim_quarter') }}

),

findings as (

    select
        submission_id,
        row_number
    from {{ ref('stg_finding') }}
    where is_open_query

),

open_by_row as (

    select
        submission_id,
        row_number,
        count(*) as open_queries
    from findings
    group by submission_id, row_number

),

-- Of another area nothing is judged: it is there to compare with.
measured as (

    select
        shown.*,
        measures.unit,
        measures.form,
        measures.kind,
        measures.polarity,
        measures.target,
        measures.amber_limit,
        measures.frequency,
        measures.aggregation,
        quarters.quarter_label,
        case
            when measures.seasonal or measures.frequency = 'yearly'
                then quarters.same_quarter_last_year
            else quarters.previous_quarter
        end as compared_quarter,
        shown.area = 'all' or coalesce(areas.is_home, false) as is_own_area,
        shown.breakdown = 'total' and shown.category = 'all' as is_whole,
        coalesce(open_by_row.open_queries, 0) as own_open_queries
    from shown
    cross join edition
    inner join measures
        on shown.measure = measures.measure
    inner join quarters
        on shown.quarter = quarters.quarter
    left join areas
        on shown.area = areas.area
    left join open_by_row
        on
            shown.submission_id = open_by_row.submission_id
            and shown.row_number = open_by_row.row_number
    where shown.quarter <= edition.quarter

),

-- The source's own interval where it came with one; else that of the counts.
bounded as (

    select
        *,
        case
            when lower_as_sent is not null and upper_as_sent is not null then lower_as_sent
            when form = 'proportion' then 100.0 * {{ wilson_lower('numerator', 'denominator') }}
            when form = 'rate'
                then {{ per_unit('unit') }} * {{ rate_lower('numerator', 'denominator') }}
        end as lower,
        case
            when lower_as_sent is not null and upper_as_sent is not null then upper_as_sent
            when form = 'proportion' then 100.0 * {{ wilson_upper('numerator', 'denominator') }}
            when form = 'rate'
                then {{ per_unit('unit') }} * {{ rate_upper('numerator', 'denominator') }}
        end as upper,
        sum(own_open_queries) over (
            partition by measure, area, quarter, breakdown, category
        ) as group_open_queries
    from measured

),

-- What direction of travel is read from. A count of events in a quarter varies as such counts do;
-- of a snapshot or a reading without an interval nothing can be said.
comparable as (

    select
        *,
        case
            when form = 'count' and kind = 'flow' and is_complete
                then {{ rate_lower('value', '1') }}
            when form <> 'count' then lower
        end as travel_lower,
        case
            when form = 'count' and kind = 'flow' and is_complete
                then {{ rate_upper('value', '1') }}
            when form <> 'count' then upper
        end as travel_upper
    from bounded

),

with_previous as (

    select
        comparable.*,
        previous.quarter as previous_quarter,
        previous.value as previous_value,
        previous.travel_lower as previous_lower,
        previous.travel_upper as previous_upper,
        -- The same period sent again has not moved; other partners make another sum.
        coalesce(previous.period_end < comparable.period_end, false)
        and coalesce(previous.partners_reported, 0) = coalesce(comparable.partners_reported, 0)
            as is_like_for_like
    from comparable
    left join comparable as previous
        on
            comparable.measure = previous.measure
            and comparable.organisation = previous.organisation
            and comparable.area = previous.area
            and comparable.breakdown = previous.breakdown
            and comparable.category = previous.category
            and comparable.compared_quarter = previous.quarter

),

final as (

    select
        cell_id,
        measure,
        organisation,
        area,
        quarter,
        quarter_label,
        period_start,
        period_end,
        breakdown,
        category,
        form,
        frequency,
        polarity,
        target,
        is_own_area,
        is_whole,
        is_complete,
        state,
        state_reason,
        numerator,
        denominator,
        value,
        value_as_sent,
        lower,
        upper,
        {{ rating(
            'value', 'target', 'amber_limit', 'polarity', 'is_own_area', 'form', 'is_whole',
            'is_complete'
        ) }} as rating,
        {{ rating_reason(
            'value', 'target', 'polarity', 'is_own_area', 'form', 'is_whole', 'is_complete', 'state'
        ) }} as rating_reason,
        case
            when is_like_for_like
                then {{ direction_of_travel(
                    'travel_lower', 'travel_upper', 'previous_lower', 'previous_upper', 'polarity'
                ) }}
            else 'not compared'
        end as direction,
        previous_quarter,
        previous_value,
        partners_reported,
        partners_expected,
        partners_missing,
        coalesce(sample = 'illustrative', false) as illustrative,
        cast(
            case when organisation = 'ALL' then group_open_queries else own_open_queries end as int
        ) as open_queries,
        submission_id,
        row_number,
        known_from,
        version
    from with_previous

)

select * from final
