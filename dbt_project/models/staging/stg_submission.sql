with

submissions as (

    select * from {{ source('raw', 'submission') }}

),

known as (

    select
        submission_id,
        return_name,
        organisation,
        quarter,
        outcome,
        outcome in ('accepted', 'accepted with queries') as is_accepted,
        received_at,
        {{ uk_date('received_at') }} as received_on,
        case when {{ known_by_then('withdrawn_at') }} then withdrawn_at end as withdrawn_at,
        sender,
        channel,
        file_name,
        sha256,
        rows_found,
        rows_used,
        rows_not_used,
        rows_passed_over,
        sample
    from submissions
    where {{ known_by_then('received_at') }}

)

select * from known
