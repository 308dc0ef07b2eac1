{# Words as they were sent, or what stands in their place where they give a number that may not be
   shown. #}
{% macro told_words(words, tells) -%}
    case
        when {{ tells }} then 'Withheld: these words give a number that may not be shown.'
        else {{ words }}
    end
{%- endmacro %}

{# The rows of int_disclosure__telling_texts about a subject, one row for each of its texts:
   `tells_<part>` is true where that part tells. #}
{% macro telling_parts(subject, parts) -%}
    select
        text_id,
        {% for part in parts %}
            max(case when part = '{{ part }}' then 1 end) = 1 as tells_{{ part }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref('int_disclosure__telling_texts') }}
    where subject = '{{ subject }}'
    group by text_id
{%- endmacro %}
