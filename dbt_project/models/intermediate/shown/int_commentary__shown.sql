with

commentary as (

    select * from {{ ref('fct_commentary') }}

),

measures as (

    select
        measure,
        threshold
    from {{ ref('dim_measure') }}

),

cells as (

    select * from {{ ref('int_disclosure__cells') }}

),

decided as (

    select * from {{ source('disclosure', 'cell_state') }}

),

-- The counts of 1 to the threshold of a measure with a small-number rule, in figures and in words.
-- "One" is said of much that is no count ("the old one", "one team"): it counts before such a word.
numbers as (

    {% set words = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] %}
    {% for said in range(1, 10) %}
        select
            {{ said }} as number,
            '{{ said }}' as said
        union all
    {% endfor %}
    {% for said in words %}
        select
            {{ loop.index + 1 }} as number,
            '{{ said }}' as said
        union all
    {% endfor %}
    {% for whom in [
        'person', 'woman', 'man', 'child', 'girl', 'boy', 'baby', 'adult', 'victim', 'family',
        'patient', 'client', 'user', 'young', 'case', 'referral', 'report', 'incident'
    ] %}
        select
            1 as number,
            'one {{ whom }}' as said
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

small as (

    select
        measures.measure,
        numbers.said
    from measures
    inner join numbers
        on measures.threshold >= numbers.number

),

hidden as (

    select cells.*
    from cells
    left join decided
        on cells.cell_id = decided.cell_id
    where coalesce(decided.state, 'suppressed') <> 'shown'

),

-- Whatever is hidden of a measure, the protecting figures too, and what is left of its whole.
hidden_numbers as (

    {% for number in ['numerator', 'denominator', 'value', 'denominator - numerator'] %}
        select
            measure,
            cast(cast({{ number }} as bigint) as string) as said
        from hidden
        where {{ number }} = round({{ number }}) and {{ number }} <> 0
        union distinct
    {% endfor %}
    select
        measure,
        said
    from small

),

-- With a comma between the thousands, as people write it.
may_not_be_told as (

    select
        measure,
        said
    from hidden_numbers
    union distinct
    select
        measure,
        concat(substring(said, 1, length(said) - 3), ',', right(said, 3)) as said
    from hidden_numbers
    where length(said) between 4 and 6

),

told as (

    select
        commentary_id,
        subject_id as measure,
        {{ words_of('text') }} as words
    from commentary

),

tells as (

    select distinct told.commentary_id
    from told
    inner join may_not_be_told
        on
            told.measure = may_not_be_told.measure
            and told.words like concat('% ', may_not_be_told.said, ' %')

),

final as (

    select
        commentary.commentary_id,
        commentary.organisation,
        commentary.quarter,
        commentary.subject_kind,
        commentary.subject_id,
        commentary.kind,
        commentary.text,
        commentary.role,
        commentary.written_on,
        commentary.submission_id,
        commentary.row_number,
        commentary.sample,
        tells.commentary_id is not null as tells_hidden_number
    from commentary
    left join tells
        on commentary.commentary_id = tells.commentary_id

)

select * from final
