"""Who may see what. Every page asks here, and whoever may not is told what they would be told
were it not there: not found."""

from __future__ import annotations

from pipelines.record.model import Obligation, Submission
from portal.accounts import Account


def may_see(account: Account, submission: Submission) -> bool:
    """Whether the submission is of one of the account's organisations, or was sent by the account
    itself (a file that could not be read is of no organisation). An officer sees all."""
    if account.is_officer or submission.organisation in account.organisations:
        return True
    return submission.channel == "portal" and submission.sender == account.name


def may_send(account: Account, obligation: Obligation) -> bool:
    """Whether the account sends that return: it is a sender of that organisation."""
    return account.may_send and obligation.organisation in account.organisations


def may_explain(account: Account, submission: Submission) -> bool:
    """Whether the account answers the submission's queries."""
    return account.may_send and submission.organisation in account.organisations


def may_withdraw(account: Account, submission: Submission) -> bool:
    """Whether the account withdraws the submission: it is a signatory of that organisation."""
    return account.may_withdraw and submission.organisation in account.organisations
