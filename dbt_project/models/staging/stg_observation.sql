with

observations as (

    select
        submission_id,
        row_number,
        organisation,
        area,
        quarter,
        period_start,
        period_end,
        item,
        return_name,
        breakdown,
        category,
        numerator,
        denominator,
        value,
        lower,
        upper,
        value_as_sent,
        symbol
    from {{ source('raw', 'observation') }}

)

select * from observations
