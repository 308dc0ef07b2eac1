"""The way of a check: from rows to findings in plain English."""
