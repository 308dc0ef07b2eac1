with

rows_sent as (

    select * from {{ source('raw', 'referral_outcomes') }}

),

-- The row of all referrals is what the others are a share of.
all_referrals as (

    select
        submission_id,
        max(referrals) as referrals
    from rows_sent
    where outcome = 'All referrals'
    group by submission_id

),

observations as (

    select
        rows_sent.submission_id,
        rows_sent.row_number,
        rows_sent.organisation,
        'all' as area,
        {{ quarter_key('rows_sent.quarter') }} as quarter,
        cast(null as date) as period_start,
        cast(null as date) as period_end,
        rows_sent.outcome as item,
        'referral_outcomes' as return_name,
        'total' as breakdown,
        'all' as category,
        cast(rows_sent.referrals as double) as numerator,
        case
            when rows_sent.outcome <> 'All referrals' then cast(all_referrals.referrals as double)
        end as denominator,
        case
            when rows_sent.outcome <> 'All referrals' then cast(rows_sent.percent as double)
        end as value,
        cast(null as double) as lower,
        cast(null as double) as upper,
        case
            when rows_sent.outcome <> 'All referrals' then rows_sent.percent_as_sent
        end as value_as_sent,
        {{ symbol_of(['rows_sent.percent', 'rows_sent.referrals']) }} as symbol
    from rows_sent
    left join all_referrals
        on rows_sent.submission_id = all_referrals.submission_id

)

select * from observations
