with

periods as (

    select * from {{ source('raw', 'period') }}

)

select * from periods
