with

observations as (

    select * from {{ source('raw', 'observation') }}

)

select * from observations
