with

status as (

    select * from {{ ref('mart_return_status') }}

),

final as (

    select
        organisation,
        return_name,
        quarter,
        quarter_label,
        due_on,
        first_received_at,
        accepted_received_at,
        state,
        days_late,
        corrections,
        rows_found,
        rows_used,
        errors,
        queries,
        notes,
        open_queries,
        submission_id,
        sha256,
        sample
    from status

)

select * from final
order by organisation, return_name, quarter
