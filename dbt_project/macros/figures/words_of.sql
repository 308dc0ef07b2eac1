{# The words and numbers of a text in lower case, each between two single spaces, for looking for a
   number that may not be told: ` two trusts stopped in may `. Percentages stay with their sign, and
   what counts nothing is left out: dates, financial years and quarters, `level 2`, `section 47`. #}
{% macro words_of(text) -%}
    {%- set plain = replace_every('lower(' ~ text ~ ')', '[^0-9a-z.,%]+', ' ') -%}
    {%- set plain = replace_every(plain, '[.,]+( |$)', ' ') -%}
    {%- set plain = "concat(' ', " ~ plain ~ ", ' ')" -%}
    {%- set plain = replace_every(plain, ' [0-9]{1,2} (january|february|march|april|may|june|july|august|september|october|november|december) ', '  ') -%}
    {%- set plain = replace_every(plain, ' (19|20)[0-9]{2}( [0-9]{2})? ', '  ') -%}
    {%- set plain = replace_every(plain, ' (level|levels|quarter|section|item|figure|stage|phase|year|priority) [0-9]+ ', '  ') -%}
    {{- plain -}}
{%- endmacro %}
