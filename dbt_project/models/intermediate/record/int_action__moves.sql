with

reports as (

    select * from {{ ref('int_action__reports') }}

),

-- A date moved where it is later than in the report before, or where its own words say so.
seen as (

    select
        organisation,
        plan_id,
        ref,
        quarter_index,
        previous_due_end as moved_from,
        due_end as moved_to
    from reports
    where previous_due_end < due_end
    union all
    select
        organisation,
        plan_id,
        ref,
        quarter_index,
        due_moved_from as moved_from,
        due_end as moved_to
    from reports
    where due_moved_from < due_end

),

-- Words that go on telling of an old move are one move, told first where it was told first.
final as (

    select
        organisation,
        plan_id,
        ref,
        moved_from,
        moved_to,
        min(quarter_index) as quarter_index
    from seen
    group by organisation, plan_id, ref, moved_from, moved_to

)

select * from final
