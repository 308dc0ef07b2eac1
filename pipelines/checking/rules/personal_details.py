"""Finding a person's details where only totals belong (SDC-002).

The patterns err towards finding: a finding names the row and never what stands there.
"""

from __future__ import annotations

import re

# Ten digits, 3-3-4 where they are spaced: https://www.datadictionary.nhs.uk/attributes/nhs_number.html
_NHS_NUMBER = re.compile(r"(?<![\d.,])(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?![\d.,]\d|\d)", re.ASCII)
# HMRC, National Insurance Manual NIM39110: letters that a prefix cannot have.
_NATIONAL_INSURANCE = re.compile(
    r"(?<![A-Z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
    r"[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?![A-Z0-9])",
    re.IGNORECASE | re.ASCII,
)
# BS 7666 / Royal Mail: outward code, space, inward code without C I K M O V.
_POSTCODE = re.compile(
    r"(?<![A-Z0-9])(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPS-UW]"
    r"|[A-HK-Y]\d[ABEHMNPRVWXY]) ?\d[ABD-HJLNP-UW-Z]{2})(?![A-Z0-9])",
    re.IGNORECASE | re.ASCII,
)
_EMAIL = re.compile(r"[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\s@,;<>().]{2,}")
# United Kingdom numbers: +44 or 0, then nine or ten digits, spaced in any way.
_TELEPHONE = re.compile(
    r"(?<![\d.,/-])(?:(?:\+|00)44[ .-]?(?:\(0\)[ .-]?)?|\(?0)(?=[1-37-9])(?:\d[ .()-]{0,2}){8,9}\d"
    r"(?![\d%]|[.,]\d)",
    re.ASCII,
)


def personal_details(text: str) -> str | None:
    """Return the kind of the first personal detail in ``text``, in words; None if it has none."""
    for match in _NHS_NUMBER.finditer(text):
        if is_nhs_number("".join(match.groups())):
            return "an NHS number"
    for kind, pattern in (
        ("an e-mail address", _EMAIL),
        ("a National Insurance number", _NATIONAL_INSURANCE),
        ("a full postcode", _POSTCODE),
        ("a telephone number", _TELEPHONE),
    ):
        if pattern.search(text):
            return kind
    return None


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits end in their modulus 11 check digit, as NHS numbers do.

    Ten times the first digit, nine times the second and so on; what the sum lacks to a multiple
    of 11 is the check digit (11 counts as 0, 10 is never issued). Ten like digits are none.
    """
    weighted = sum(int(d) * weight for d, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    check = -weighted % 11
    return check < 10 and check == int(digits[9]) and len(set(digits)) > 1
