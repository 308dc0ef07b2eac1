with

horizon as (

    select * from {{ source('raw', 'horizon') }}

)

select * from horizon
