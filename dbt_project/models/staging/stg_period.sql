with

periods as (

    select
        period,
        period_kind,
        period_label,
        period_start,
        period_end,
        quarter,
        previous_period,
        year_before,
        days,
        is_by_days,
        reads_as_rolling,
        is_overlapping
    from {{ source('raw', 'period') }}

)

select * from periods
