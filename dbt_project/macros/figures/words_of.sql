{# The words and numbers of a text in lower case, each between spaces, for looking for a number that
   may not be told: ` two trusts stopped in  `. Percentages stay with their sign, and what counts
   nothing is left out: dates, financial years, `level 2`, `section 47`. A year by itself stays: it is
   looked at only where a hidden number is the same. So does what only looks like those: of `this
   year 3 women` and `in the quarter, 3` the 3, of `3 may be more` too. #}
{% macro words_of(text) -%}
    {%- set plain = "translate(" ~ text ~ ", '０１２３４５６７８９', '0123456789')" -%}
    {%- set plain = replace_every(plain, '(^|[^0-9.,])(19|20)[0-9]{2}[-/–][0-9]{2}([^0-9]|$)', ' ') -%}
    {%- set plain = replace_every(plain, '(^|[^0-9.,])[0-9]{1,2} (March|May)([^A-Za-z]|$)', ' ') -%}
    {%- set plain = replace_every('lower(' ~ plain ~ ')', '[^0-9a-z.,%]+', ' ') -%}
    {%- set plain = "concat(' ', " ~ plain ~ ", ' ')" -%}
    {%- set plain = replace_every(plain, ' [0-9]{1,2} (january|february|april|june|july|august|september|october|november|december)[.,]* ', '  ') -%}
    {%- set plain = replace_every(plain, ' (a|all|an|calendar|current|each|every|final|financial|first|full|last|next|of|our|past|per|previous|quarter on|same|second|that|the|third|this|whole|year on) (figure|item|level|phase|priority|quarter|section|stage|year) ', ' ') -%}
    {%- set plain = replace_every(plain, ' (figure|item|level|levels|phase|priority|quarter|section|stage|year) [0-9]{1,3}[.,]* ', '  ') -%}
    {%- set plain = replace_every(plain, '[.,]+( |$)', ' ') -%}
    {{- plain -}}
{%- endmacro %}
