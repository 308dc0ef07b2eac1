with

statements as (

    select * from {{ ref('int_measure__statements') }}

),

-- Named twice, since DuckDB would keep every column of what two steps read under one name.
statements_again as (

    select * from {{ ref('int_measure__statements') }}

),

periods as (

    select * from {{ ref('stg_period') }}

),

-- Statements of the same, put together: one row is a run of spells, if nothing lies between them.
runs as (

    select
        measure,
        organisation,
        area,
        period,
        breakdown,
        category,
        numerator,
        denominator,
        value,
        lower,
        upper,
        symbol,
        min(returned_in) as returned_in,
        min(spell) as first_spell,
        max(spell) as last_spell,
        min(returned_in) = max(returned_in)
        and count(*) = max(spell) - min(spell) + 1
        and min(gap_number) = max(gap_number) as is_unbroken,
        max_by(value_as_sent, spell) as value_as_sent,
        max_by(submission_id, spell) as submission_id,
        max_by(row_number, spell) as row_number,
        min_by(submission_id, spell) as first_submission_id,
        min(known_from) as known_from,
        case when count(known_to) = count(*) then max(known_to) end as known_to,
        case when count(sample) = count(*) then min(sample) end as sample
    from statements
    group by
        measure, organisation, area, period, breakdown, category,
        numerator, denominator, value, lower, upper, symbol

),

placed as (

    select
        *,
        row_number() over (
            partition by measure, organisation, area, period, breakdown, category
            order by first_spell
        ) as version,
        lead(first_spell) over (
            partition by measure, organisation, area, period, breakdown, category
            order by first_spell
        ) as next_spell,
        lag(returned_in) over (
            partition by measure, organisation, area, period, breakdown, category
            order by first_spell
        ) as returned_in_before
    from runs

),

-- What several returns state, what comes back after something else, and what is stated twice in one
-- return: there it takes a look at each moment.
tangled as (

    select distinct
        measure,
        organisation,
        area,
        period,
        breakdown,
        category
    from placed
    where
        not is_unbroken
        or next_spell <= last_spell
        or returned_in_before <> returned_in

),

said_again as (

    select
        *,
        concat_ws('|', measure, organisation, area, period, breakdown, category) as figure,
        concat_ws(
            '|',
            coalesce(cast(numerator as string), '-'),
            coalesce(cast(denominator as string), '-'),
            coalesce(cast(value as string), '-'),
            coalesce(cast(lower as string), '-'),
            coalesce(cast(upper as string), '-'),
            coalesce(symbol, '-')
        ) as content
    from statements_again
    where
        exists (
            select 1
            from tangled
            where
                statements_again.measure = tangled.measure
                and statements_again.organisation = tangled.organisation
                and statements_again.area = tangled.area
                and statements_again.period = tangled.period
                and statements_again.breakdown = tangled.breakdown
                and statements_again.category = tangled.category
        )

),

moments as (

    select
        figure,
        known_from as moment
    from said_again
    union distinct
    select
        figure,
        known_to as moment
    from said_again
    where known_to is not null

),

-- At each moment the statement of the newest submission in force counts.
in_force as (

    select
        moments.figure,
        moments.moment,
        said_again.content,
        said_again.submission_id,
        said_again.row_number,
        said_again.sample,
        row_number() over (
            partition by moments.figure, moments.moment
            order by said_again.submission_id desc, said_again.row_number asc
        ) as place
    from moments
    left join said_again
        on
            moments.figure = said_again.figure
            and moments.moment >= said_again.known_from
            and (said_again.known_to is null or moments.moment < said_again.known_to)

),

compared as (

    select
        *,
        lead(moment) over (partition by figure order by moment) as next_moment,
        lag(content) over (partition by figure order by moment) as content_before
    from in_force
    where place = 1

),

numbered as (

    select
        *,
        sum(
            case
                when content is not null and content is distinct from content_before then 1
                else 0
            end
        ) over (
            partition by figure order by moment
            rows between unbounded preceding and current row
        ) as version
    from compared

),

-- The same figure said again is the same version: it leads to who says it now (whoever said it
-- before, where the newest is withdrawn), and keeps who said it first. It is a sample only where
-- every statement of it is.
versions as (

    select
        figure,
        version,
        max_by(submission_id, moment) as submission_id,
        max_by(row_number, moment) as row_number,
        min(submission_id) as first_submission_id,
        case when count(sample) = count(*) then min(sample) end as sample,
        min(moment) as known_from,
        case when count(next_moment) = count(*) then max(next_moment) end as known_to
    from numbered
    where content is not null
    group by figure, version

),

united as (

    select
        placed.measure,
        placed.organisation,
        placed.area,
        placed.period,
        periods.period_kind,
        periods.period_start,
        periods.period_end,
        periods.quarter,
        placed.returned_in,
        placed.breakdown,
        placed.category,
        cast(placed.version as int) as version,
        placed.numerator,
        placed.denominator,
        placed.value,
        placed.lower,
        placed.upper,
        placed.value_as_sent,
        placed.symbol,
        placed.submission_id,
        placed.row_number,
        case
            when placed.first_submission_id <> placed.submission_id
                then placed.first_submission_id
        end as first_stated_in,
        placed.known_from,
        placed.known_to,
        placed.sample
    from placed
    left join tangled
        on
            placed.measure = tangled.measure
            and placed.organisation = tangled.organisation
            and placed.area = tangled.area
            and placed.period = tangled.period
            and placed.breakdown = tangled.breakdown
            and placed.category = tangled.category
    left join periods
        on placed.period = periods.period
    where tangled.measure is null
    union all
    select distinct
        said_again.measure,
        said_again.organisation,
        said_again.area,
        said_again.period,
        said_again.period_kind,
        said_again.period_start,
        said_again.period_end,
        said_again.quarter,
        said_again.returned_in,
        said_again.breakdown,
        said_again.category,
        cast(versions.version as int) as version,
        said_again.numerator,
        said_again.denominator,
        said_again.value,
        said_again.lower,
        said_again.upper,
        said_again.value_as_sent,
        said_again.symbol,
        versions.submission_id,
        versions.row_number,
        case
            when versions.first_submission_id <> versions.submission_id
                then versions.first_submission_id
        end as first_stated_in,
        versions.known_from,
        versions.known_to,
        versions.sample
    from versions
    inner join said_again
        on
            versions.figure = said_again.figure
            and versions.submission_id = said_again.submission_id
            and versions.row_number = said_again.row_number

),

final as (

    select
        concat_ws(
            '|', measure, organisation, area, period, breakdown, category,
            concat('v', cast(version as string))
        ) as measure_value_id,
        measure,
        organisation,
        area,
        period,
        period_kind,
        period_start,
        period_end,
        quarter,
        returned_in,
        breakdown,
        category,
        version,
        numerator,
        denominator,
        value,
        lower,
        upper,
        case when value is not null then value_as_sent end as value_as_sent,
        case when value is null then symbol end as symbol,
        submission_id,
        row_number,
        first_stated_in,
        known_from,
        known_to,
        known_to is null as is_current,
        sample
    from united

)

select * from final
