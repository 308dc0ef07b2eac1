with

themes as (

    select * from {{ source('reference', 'themes') }}

),

final as (

    select
        theme,
        title,
        description,
        lead_role,
        sort
    from themes

)

select * from final
order by sort, theme
