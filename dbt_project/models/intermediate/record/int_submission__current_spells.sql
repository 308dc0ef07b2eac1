with

submissions as (

    select * from {{ ref('stg_submission') }}

),

-- Ids are in the order of receipt. A clock that jumped back gives what came next an earlier moment;
-- it stands from the moment that was reached before it.
accepted as (

    select
        submission_id,
        organisation,
        return_name,
        quarter,
        withdrawn_at,
        max(received_at) over (
            partition by organisation, return_name, quarter
            order by submission_id rows between unbounded preceding and current row
        ) as came_at
    from submissions
    where is_accepted

),

-- What stands for an obligation can change only when something is accepted or withdrawn.
moments as (

    select
        organisation,
        return_name,
        quarter,
        came_at as moment
    from accepted
    union distinct
    select
        organisation,
        return_name,
        quarter,
        withdrawn_at as moment
    from accepted
    where withdrawn_at is not null

),

-- All that had come and was not withdrawn at each moment, the newest first.
standing as (

    select
        moments.organisation,
        moments.return_name,
        moments.quarter,
        moments.moment,
        accepted.submission_id,
        row_number() over (
            partition by
                moments.organisation, moments.return_name, moments.quarter, moments.moment
            order by accepted.submission_id desc
        ) as place
    from moments
    left join accepted
        on
            moments.organisation = accepted.organisation
            and moments.return_name = accepted.return_name
            and moments.quarter = accepted.quarter
            and moments.moment >= accepted.came_at
            and (accepted.withdrawn_at is null or moments.moment < accepted.withdrawn_at)

),

newest as (

    select
        *,
        lag(submission_id) over (
            partition by organisation, return_name, quarter order by moment
        ) as submission_before
    from standing
    where place = 1

),

changes as (

    select
        *,
        lead(moment) over (
            partition by organisation, return_name, quarter order by moment
        ) as next_moment
    from newest
    where submission_id is distinct from submission_before

),

final as (

    select
        submission_id,
        organisation,
        return_name,
        quarter,
        cast(row_number() over (
            partition by organisation, return_name, quarter order by moment
        ) as int) as version,
        moment as known_from,
        next_moment as known_to,
        next_moment is null as is_current
    from changes
    where submission_id is not null

)

select * from final
