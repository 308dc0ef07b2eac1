with

rows_sent as (

    select * from {{ source('raw', 'training_compliance') }}

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
        course as item,
        'training_compliance' as return_name,
        case when staff_group is null then 'total' else 'staff_group' end as breakdown,
        coalesce(staff_group, 'all') as category,
        cast(trained as double) as numerator,
        cast(eligible as double) as denominator,
        cast(percent as double) as value,
        cast(null as double) as lower,
        cast(null as double) as upper,
        percent_as_sent as value_as_sent,
        {{ symbol_of(['percent', 'trained', 'eligible']) }} as symbol
    from rows_sent

)

select * from observations
