{# A trend that ends before the figure says nothing of it. #}
{% set trend_of_this_figure %}
    case when trends.last_period = recent.period_end then trends.recent_trend end
{% endset %}

with

judged as (

    select * from {{ ref('int_measure__judged_value') }}
    where is_whole and is_own_area

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

quarters as (

    select
        quarter,
        quarter_index
    from {{ ref('dim_quarter') }}

),

main_kinds as (

    select * from {{ ref('int_measure__main_kind') }}

),

measures as (

    select
        measure,
        headline
    from {{ ref('dim_measure') }}

),

in_use as (

    select measure
    from {{ ref('int_measure__at_edition') }}
    where status <> 'retired'

),

control as (

    select * from {{ ref('int_measure__process_control') }}

),

trends as (

    select
        series_id,
        recent_trend,
        last_period
    from {{ ref('int_measure__recent_trend') }}

),

comparisons as (

    select
        measure,
        area,
        period_start,
        period_end,
        with_country
    from {{ ref('int_measure__comparison') }}
    where is_home

),

reported as (

    select
        edition.quarter,
        quarters.quarter_index
    from edition
    inner join quarters
        on edition.quarter = quarters.quarter

),

-- A quarterly measure speaks for the quarter that is reported; any other for the newest period of
-- its main kind, or, where there is none, for the return of the last year that did not come.
recent as (

    select
        judged.*,
        concat_ws(
            '|', judged.measure, judged.organisation, judged.area, judged.period_kind
        ) as series_id,
        row_number() over (
            partition by judged.measure, judged.organisation
            order by
                case
                    when {{ nothing_came('judged.state') }} then 2
                    when judged.state in ('not available', 'not applicable') then 1
                    else 0
                end,
                judged.period_end desc,
                judged.period_start desc,
                judged.area asc
        ) as place
    from judged
    inner join main_kinds
        on judged.measure = main_kinds.measure
    inner join quarters
        on judged.quarter = quarters.quarter
    cross join reported
    where
        case
            when main_kinds.period_kind = 'quarter' and judged.frequency <> 'yearly'
                then judged.period = reported.quarter
            when {{ nothing_came('judged.state') }}
                then
                    quarters.quarter_index >= reported.quarter_index - 4
                    and judged.period_kind <> 'month'
            else judged.is_main_kind
        end

),

read as (

    select
        recent.*,
        measures.headline,
        control.variation,
        {{ reading_of(
            'control.variation', trend_of_this_figure,
            'recent.direction', 'recent.value', 'recent.previous_value'
        ) }} as reading,
        {{ read_from('control.variation', trend_of_this_figure, 'recent.direction') }} as read_from,
        control.assurance,
        coalesce(control.has_new_target, false) as has_new_target,
        control.no_limits_reason,
        cast(coalesce(control.points, 0) as int) as points,
        trends.recent_trend,
        comparisons.with_country as comparison
    from recent
    inner join measures
        on recent.measure = measures.measure
    inner join in_use
        on recent.measure = in_use.measure
    left join control
        on
            recent.series_id = control.series_id
            and recent.period = control.period
    left join trends
        on recent.series_id = trends.series_id
    left join comparisons
        on
            recent.measure = comparisons.measure
            and recent.area = comparisons.area
            and recent.period_start = comparisons.period_start
            and recent.period_end = comparisons.period_end
    where recent.place = 1

),

reasoned as (

    select
        *,
        {{ attention_level('state', 'rating', 'reading', 'assurance', 'direction') }}
            as attention_level
    from read

),

ranked as (

    select
        *,
        cast(row_number() over (
            order by
                attention_level,
                case when organisation = 'ALL' then 0 else 1 end,
                coalesce(headline, 99),
                measure,
                organisation
        ) as int) as place_by_attention
    from reasoned

),

final as (

    select
        cell_id,
        measure,
        organisation,
        area,
        period,
        period_kind,
        period_label,
        period_start,
        period_end,
        quarter,
        state,
        state_reason,
        value,
        numerator,
        denominator,
        lower,
        upper,
        rating,
        rating_reason,
        target,
        amber_limit,
        target_from,
        variation,
        reading,
        read_from,
        assurance,
        has_new_target,
        no_limits_reason,
        direction,
        coalesce(recent_trend, 'cannot be calculated') as recent_trend,
        coalesce(comparison, 'not compared') as comparison,
        previous_period,
        previous_label,
        previous_value,
        is_like_for_like,
        like_for_like_value,
        like_for_like_previous,
        like_for_like_members,
        points,
        open_queries,
        illustrative,
        case when attention_level < 9 then place_by_attention end as attention_rank,
        {{ attention_reason('attention_level') }} as attention_reason
    from ranked

)

select * from final
