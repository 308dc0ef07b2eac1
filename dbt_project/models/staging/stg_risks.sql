with

rows_sent as (

    select * from {{ source('raw', 'risks') }}

),

risks as (

    select
        submission_id,
        row_number,
        organisation,
        {{ quarter_key('quarter') }} as quarter,
        report,
        ref,
        risk,
        owner as owner_body,
        likelihood,
        impact,
        mitigation
    from rows_sent

)

select * from risks
