with

comparison as (

    select * from {{ ref('int_measure__comparison') }}

),

final as (

    select
        measure,
        area,
        area_name,
        area_kind,
        is_within_home,
        peer_set,
        period_start,
        period_end,
        value,
        lower,
        upper,
        comparison,
        peers_used,
        peers_expected,
        comparison_list
    from comparison

)

select * from final
order by measure, period_end, period_start, area
