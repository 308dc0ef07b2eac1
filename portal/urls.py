"""What is found where. Every page is for those who are signed in, but those that say otherwise."""

from __future__ import annotations

from django.urls import path

from portal.views import (
    account,
    board,
    editions,
    home,
    officer,
    problems,
    publication,
    returning,
    submissions,
)

RETURN = "returns/<organisation>/<return_name>/<quarter>"
SUBMISSION = "submissions/<submission_id>"

urlpatterns = [
    path("", home.home),
    path("history", home.history),
    path("account", home.account_page),
    path("accessibility", home.statement),
    path("signed-out", home.signed_out),
    path("health", home.health),
    path("assets/<name>", home.asset),
    *account.urlpatterns,
    path(RETURN, returning.return_page),
    path(f"{RETURN}/template", returning.template_file),
    path(f"{RETURN}/file", returning.take_file),
    path("checked/<key>", returning.checked_page),
    path("checked/<key>/annotated", returning.checked_annotated),
    path("checked/<key>/send", returning.send_checked),
    path(SUBMISSION, submissions.submission_page),
    path(f"{SUBMISSION}/receipt", submissions.receipt_page),
    path(f"{SUBMISSION}/receipt-text", submissions.receipt_text),
    path(f"{SUBMISSION}/annotated", submissions.annotated_file),
    path(f"{SUBMISSION}/as-sent", submissions.as_sent_file),
    path(f"{SUBMISSION}/explain", submissions.explain),
    path(f"{SUBMISSION}/withdraw", submissions.withdraw),
    path("officer", officer.officer_page),
    path("officer/publication", publication.publication_page),
    path("officer/editions", editions.editions_page),
    path("officer/editions/<name>/withdraw", editions.withdraw_page),
    path("officer/releases/<release_id>/<path:path>", publication.preview),
    path("officer/board", board.board_page),
    path("officer/board/draft", board.draft_page),
    path("officer/board/draft/put-into-force", board.put_into_force),
    path("officer/board/draft/<table>", board.draft_table),
    path("officer/board/draft/<table>/<number>", board.draft_row),
    path("officer/board/<table>", board.table_page),
    path(f"officer/{RETURN}", officer.decision),
]
handler400 = problems.broken
handler403 = problems.not_allowed
handler404 = problems.not_there
handler500 = problems.failed
