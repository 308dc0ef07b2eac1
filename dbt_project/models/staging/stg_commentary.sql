with

rows_sent as (

    select * from {{ source('raw', 'commentary') }}

),

commentary as (

    select
        submission_id,
        row_number,
        organisation,
        {{ quarter_key('quarter') }} as quarter,
        subject as subject_id,
        kind,
        text,
        role,
        written_on
    from rows_sent

)

select * from commentary
