{# What a word before a figure makes of it (`schemas.qualifiers` has the words): 'least' where the
   true one is at or above it, 'most' where it is below, 'about' where it is either; null of an exact
   one. #}
{% macro bound_of(value_as_sent) -%}
    case
        {% for bound, words in [
            ('least', ['over', 'more than', 'at least']),
            ('most', ['nearly', 'almost']),
            ('about', ['about', 'around', 'approximately', 'approx', 'approx.', 'circa']),
        ] %}
            when
                {% for word in words %}
                    lower(trim({{ value_as_sent }})) like '{{ word }} %'{{ " or" if not loop.last }}
                {% endfor %}
                then '{{ bound }}'
        {% endfor %}
    end
{%- endmacro %}

{# Whether a rating holds whatever the exact figure is. #}
{% macro rating_is_sure(rating, bound, polarity) -%}
    (
        {{ bound }} is null
        or {{ rating }} = 'not rated'
        or (
            {{ bound }} <> 'about'
            and {{ rating }} = case
                when ({{ bound }} = 'least') = ({{ polarity }} = 'higher') then 'on target'
                else 'off target'
            end
        )
    )
{%- endmacro %}
