with

findings as (

    select * from {{ source('raw', 'finding') }}

)

select * from findings
