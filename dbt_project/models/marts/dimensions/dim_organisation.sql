with

organisations as (

    select * from {{ source('reference', 'organisations') }}

),

final as (

    select
        organisations.organisation,
        organisations.name,
        organisations.kind,
        organisations.started_on,
        organisations.ended_on,
        organisations.succeeded_by,
        -- Mergers follow each other: the last of up to three successors is who has it now.
        coalesce(
            third.organisation, second.organisation, first.organisation, organisations.organisation
        ) as merged_into
    from organisations
    left join organisations as first
        on organisations.succeeded_by = first.organisation
    left join organisations as second
        on first.succeeded_by = second.organisation
    left join organisations as third
        on second.succeeded_by = third.organisation

)

select * from final
