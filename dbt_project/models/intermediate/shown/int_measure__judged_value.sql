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

main_kinds as (

    select
        measure,
        period_kind as main_kind
    from {{ ref('int_measure__main_kind') }}

),

areas as (

    select
        area,
        is_home
    from {{ ref('dim_area') }}

),

periods as (

    select * from {{ ref('stg_period') }}

),

targets as (

    select * from {{ ref('int_measure__target') }}

),

findings as (

    select
        submission_id,
        row_number,
        measure
    from {{ ref('int_finding__shown') }}
    where is_open_query

),

open_by_row as (

    select
        submission_id,
        row_number,
        count(*) as open_queries
    from findings
    where measure is null
    group by submission_id, row_number

),

-- In a wide table a query about one cell says nothing of the other measures of its row.
open_by_cell as (

    select
        submission_id,
        row_number,
        measure,
        count(*) as open_queries
    from findings
    where measure is not null
    group by submission_id, row_number, measure

),

-- Of another area nothing is judged but by a target of its own: it is there to compare with. What a
-- seasonal figure, a year or a span of years is held against is the same period a year before.
measured as (

    select
        shown.*,
        measures.unit,
        measures.form,
        measures.kind,
        measures.polarity,
        targets.target as its_target,
        targets.amber_limit as its_amber_limit,
        targets.target_from as its_target_from,
        -- What adds up over time has a target for the measure's main length of time alone.
        shown.period_kind <> main_kinds.main_kind
        and (
            measures.form = 'count' or (measures.form = 'rate' and measures.kind = 'flow')
        ) as is_of_another_length,
        {{ bound_of('shown.value_as_sent') }} as own_bound,
        measures.frequency,
        measures.aggregation,
        shown.period_kind = main_kinds.main_kind as is_main_kind,
        -- A percentage with its denominator alone has the numerator that it implies.
        case
            when shown.numerator is not null then shown.numerator
            when measures.form = 'proportion' and shown.denominator > 0
                then round(shown.value * shown.denominator / 100.0)
        end as counted,
        periods.period_label,
        periods.is_overlapping,
        case
            when measures.seasonal or periods.previous_period is null then periods.year_before
            else periods.previous_period
        end as compared_period,
        shown.area = 'all' or coalesce(areas.is_home, false) as is_own_area,
        shown.area = 'all' or coalesce(areas.is_home, false) or targets.target is not null
            as is_rated_area,
        shown.breakdown = 'total' and shown.category = 'all' as is_whole,
        coalesce(open_by_row.open_queries, 0) + coalesce(open_by_cell.open_queries, 0)
            as own_open_queries
    from shown
    inner join edition
        on shown.quarter <= edition.quarter
    inner join measures
        on shown.measure = measures.measure
    inner join main_kinds
        on shown.measure = main_kinds.measure
    inner join periods
        on shown.period = periods.period
    left join areas
        on shown.area = areas.area
    left join targets
        on
            shown.measure = targets.measure
            and shown.organisation = targets.organisation
            and shown.area = targets.area
            and shown.quarter = targets.quarter
    left join open_by_row
        on
            shown.submission_id = open_by_row.submission_id
            and shown.row_number = open_by_row.row_number
    left join open_by_cell
        on
            shown.submission_id = open_by_cell.submission_id
            and shown.row_number = open_by_cell.row_number
            and shown.measure = open_by_cell.measure

),

-- A sum is as exact as its parts; a share of several of them is neither above nor below.
bounds as (

    select
        measure,
        area,
        period,
        breakdown,
        category,
        case
            when min(own_bound) = max(own_bound) and max(form) = 'count' then max(own_bound)
            else 'about'
        end as bound_of_sum
    from measured
    where own_bound is not null
    group by measure, area, period, breakdown, category

),

aimed as (

    select
        measured.*,
        case when not measured.is_of_another_length then measured.its_target end as target,
        case
            when not measured.is_of_another_length then measured.its_amber_limit
        end as amber_limit,
        case
            when not measured.is_of_another_length then measured.its_target_from
        end as target_from,
        case
            when measured.organisation = 'ALL' then bounds.bound_of_sum
            else measured.own_bound
        end as bound
    from measured
    left join bounds
        on
            measured.measure = bounds.measure
            and measured.area = bounds.area
            and measured.period = bounds.period
            and measured.breakdown = bounds.breakdown
            and measured.category = bounds.category

),

-- The source's own interval where it came with one; else that of the counts.
bounded as (

    select
        *,
        case
            when lower_as_sent is not null and upper_as_sent is not null then lower_as_sent
            when form = 'proportion' then 100.0 * {{ wilson_lower('counted', 'denominator') }}
            when form = 'rate'
                then {{ per_unit('unit') }} * {{ rate_lower('numerator', 'denominator') }}
        end as lower,
        case
            when lower_as_sent is not null and upper_as_sent is not null then upper_as_sent
            when form = 'proportion' then 100.0 * {{ wilson_upper('counted', 'denominator') }}
            when form = 'rate'
                then {{ per_unit('unit') }} * {{ rate_upper('numerator', 'denominator') }}
        end as upper,
        sum(own_open_queries) over (
            partition by measure, area, period, breakdown, category
        ) as group_open_queries
    from aimed

),

-- What direction of travel is read from. A count of events in a quarter varies as such counts do;
-- of a snapshot or a reading without an interval nothing can be said.
comparable as (

    select
        *,
        case
            when form = 'count' and kind = 'flow' and is_whole_period
                then {{ rate_lower('value', '1') }}
            when form <> 'count' then lower
        end as travel_lower,
        case
            when form = 'count' and kind = 'flow' and is_whole_period
                then {{ rate_upper('value', '1') }}
            when form <> 'count' then upper
        end as travel_upper
    from bounded

),

set_beside as (

    select
        comparable.*,
        previous.period as previous_period,
        previous.period_label as previous_label,
        previous.value as previous_value,
        previous.travel_lower as previous_lower,
        previous.travel_upper as previous_upper,
        previous.state as previous_state,
        previous.bound as previous_bound,
        previous.numerator as previous_numerator,
        previous.denominator as previous_denominator,
        -- Periods that share days, and figures of other members, are not set against each other.
        previous.period_end < comparable.period_start as is_apart,
        coalesce(
            previous.members = comparable.members
            and previous.is_whole_period
            and comparable.is_whole_period,
            false
        ) as is_of_same_members
    from comparable
    left join comparable as previous
        on
            comparable.measure = previous.measure
            and comparable.organisation = previous.organisation
            and comparable.area = previous.area
            and comparable.breakdown = previous.breakdown
            and comparable.category = previous.category
            and comparable.compared_period = previous.period

),

with_previous as (

    select
        *,
        coalesce(
            is_apart
            and is_of_same_members
            and bound is null
            and previous_bound is null
            and previous_value is not null
            and value is not null,
            false
        ) as is_like_for_like
    from set_beside

),

-- Where other partners are in a sum than before: those in both, then and now, of what is shown.
in_both as (

    select
        whole.cell_id,
        max(whole.aggregation) as aggregation,
        max(whole.unit) as unit,
        sum(coalesce(member.numerator, member.value)) as numerator,
        sum(member.denominator) as denominator,
        sum(coalesce(member.previous_numerator, member.previous_value)) as previous_numerator,
        sum(member.previous_denominator) as previous_denominator,
        {{ joined('member.organisation') }} as organisations,
        count(*) = count(member.value)
        and count(*) = count(member.previous_value) as is_all_shown
    from with_previous as whole
    inner join with_previous as member
        on
            whole.measure = member.measure
            and whole.area = member.area
            and whole.period = member.period
            and whole.previous_period = member.previous_period
            and whole.breakdown = member.breakdown
            and whole.category = member.category
    where
        whole.organisation = 'ALL'
        and member.organisation <> 'ALL'
        and not whole.is_like_for_like
        and member.is_of_same_members
        and member.state in ('shown', 'suppressed')
        and member.previous_state in ('shown', 'suppressed')
        and (
            whole.aggregation = 'sum'
            or member.state = 'suppressed'
            or member.previous_state = 'suppressed'
            or (
                member.numerator is not null
                and member.previous_numerator is not null
                and member.denominator > 0
                and member.previous_denominator > 0
            )
        )
    group by whole.cell_id

),

like_for_like as (

    select
        cell_id,
        organisations,
        {{ combined_value('aggregation', 'numerator', 'denominator', 'unit') }} as value,
        {{ combined_value('aggregation', 'previous_numerator', 'previous_denominator', 'unit') }}
            as previous_value
    from in_both
    where is_all_shown

),

rated as (

    select
        *,
        {{ rating(
            'value', 'target', 'amber_limit', 'polarity', 'is_rated_area', 'form', 'is_whole',
            'is_complete', 'is_whole_period'
        ) }} as rating_if_exact,
        {{ rating_reason(
            'value', 'target', 'polarity', 'is_rated_area', 'form', 'is_whole', 'is_complete',
            'is_whole_period', 'state'
        ) }} as reason_if_exact
    from with_previous

),

final as (

    select
        rated.cell_id,
        rated.measure,
        rated.organisation,
        rated.area,
        rated.period,
        rated.period_kind,
        rated.period_label,
        rated.period_start,
        rated.period_end,
        rated.quarter,
        rated.returned_in,
        rated.breakdown,
        rated.category,
        rated.form,
        rated.frequency,
        rated.polarity,
        rated.target,
        rated.amber_limit,
        rated.target_from,
        rated.is_overlapping,
        rated.is_main_kind,
        rated.is_own_area,
        rated.is_whole,
        rated.is_complete,
        rated.is_whole_period,
        rated.members,
        rated.made_of,
        rated.state,
        rated.state_reason,
        rated.counted as numerator,
        rated.numerator is null and rated.counted is not null
            as numerator_worked_out,
        rated.denominator,
        rated.value,
        rated.value_as_sent,
        rated.lower,
        rated.upper,
        case
            when {{ rating_is_sure('rated.rating_if_exact', 'rated.bound', 'rated.polarity') }}
                then rated.rating_if_exact
            else 'not rated'
        end as rating,
        case
            when rated.is_of_another_length and rated.its_target is not null
                then 'the target is of another length of time'
            when {{ rating_is_sure('rated.rating_if_exact', 'rated.bound', 'rated.polarity') }}
                then rated.reason_if_exact
            else 'the figure is not exact'
        end as rating_reason,
        case
            when rated.is_like_for_like
                then {{ direction_of_travel(
                    'rated.travel_lower', 'rated.travel_upper',
                    'rated.previous_lower', 'rated.previous_upper',
                    'rated.polarity'
                ) }}
            else 'not compared'
        end as direction,
        rated.previous_period,
        rated.previous_label,
        rated.previous_value,
        rated.is_like_for_like,
        like_for_like.value as like_for_like_value,
        like_for_like.previous_value as like_for_like_previous,
        like_for_like.organisations as like_for_like_members,
        rated.partners_reported,
        rated.partners_expected,
        rated.partners_missing,
        coalesce(rated.sample = 'illustrative', false) as illustrative,
        cast(
            case
                when rated.organisation = 'ALL' then rated.group_open_queries
                else rated.own_open_queries
            end as int
        ) as open_queries,
        rated.submission_id,
        rated.row_number,
        rated.first_stated_in,
        rated.known_from,
        rated.published_in,
        rated.version
    from rated
    left join like_for_like
        on rated.cell_id = like_for_like.cell_id

)

select * from final
