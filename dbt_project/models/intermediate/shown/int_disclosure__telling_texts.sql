with

commentary as (

    select * from {{ ref('fct_commentary') }}

),

actions as (

    select * from {{ ref('fct_action_progress') }}

),

risks as (

    select * from {{ ref('fct_risk') }}

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

-- All that partners say in words and that is published, and why the board changed what it did.
texts as (

    select
        'commentary' as subject,
        commentary_id as text_id,
        'text' as part,
        organisation,
        quarter,
        subject_id as measure,
        text as words
    from commentary
    {% for part in ['action', 'progress', 'reason', 'recovery_words'] %}
        union all
        select
            'action' as subject,
            action_progress_id as text_id,
            '{{ part }}' as part,
            organisation,
            reported_quarter as quarter,
            cast(null as string) as measure,
            {{ part }} as words
        from actions
        where {{ part }} is not null
    {% endfor %}
    {% for part in ['risk', 'mitigation'] %}
        union all
        select
            'risk' as subject,
            risk_id as text_id,
            '{{ part }}' as part,
            organisation,
            quarter,
            cast(null as string) as measure,
            {{ part }} as words
        from risks
        where {{ part }} is not null
    {% endfor %}
    {% for table in ['targets', 'definitions', 'rebases'] %}
        union all
        select
            'change' as subject,
            concat(measure, '|', {{ 'reason' if table == 'rebases' else 'note' }}) as text_id,
            'note' as part,
            cast(null as string) as organisation,
            cast(null as string) as quarter,
            measure,
            {{ 'reason' if table == 'rebases' else 'note' }} as words
        from {{ source('reference', table) }}
        where {{ 'reason' if table == 'rebases' else 'note' }} is not null
    {% endfor %}

),

told as (

    select
        subject,
        text_id,
        part,
        organisation,
        quarter,
        measure,
        {{ words_of('words') }} as words
    from texts

),

-- Numbers as people write them in words. "One" is said of much that is no count ("the old one",
-- "one team"): it counts before such a word.
number_words as (

    {% set units = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] %}
    {% for said in units[1:] + [
        'ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen',
        'eighteen', 'nineteen'
    ] %}
        select
            {{ loop.index + 1 }} as number,
            '{{ said }}' as said
        union all
    {% endfor %}
    {% for tens in [
        'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'
    ] %}
        {% set ten = 10 * loop.index + 10 %}
        select
            {{ ten }} as number,
            '{{ tens }}' as said
        union all
        {% for unit in units %}
            select
                {{ ten + loop.index }} as number,
                '{{ tens }} {{ unit }}' as said
            union all
        {% endfor %}
    {% endfor %}
    {% for number, said in [
        (2, 'a couple of'), (2, 'a pair of'), (6, 'half a dozen'), (12, 'a dozen')
    ] %}
        select
            {{ number }} as number,
            '{{ said }}' as said
        union all
    {% endfor %}
    {% for said in [
        'only one', 'just one', 'one person', 'one woman', 'one man', 'one child', 'one girl',
        'one boy', 'one baby', 'one adult', 'one family', 'one user', 'one young', 'one death'
    ] %}
        select
            1 as number,
            '{{ said }}' as said
        union all
    {% endfor %}
    {% for whom in ['victim', 'patient', 'client', 'case', 'referral', 'report', 'incident'] %}
        {% set last = loop.last %}
        {% for said in ['one', 'single'] %}
            select
                1 as number,
                '{{ said }} {{ whom }}' as said
            {% if not (last and loop.last) %}union all{% endif %}
        {% endfor %}
    {% endfor %}

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
            organisation,
            quarter,
            cast({{ number }} as bigint) as number
        from hidden
        where {{ number }} = round({{ number }}) and {{ number }} <> 0
        {% if not loop.last %}union distinct{% endif %}
    {% endfor %}

),

small as (

    {% for number in range(1, 10) %}
        select {{ number }} as number
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- Of a measure with a small-number rule every small count, whoever's it is.
of_the_measure as (

    select
        measures.measure,
        cast(small.number as bigint) as number
    from measures
    inner join small
        on measures.threshold >= small.number
    union distinct
    select
        measure,
        number
    from hidden_numbers

),

-- In figures, with a comma, a space or a point between the thousands, and in words.
spoken as (

    select distinct
        number,
        cast(number as string) as said
    from of_the_measure
    union distinct
    select
        number,
        concat(cast(number as string), '.0') as said
    from of_the_measure
    {% for between in [',', ' ', '.'] %}
        union distinct
        select
            number,
            concat(
                substring(cast(number as string), 1, length(cast(number as string)) - 3),
                '{{ between }}',
                right(cast(number as string), 3)
            ) as said
        from of_the_measure
        where number between 1000 and 999999
    {% endfor %}
    union distinct
    select
        cast(number as bigint) as number,
        said
    from number_words

),

-- A hidden share, and what is left of the whole, as people write them: with up to four decimals.
hidden_shares as (

    {% for share in ['value', '100 - value'] %}
        {% set last = loop.last %}
        {% for decimals in range(5) %}
            select
                measure,
                organisation,
                quarter,
                {{ decimals }} as decimals,
                cast(cast(cast({{ share }} as string) as decimal(12, {{ decimals }})) as string)
                    as number
            from hidden
            where form = 'proportion' and value is not null
            {% if not (last and loop.last) %}union distinct{% endif %}
        {% endfor %}
    {% endfor %}

),

shares as (

    {% for sign in ['%', ' %', ' per cent', ' percent'] %}
        select
            measure,
            organisation,
            quarter,
            decimals,
            concat(number, '{{ sign }}') as said
        from hidden_shares
        {% if not loop.last %}union distinct{% endif %}
    {% endfor %}

),

-- What may not be told in words about the measure.
about_the_measure as (

    select distinct
        of_the_measure.measure,
        spoken.said
    from of_the_measure
    inner join spoken
        on of_the_measure.number = spoken.number
    union distinct
    select
        measure,
        said
    from shares

),

-- What may not be told in words about anything else: the numbers of the same organisation and
-- quarter that are particular enough not to be another one by chance.
about_anything as (

    select distinct
        hidden_numbers.organisation,
        hidden_numbers.quarter,
        spoken.said
    from hidden_numbers
    inner join spoken
        on hidden_numbers.number = spoken.number
    where hidden_numbers.number >= 10
    union distinct
    select
        organisation,
        quarter,
        said
    from shares
    where decimals > 0

),

final as (

    select
        told.subject,
        told.text_id,
        told.part
    from told
    inner join about_the_measure
        on
            told.measure = about_the_measure.measure
            and contains(told.words, concat(' ', about_the_measure.said, ' '))
    union distinct
    select
        told.subject,
        told.text_id,
        told.part
    from told
    inner join about_anything
        on
            told.organisation = about_anything.organisation
            and told.quarter = about_anything.quarter
            and contains(told.words, concat(' ', about_anything.said, ' '))

)

select * from final
