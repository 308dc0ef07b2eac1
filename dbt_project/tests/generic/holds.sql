{# All that a table must hold, in one query: dbt takes longer to start a test than to run it.
   `grain`: columns that are filled, and alike in no two rows; `filled`; `unique` (empty passes);
   `words`: a column holds only words of its list (empty passes); `refers_to`: a column names a row of
   another table (empty passes); `conditions`: each is true of every row.
   `standing`: the spells of submissions; only rows of submissions that stand are asked. What was sent
   changes no more: rows that were replaced were tested while they stood, and are again if they come back.
   A row that comes back says what is at fault and what was found. #}
{% test holds(model, grain=[], filled=[], unique=[], words={}, refers_to={}, conditions=[], standing=none) %}
{%- set faults = [] -%}
{%- if standing is not none -%}
    {%- set model = "(select * from " ~ model ~ " where submission_id is null or submission_id in (select submission_id from "
        ~ standing ~ " where is_current)) as standing" -%}
{%- endif -%}
{%- if grain -%}
    {%- do faults.append(
        "select 'the grain " ~ grain | join(", ") ~ " is there twice or not filled' as fault, "
        ~ "concat_ws(' ', " ~ grain | join(", ") ~ ") as found from " ~ model
        ~ " group by " ~ grain | join(", ") ~ " having count(*) > 1 or "
        ~ grain | join(" is null or ") ~ " is null"
    ) -%}
{%- endif -%}
{%- for column in filled -%}
    {%- do faults.append(
        "select '" ~ column ~ " is empty' as fault, cast(null as string) as found from " ~ model
        ~ " where " ~ column ~ " is null"
    ) -%}
{%- endfor -%}
{%- for column in unique -%}
    {%- do faults.append(
        "select '" ~ column ~ " is there twice' as fault, cast(" ~ column ~ " as string) as found from "
        ~ model ~ " where " ~ column ~ " is not null group by " ~ column ~ " having count(*) > 1"
    ) -%}
{%- endfor -%}
{%- for column, listed in words.items() -%}
    {%- do faults.append(
        "select '" ~ column ~ " is no word of its list' as fault, cast(" ~ column
        ~ " as string) as found from " ~ model ~ " where " ~ column
        ~ " not in ('" ~ listed | join("', '") ~ "') group by " ~ column
    ) -%}
{%- endfor -%}
{%- for column, (other, field) in refers_to.items() -%}
    {%- do faults.append(
        "select '" ~ column ~ " names no row of " ~ other.identifier ~ "' as fault, cast(" ~ column
        ~ " as string) as found from " ~ model ~ " where " ~ column ~ " is not null and " ~ column
        ~ " not in (select " ~ field ~ " from " ~ other ~ " where " ~ field ~ " is not null)"
    ) -%}
{%- endfor -%}
{%- for condition in conditions -%}
    {%- do faults.append(
        "select 'not " ~ condition | replace("'", "''") ~ "' as fault, cast(null as string) as found from "
        ~ model ~ " where not coalesce(" ~ condition ~ ", false)"
    ) -%}
{%- endfor -%}
{{ faults | join("\nunion all\n") }}
{% endtest %}
