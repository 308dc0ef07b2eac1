with

rows_sent as (

    select * from {{ source('raw', 'safeguarding_activity') }}

),

observations as (

    select
        submission_id,
        row_number,
        organisation,
        'all' as area,
        {{ quarter_key('quarter') }} as quarter,
        month as period_start,
        {{ last_day_of_month('month') }} as period_end,
        measure as item,
        'safeguarding_activity' as return_name,
        case when category is null then 'total' else 'category' end as breakdown,
        coalesce(category, 'all') as category,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        cast(value as double) as value,
        cast(null as double) as lower,
        cast(null as double) as upper,
        value_as_sent,
        {{ symbol_of(['value']) }} as symbol
    from rows_sent

)

select * from observations
