"""The tables of the accounts, step by step, as Django makes and changes them."""
