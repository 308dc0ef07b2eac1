with

submissions as (

    select * from {{ source('raw', 'submission') }}

),

final as (

    select
        submission_id,
        return_name,
        organisation,
        quarter,
        outcome,
        outcome in ('accepted', 'accepted with queries') as is_accepted,
        received_at,
        withdrawn_at,
        sender,
        channel,
        file_name,
        rows_found,
        rows_used,
        rows_not_used,
        rows_passed_over,
        rows_kept,
        is_nil,
        errors,
        queries,
        notes,
        sample
    from submissions

)

select * from final
