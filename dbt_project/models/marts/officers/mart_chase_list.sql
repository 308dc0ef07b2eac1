with

status as (

    select * from {{ ref('mart_return_status') }}

),

asked as (

    select
        organisation,
        organisation_name,
        return_name,
        return_title,
        quarter,
        quarter_label,
        state,
        due_on,
        days_late,
        open_queries,
        submission_id,
        {{ ask('state', 'open_queries') }} as ask
    from status

),

final as (

    select * from asked
    where ask is not null

)

select * from final
