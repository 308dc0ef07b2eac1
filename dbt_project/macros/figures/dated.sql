{# Whether a row of a dated table of the board (targets, baselines) holds for a figure: of its measure,
   of its organisation and area or of all, and of the quarter in which its period ends. A row of all
   holds for the combined figure too, unless that is a sum: what each organisation is to reach is
   not what all of them reach together. #}
{% macro holds_for(row, figure, aggregation) -%}
    {{ row }}.measure = {{ figure }}.measure
    and (
        {{ row }}.organisation = {{ figure }}.organisation
        or (
            {{ row }}.organisation is null
            and not ({{ figure }}.organisation = 'ALL' and {{ aggregation }} = 'sum')
        )
    )
    and ({{ row }}.area is null or {{ row }}.area = {{ figure }}.area)
    and {{ holds_in(row, figure ~ '.quarter') }}
{%- endmacro %}

{# Whether a row of a dated table holds in a quarter. #}
{% macro holds_in(row, quarter) -%}
    ({{ row }}.first_period is null or {{ row }}.first_period <= {{ quarter }})
    and ({{ row }}.last_period is null or {{ row }}.last_period >= {{ quarter }})
{%- endmacro %}

{# How particular a row is, 3 the most: one organisation and area, one organisation, one area, all. #}
{% macro particularity(row) -%}
    case when {{ row }}.organisation is not null then 2 else 0 end
    + case when {{ row }}.area is not null then 1 else 0 end
{%- endmacro %}
