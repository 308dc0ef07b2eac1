with

standings as (

    select * from {{ source('raw', 'standing') }}

)

select * from standings
