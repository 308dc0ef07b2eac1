"""What is owed, due, late and answered: the calendar and the standing of returns."""
