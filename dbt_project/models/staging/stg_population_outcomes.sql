with

rows_sent as (

    select * from {{ source('raw', 'population_outcomes') }}

),

observations as (

    select
        submission_id,
        row_number,
        organisation,
        area,
        {{ quarter_key('quarter') }} as quarter,
        period_start,
        period_end,
        indicator as item,
        'population_outcomes' as return_name,
        'total' as breakdown,
        'all' as category,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        cast(value as double) as value,
        cast(lower as double) as lower,
        cast(upper as double) as upper,
        value_as_sent,
        {{ symbol_of(['value', 'numerator', 'denominator']) }} as symbol
    from rows_sent

)

select * from observations
