with

digits as (

    {% for digit in range(10) %}
        select {{ digit }} as digit {% if not loop.last %}
            union all{% endif %}
    {% endfor %}

),

-- Quarters 0 to 399: April 1980 to March 2080.
numbered as (

    select hundreds.digit * 100 + tens.digit * 10 + ones.digit as quarter_index
    from digits as hundreds
    cross join digits as tens
    cross join digits as ones
    where hundreds.digit < 4

),

parts as (

    select
        cast(quarter_index as integer) as quarter_index,
        cast(floor(quarter_index / 4.0) as integer) + 1980 as start_year,
        cast(quarter_index % 4 as integer) + 1 as quarter_number
    from numbered

),

days as (

    select
        *,
        concat(
            cast(start_year as string), '-',
            lpad(cast((start_year + 1) % 100 as string), 2, '0')
        ) as financial_year,
        make_date(
            case when quarter_number = 4 then start_year + 1 else start_year end,
            case when quarter_number = 4 then 1 else quarter_number * 3 + 1 end,
            1
        ) as starts_on,
        make_date(start_year, 4, 1) as financial_year_starts_on
    from parts

),

named as (

    select
        *,
        concat(financial_year, '-Q', cast(quarter_number as string)) as quarter,
        concat(financial_year, ' Q', cast(quarter_number as string))
            as quarter_label,
        {{ days_after('lead(starts_on) over (order by quarter_index)', '-1') }} as ends_on
    from days

),

final as (

    select
        quarter,
        quarter_label,
        financial_year,
        quarter_number,
        quarter_index,
        starts_on,
        ends_on,
        financial_year_starts_on,
        lag(quarter) over (order by quarter_index) as previous_quarter,
        lag(quarter, 4) over (order by quarter_index) as same_quarter_last_year
    from named

)

select * from final
where ends_on is not null
