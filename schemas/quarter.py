"""The financial quarter: Q1 is April to June."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(\d{4})-(\d{2})[ -]Q([1-4])", re.ASCII)


@dataclass(frozen=True, order=True)
class Quarter:
    """One financial quarter; quarters sort by time.

    ``start_year`` is the calendar year in which the financial year starts (2018 for 2018-19),
    ``number`` is 1 (April to June) to 4 (January to March). Raises ``ValueError`` outside that.
    """

    start_year: int
    number: int

    def __post_init__(self) -> None:
        """Refuse a quarter that does not exist."""
        if self.number not in (1, 2, 3, 4) or not 1900 <= self.start_year <= 2998:
            raise ValueError(f"no such quarter: {self.start_year}, {self.number}")

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Return the quarter written ``2018-19 Q1`` (for people) or ``2018-19-Q1`` (in keys).

        Raises:
            ValueError: It is anything else, a second year that does not follow included.
        """
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"not a quarter: {text!r}; a quarter is written 2018-19 Q1")
        year = int(match[1])
        if (year + 1) % 100 != int(match[2]):
            raise ValueError(f"not a quarter: {text!r}; {year} is followed by {year + 1}")
        return cls(year, int(match[3]))

    @classmethod
    def containing(cls, day: dt.date) -> Quarter:
        """Return the quarter in which ``day`` falls."""
        year = day.year if day.month >= 4 else day.year - 1
        return cls(year, (day.month - 4) % 12 // 3 + 1)

    @property
    def financial_year(self) -> str:
        """The financial year as it is written: ``2018-19``."""
        return f"{self.start_year}-{(self.start_year + 1) % 100:02d}"

    @property
    def label(self) -> str:
        """As people read it: ``2018-19 Q1``."""
        return f"{self.financial_year} Q{self.number}"

    @property
    def key(self) -> str:
        """As keys and file names have it: ``2018-19-Q1``. Keys sort by time."""
        return f"{self.financial_year}-Q{self.number}"

    @property
    def start(self) -> dt.date:
        """The first day."""
        month = (self.number * 3) % 12 + 1
        return dt.date(self.start_year + (month < 4), month, 1)

    @property
    def end(self) -> dt.date:
        """The last day."""
        return self.shift(1).start - dt.timedelta(days=1)

    @property
    def months(self) -> tuple[dt.date, ...]:
        """The first days of its three months."""
        return tuple(self.start.replace(month=self.start.month + n) for n in range(3))

    def shift(self, quarters: int) -> Quarter:
        """Return the quarter so many later (or earlier, when negative)."""
        index = self.start_year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1)

    def __str__(self) -> str:
        """Return the label."""
        return self.label
