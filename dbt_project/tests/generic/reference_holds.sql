{# What a seed must hold, in one query a seed: columns that are filled, whose values are unique (empty
   passes), that hold only words of a list, or that name a row of another seed (empty passes).
   A row that comes back says the column, the fault and the value. #}
{% test reference_holds(model, filled=[], unique=[], words={}, refers_to={}) %}
{% set faults = [] %}
{% for column in filled %}
    {% do faults.append(
        "select '" ~ column ~ "' as column_name, 'is empty' as fault, cast(null as string) as found "
        ~ "from " ~ model ~ " where " ~ column ~ " is null"
    ) %}
{% endfor %}
{% for column in unique %}
    {% do faults.append(
        "select '" ~ column ~ "' as column_name, 'is there twice' as fault, "
        ~ "cast(" ~ column ~ " as string) as found from " ~ model ~ " where " ~ column
        ~ " is not null group by " ~ column ~ " having count(*) > 1"
    ) %}
{% endfor %}
{% for column, listed in words.items() %}
    {% do faults.append(
        "select '" ~ column ~ "' as column_name, 'is no word of the list' as fault, "
        ~ "cast(" ~ column ~ " as string) as found from " ~ model ~ " where " ~ column
        ~ " not in ('" ~ listed | join("', '") ~ "')"
    ) %}
{% endfor %}
{% for column, (other, field) in refers_to.items() %}
    {% do faults.append(
        "select '" ~ column ~ "' as column_name, 'names no row of " ~ other.identifier ~ "' as fault, "
        ~ "cast(" ~ column ~ " as string) as found from " ~ model ~ " where " ~ column
        ~ " is not null and " ~ column ~ " not in (select " ~ field ~ " from " ~ other
        ~ " where " ~ field ~ " is not null)"
    ) %}
{% endfor %}
{{ faults | join("\nunion all\n") }}
{% endtest %}
