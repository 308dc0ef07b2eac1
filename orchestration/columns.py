"""What each column means, for Dagster's pages, where no other place declares it."""

from __future__ import annotations

import dagster as dg

from schemas.declaration import Return, record_columns

_WHAT_CAME = {
    "submission": {
        "submission_id": "The reference: it sorts by the time of receipt.",
        "return_name": "Which return it is; empty where the file did not tell.",
        "organisation": "Whose figures they are; empty where the file did not tell.",
        "quarter": "The financial quarter, such as 2018-19-Q1.",
        "outcome": "What the checks said: refused, needs correction, accepted with queries, "
        "accepted.",
        "received_at": "When it came, in UTC.",
        "sender": "Who sent it.",
        "channel": "How it came: upload pages, inbox, command line.",
        "file_name": "What the sender called the file.",
        "sha256": "The SHA-256 of the bytes as they came.",
        "rows_found": "How many rows the file has below its headings.",
        "rows_used": "How many of them were taken.",
        "rows_not_used": "How many could not be, each with a finding.",
        "rows_passed_over": "How many hold nothing, each with a note.",
        "withdrawn_at": "When it was withdrawn, in UTC; empty where it was not.",
        "sample": "board_pack or illustrative for samples; empty for real returns.",
    },
    "finding": {
        "submission_id": "The submission in which it was found.",
        "finding_number": "The first finding of a submission is 1.",
        "rule": "The rule that found it, such as ROW-001.",
        "severity": "refuse, error, query or note.",
        "row_number": "The row as the sender's spreadsheet shows it.",
        "rows_in_group": "How many rows say the same.",
        "column_name": "The column as the sender named it.",
        "value": "The cell as it was sent.",
        "message": "What is wrong, in plain English.",
        "hint": "What to do about it.",
        "explained_at": "When a query was answered, in UTC.",
        "explanation": "The answer to a query, in the sender's words.",
    },
    "obligation_event": {
        "event_id": "The decision's reference.",
        "kind": "excused, extended or reopened.",
        "organisation": "Whom it is about.",
        "return_name": "Which return it is about.",
        "quarter": "Which quarter it is about.",
        "extended_to": "The new day on which the return is due.",
        "by_whom": "The role that decided it.",
        "reason": "Why.",
        "at": "When it was decided, in UTC.",
    },
    "sign_off": {
        "event_id": "The sign-off's reference.",
        "quarter": "The quarter whose figures were signed off.",
        "by_whom": "The role that signed off.",
        "at": "When, in UTC.",
        "note": "What the next reader should know.",
        "data_sha256": "The SHA-256 of exactly the figures that were signed off.",
        "open_queries": "How many queries nobody had answered then.",
    },
}

CELL_STATE = {
    "cell_id": "The figure: measure, organisation, area, quarter, breakdown, category.",
    "state": "shown or suppressed.",
    "reason": "Why it is suppressed: small numbers, no count given, withheld by the organisation.",
}

# The ends of the names of columns that are made of a declared one, and what they hold.
_MADE = {
    "_as_sent": "The cell's text as it was sent.",
    "_symbol": "c withheld, x not available, z not applicable; empty where there is a number.",
    "_start": "The first day that the cell's text means.",
    "_end": "The last day that the cell's text means.",
    "_certainty": "How sure the reading of the cell's text is.",
    "_moved_from": "The last day of the deadline before, where the text tells of a move.",
    "_note": "How the cell's text was read.",
}


def described(columns: dict[str, str]) -> dict[str, dg.TableSchema]:
    """The metadata of an asset with these columns and their descriptions."""
    listed = [dg.TableColumn(name=name, description=text) for name, text in columns.items()]
    return {"dagster/column_schema": dg.TableSchema(columns=listed)}


def of_what_came(table: str) -> dict[str, dg.TableSchema]:
    """The columns of a table that lists what came: submission, finding, …"""
    return described(_WHAT_CAME[table])


def of_return(declared: Return) -> dict[str, dg.TableSchema]:
    """The columns of a return's accepted rows, those made of declared ones described too."""
    own = declared.column_by_name
    texts = {"submission_id": "The submission from which the row comes."}
    for name in record_columns(declared):
        if name == "row_number":
            texts[name] = "The row as the sender's spreadsheet shows it."
        elif name in own:
            texts[name] = own[name].description
        else:
            texts[name] = next(text for end, text in _MADE.items() if name.endswith(end))
    return described(texts)
