with

rows_sent as (

    select * from {{ source('raw', 'domestic_abuse') }}

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
        'domestic_abuse' as return_name,
        coalesce(breakdown, 'total') as breakdown,
        coalesce(category, 'all') as category,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        cast(value as double) as value,
        cast(null as double) as lower,
        cast(null as double) as upper,
        value_as_sent,
        {{ symbol_of(['value', 'numerator', 'denominator']) }} as symbol
    from rows_sent

)

select * from observations
