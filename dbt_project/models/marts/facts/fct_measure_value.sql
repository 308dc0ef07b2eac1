with

observations as (

    select * from {{ ref('int_measure__observations') }}
    where measure is not null

),

spells as (

    select * from {{ ref('int_submission__current_spells') }}

),

submissions as (

    select
        submission_id,
        sample
    from {{ ref('stg_submission') }}

),

-- A row states its figure for as long as the submission it came in stands.
statements as (

    select
        observations.measure,
        observations.organisation,
        observations.area,
        observations.period,
        observations.period_kind,
        observations.period_start,
        observations.period_end,
        observations.quarter,
        observations.returned_in,
        observations.breakdown,
        observations.category,
        observations.numerator,
        observations.denominator,
        coalesce(
            observations.value,
            {{ value_of(
                'observations.numerator', 'observations.denominator', 'observations.unit'
            ) }}
        ) as value,
        observations.lower,
        observations.upper,
        observations.value_as_sent,
        observations.symbol,
        observations.submission_id,
        observations.row_number,
        spells.known_from,
        spells.known_to,
        submissions.sample,
        {{ row_hash([
            'observations.measure', 'observations.organisation', 'observations.area',
            'observations.period', 'observations.breakdown', 'observations.category'
        ]) }} as figure_hash
    from spells
    inner join observations
        on spells.submission_id = observations.submission_id
    inner join submissions
        on spells.submission_id = submissions.submission_id

),

-- Most figures are stated once. Two figures with one hash are only looked at more closely.
repeated as (

    select figure_hash
    from statements
    group by figure_hash
    having count(*) > 1

),

said_again as (

    select
        statements.*,
        concat_ws(
            '|', statements.measure, statements.organisation, statements.area, statements.period,
            statements.breakdown, statements.category
        ) as figure,
        concat_ws(
            '|',
            coalesce(cast(statements.numerator as string), '-'),
            coalesce(cast(statements.denominator as string), '-'),
            coalesce(cast(statements.value as string), '-'),
            coalesce(cast(statements.lower as string), '-'),
            coalesce(cast(statements.upper as string), '-'),
            coalesce(statements.symbol, '-')
        ) as content
    from statements
    inner join repeated
        on statements.figure_hash = repeated.figure_hash

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

with_newest as (

    select
        *,
        max(submission_id) over (partition by figure, version) as newest_submission_id
    from numbered
    where content is not null

),

-- The same figure said again is the same version: it leads to who says it now, and keeps who said
-- it first. It is a sample only where every statement of it is.
versions as (

    select
        figure,
        version,
        max(newest_submission_id) as submission_id,
        max(case when submission_id = newest_submission_id then row_number end) as row_number,
        min(submission_id) as first_submission_id,
        case when count(sample) = count(*) then min(sample) end as sample,
        min(moment) as known_from,
        case when count(next_moment) = count(*) then max(next_moment) end as known_to
    from with_newest
    group by figure, version

),

united as (

    select
        statements.measure,
        statements.organisation,
        statements.area,
        statements.period,
        statements.period_kind,
        statements.period_start,
        statements.period_end,
        statements.quarter,
        statements.returned_in,
        statements.breakdown,
        statements.category,
        1 as version,
        statements.numerator,
        statements.denominator,
        statements.value,
        statements.lower,
        statements.upper,
        statements.value_as_sent,
        statements.symbol,
        statements.submission_id,
        statements.row_number,
        cast(null as string) as first_stated_in,
        statements.known_from,
        statements.known_to,
        statements.sample
    from statements
    left join repeated
        on statements.figure_hash = repeated.figure_hash
    where repeated.figure_hash is null
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
