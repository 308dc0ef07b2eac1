"""The cells of a workbook's sheets, from its XML: text as a person sees it, and what else is there.

The cells are read here and not through openpyxl, which makes every cell of a merged or linked
range (a range of a few bytes can name seventeen thousand million) and takes eight times as long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from posixpath import join, normpath

from pipelines.reading.number_formats import GENERAL, Shown, builtin_format, show
from pipelines.reading.outcome import Limits
from pipelines.reading.package import UnreadableError, damaged, over, parse

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LONGEST_FORMAT = 255  # letters; no spreadsheet writes a longer one
_RELATION = "/relationships id"  # the attribute, whichever form of the standard
_TRUE = ("1", "true")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: its text, and whether the workbook holds its result."""

    text: str
    has_result: bool


@dataclass(kw_only=True)
class Worksheet:
    """One sheet. Rows and columns count from 1.

    ``named`` is how many cells it names, empty ones too, one by one or in merged and linked ranges.

    ``rows`` holds the cells that are not empty, by row and column; ``odd`` those whose stored
    value says something else than what is shown, with the kind and the stored value.
    """

    title: str
    is_visible: bool
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    odd: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    formulas: dict[tuple[int, int], Formula] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    named: int = 0


def place(reference: str) -> tuple[int, int]:
    """Return the row and column of a reference such as ``B5``. Raises ``UnreadableError``."""
    found = _PLACE.fullmatch(reference)
    if found is None:
        raise damaged()
    column = 0
    for character in found[1]:
        column = column * 26 + ord(character) - ord("A") + 1
    row = int(found[2])
    if not 1 <= row <= LAST_ROW or column > LAST_COLUMN:
        raise damaged()
    return row, column


def worksheets(parts: dict[str, bytes], *, limits: Limits) -> list[Worksheet]:
    """Return the sheets of a workbook in their order.

    Raises:
        UnreadableError: A part is missing or damaged, or there are more cells than are taken.
    """
    root = _relations(parts, "")
    main = next((path for kind, path in root.values() if kind == "officeDocument"), None)
    if main is None:
        raise damaged()
    if main.endswith(".bin"):
        raise UnreadableError("FIL-002", kind="binary Excel workbook")
    relations = _relations(parts, main)
    book = _Book()
    parse(_part(parts, main), book)
    every = dict(relations.values())
    strings, styles = _Strings(), _Styles()
    if "sharedStrings" in every:
        parse(_part(parts, every["sharedStrings"]), strings)
    if "styles" in every:
        parse(_part(parts, every["styles"]), styles)
    cells = _Cells(strings.found, styles.formats(), from_1904=book.from_1904, most=limits.cells)
    sheets = []
    for title, relation, is_visible in book.sheets:
        kind, path = relations.get(relation, ("", ""))
        if kind == "worksheet":
            sheet = Worksheet(title=title, is_visible=is_visible)
            cells.begin(sheet)
            parse(_part(parts, path), cells)
            sheets.append(sheet)
    return sheets


def _part(parts: dict[str, bytes], path: str) -> bytes:
    if path.casefold() not in parts:
        raise damaged()
    return parts[path.casefold()]


def _relations(parts: dict[str, bytes], path: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to: by its id, the last word of its type and its path."""
    folder, _, name = path.rpartition("/")
    found = _Relations(folder)
    parse(_part(parts, join(folder, "_rels", f"{name}.rels")), found)
    return found.targets


class _Relations:
    def __init__(self, folder: str) -> None:
        self.targets: dict[str, tuple[str, str]] = {}
        self._folder = folder

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = normpath(join("/", self._folder, attributes.get("Target", ""))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets[attributes.get("Id", "")] = (kind, target)

    def end(self, name: str) -> None:
        """Nothing ends."""

    def text(self, text: str) -> None:
        """No text is looked at."""


class _Book:
    """The names of the sheets, and from when days are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "") in _TRUE
        elif name == "sheet":
            own = (value for key, value in attributes.items() if key.endswith(_RELATION))
            is_visible = attributes.get("state", "visible") == "visible"
            self.sheets.append((attributes.get("name", ""), next(own, ""), is_visible))

    def end(self, name: str) -> None:
        """Nothing ends."""

    def text(self, text: str) -> None:
        """No text is looked at."""


class _Strings:
    """The texts that cells name by number; what is only said how to pronounce is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._is_text = self._is_spoken = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._is_spoken = True
        self._is_text = name == "t" and not self._is_spoken

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append(unescaped("".join(self._parts)))
        elif name == "rPh":
            self._is_spoken = False
        self._is_text = False

    def text(self, text: str) -> None:
        if self._is_text:
            self._parts.append(text)


def unescaped(text: str) -> str:
    """Return text with the characters that XML cannot hold, which are written ``_x000D_``."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


class _Styles:
    """The number format of each style."""

    def __init__(self) -> None:
        self._own: dict[str, str] = {}
        self._numbers: list[str] = []
        self._inside = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("numFmts", "cellXfs", "cellStyleXfs", "dxfs"):
            self._inside = name
        elif name == "numFmt" and self._inside == "numFmts":
            form = attributes.get("formatCode", GENERAL)
            self._own[attributes.get("numFmtId", "")] = form[:_LONGEST_FORMAT]
        elif name == "xf" and self._inside == "cellXfs":
            self._numbers.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        if name == self._inside:
            self._inside = ""

    def text(self, text: str) -> None:
        """No text is looked at."""

    def formats(self) -> list[str]:
        """Return the formats in the order of the styles."""
        return [self._own.get(one) or builtin_format(_number(one) or 0) for one in self._numbers]


class _Cells:
    """Takes the cells of one sheet after another, counting them all."""

    def __init__(
        self, strings: list[str], formats: list[str], *, from_1904: bool, most: int
    ) -> None:
        self._strings, self._formats, self._from_1904 = strings, formats, from_1904
        self._most, self._count = most, 0

    def begin(self, sheet: Worksheet) -> None:
        """Begin a sheet."""
        self._sheet = sheet
        self._row = self._column = 0
        self._shared: dict[str, str] = {}
        self._cell: dict[str, str] | None = None
        self._collecting = ""
        self._texts: dict[str, list[str]] = {}
        self._formula: dict[str, str] | None = None
        self._is_spoken = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif self._cell is not None:
            if name == "rPh":
                self._is_spoken = True
            elif name == "f":
                self._formula = attributes
            self._collecting = name if name in ("v", "t", "f") and not self._is_spoken else ""
            if self._collecting:
                self._texts.setdefault(name, [])
        elif name == "row":
            self._begin_row(attributes)
        elif name == "col":
            self._column_of_sheet(attributes)
        elif name in ("mergeCell", "hyperlink"):
            self._range(attributes.get("ref", ""), is_merged=name == "mergeCell")

    def text(self, text: str) -> None:
        if self._collecting:
            self._texts[self._collecting].append(text)

    def end(self, name: str) -> None:
        self._collecting = ""
        if name == "rPh":
            self._is_spoken = False
        elif name == "c" and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None

    def _text_of(self, name: str) -> str:
        return "".join(self._texts.get(name, ()))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = _number(attributes["r"]) if "r" in attributes else self._row + 1
        if number is None or not self._row < number <= LAST_ROW:
            raise damaged()
        self._row, self._column = number, 0
        if attributes.get("hidden") in _TRUE or _is_zero(attributes.get("ht")):
            self._sheet.hidden_rows.add(self._row)

    def _count_one(self) -> None:
        self._count += 1
        if self._count > self._most:
            raise over("cells", self._most, self._count)

    def _range(self, reference: str, *, is_merged: bool) -> None:
        self._count_one()
        first, _, last = reference.partition(":")
        top, left, bottom, right = (*place(first), *place(last or first))
        self._sheet.named += (abs(bottom - top) + 1) * (abs(right - left) + 1)
        if is_merged:
            self._sheet.merged.append((top, left, bottom, right))

    def _column_of_sheet(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in _TRUE or _is_zero(attributes.get("width")):
            first, last = (_number(attributes.get(name, "")) for name in ("min", "max"))
            if not first or not last or len(self._sheet.hidden_columns) == LAST_COLUMN:
                raise damaged()
            self._sheet.hidden_columns.append((first, last))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._count_one()
        self._sheet.named += 1
        row, column = self._row, self._column + 1
        if "r" in attributes:
            row, column = place(attributes["r"])
        if row < 1 or row != self._row or not self._column < column <= LAST_COLUMN:
            raise damaged()  # of two cells in one place nobody knows which is meant
        self._column = column
        self._cell, self._texts, self._formula = attributes, {}, None

    def _end_cell(self, cell: dict[str, str]) -> None:
        at = (self._row, self._column)
        stored = self._text_of("v") if "v" in self._texts else None
        shown = self._shown(cell, stored)
        if self._formula is not None:
            shared, own = self._formula.get("si", ""), self._text_of("f")
            formula = own or self._shared.get(shared, "")
            if own and shared:
                self._shared[shared] = own
            # A text without letters is a result; a number without digits is none.
            has_result = bool(stored) or (stored is not None and cell.get("t") == "str")
            self._sheet.formulas[at] = Formula(formula, has_result=has_result)
        if shown.text:
            self._sheet.rows.setdefault(self._row, {})[self._column] = shown.text
        if shown.kind:
            self._sheet.odd[at] = (shown.kind, stored or "")

    def _shown(self, cell: dict[str, str], stored: str | None) -> Shown:
        match cell.get("t", "n"):
            case "s" if stored is not None:
                number = _number(stored)
                if number is None or number >= len(self._strings):
                    raise damaged()
                return Shown(self._strings[number])
            case "inlineStr":
                return Shown(unescaped(self._text_of("t")))
            case "b" if stored is not None:
                return Shown("TRUE" if stored in _TRUE else "FALSE")
            case "d" if stored is not None:
                return Shown(stored.removesuffix("Z").removesuffix("T00:00:00"))
            case "n" if stored is not None:
                style = _number(cell.get("s", "0"))
                known = style is not None and style < len(self._formats)
                form = self._formats[style or 0] if known else GENERAL
                return show(stored.strip(), form, from_1904=self._from_1904)
            case _:
                return Shown(unescaped(stored or ""))


def _number(text: str) -> int | None:
    """Return a number from 0, None where the text is none; longer ones than any sheet has too."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _is_zero(size: str | None) -> bool:
    try:
        return size is not None and float(size) == 0
    except ValueError:
        return False
