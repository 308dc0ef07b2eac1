with

rows_sent as (

    select * from {{ source('raw', 'clean_air_zone') }}

),

observations as (

    select
        submission_id,
        row_number,
        organisation,
        'all' as area,
        {{ quarter_key('quarter') }} as quarter,
        cast(null as date) as period_start,
        cast(null as date) as period_end,
        measure as item,
        'clean_air_zone' as return_name,
        case
            when site is not null then 'site'
            when vehicle_class is not null then 'vehicle_class'
            else 'total'
        end as breakdown,
        coalesce(site, vehicle_class, 'all') as category,
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
