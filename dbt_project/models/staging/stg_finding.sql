with

findings as (

    select
        submission_id,
        finding_number,
        rule,
        severity,
        row_number,
        rows_in_group,
        column_name,
        value,
        message,
        hint,
        explained_at,
        explanation,
        is_open_query,
        measure
    from {{ source('raw', 'finding') }}

)

select * from findings
