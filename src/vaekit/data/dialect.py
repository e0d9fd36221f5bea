"""How a table is written as text: encoding, delimiter, quotes, decimal mark, and what stands for a missing value.

Each is found from the file, and each can be said instead. A `Dialect` then cuts lines into cells and reads a cell.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vaekit.errors import DataError, RunError

ENCODINGS = ("utf-8", "utf-8-sig", "cp949", "latin-1")
DELIMITERS = (",", ";", "\t", "|", " ")
MISSING = ("", "na", "n/a", "#n/a", "nan", "null", "?", "-")
TRUTH = {"true": 1.0, "false": 0.0}
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
_COMMA = re.compile(r"[-+]?\d+,\d+([eE][-+]?\d+)?$")
_POINT = re.compile(r"(?![-+]?\d{1,3}(\.\d{3})+$)[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?$")
_BLOCK = 2**20


@dataclass(frozen=True)
class Dialect:
    """What is between the cells, around them, and in them. missing: spellings, compared in lower case."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    missing: tuple[str, ...] = MISSING

    def cells(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of each line; a run of spaces delimits once."""
        if self.delimiter == " ":
            lines = (line.strip() for line in lines)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, skipinitialspace=True)

    def is_missing(self, cell: str) -> bool:
        """Whether the cell spells a missing value."""
        return cell.strip().lower() in self.missing

    def number(self, cell: str) -> float | None:
        """The cell's number, NaN where it is missing, None where it is text."""
        word = cell.strip().lower()
        if word in self.missing:
            return float("nan")
        if word in TRUTH:
            return TRUTH[word]
        if self.decimal == ",":
            if "." in word:  # 1.234 may be a thousand and more here
                return None
            word = word.replace(",", ".")
        try:
            return None if "_" in word else float(word)
        except ValueError:
            return None

    def told(self) -> str:
        """How the table is written, in words."""
        mark = " and decimal commas" if self.decimal == "," else ""
        quotes = f", quotes {self.quote}" if self.quote != '"' else ""
        return (
            f"{_NAMES.get(self.delimiter, repr(self.delimiter))} between cells{mark}{quotes}, {self.encoding}"
        )


def is_row(line: str) -> bool:
    """Whether the line is part of the table."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def find_dialect(
    lines: Sequence[str],
    encoding: str,
    delimiter: str | None = None,
    quote: str | None = None,
    decimal: str | None = None,
    missing: Sequence[str] | None = None,
) -> Dialect:
    """The dialect of a table that starts with these lines; what is given is taken as it is."""
    for name, given in (("delimiter", delimiter), ("quote", quote), ("decimal", decimal)):
        if given is not None and len(given) != 1:
            raise DataError(f"{name}={given!r} is not possible; give one character.")
    if decimal not in (None, ".", ","):
        raise DataError(f"decimal={decimal!r} is not possible; there are: '.' and ','.")
    spelled = MISSING if missing is None else ("", *(word.strip().lower() for word in missing))
    quote = quote or _found_quote(lines)
    delimiter = delimiter or _found_delimiter(lines, encoding, quote, decimal, spelled)
    decimal = decimal or _found_decimal(Dialect(encoding, delimiter, quote), lines)
    return Dialect(encoding, delimiter, quote, decimal, spelled)


def _found_delimiter(
    lines: Sequence[str], encoding: str, quote: str, decimal: str | None, missing: tuple[str, ...]
) -> str:
    """The delimiter that cuts all lines alike and leaves most numbers, and then most cells."""

    def quality(delimiter: str) -> tuple[float, int]:
        text = Dialect(encoding, delimiter, quote, decimal or ".", missing)
        rows = list(text.cells(lines[:20]))
        width = len(rows[0]) if rows else 0
        if width < 2 or any(len(row) != width for row in rows):
            return 0.0, 0
        text = Dialect(encoding, delimiter, quote, decimal or _found_decimal(text, lines[:20]), missing)
        cells = [cell for row in rows for cell in row]
        return sum(text.number(cell) is not None for cell in cells) / len(cells), width

    return max(DELIMITERS, key=quality)


def _found_quote(lines: Sequence[str]) -> str:
    """The apostrophe where it stands around cells and the quotation mark nowhere."""
    if any('"' in line for line in lines):
        return '"'
    around = re.compile(r"(^|[,;\t|])\s*'[^']*'\s*(?=[,;\t|]|$)")
    return "'" if sum(bool(around.search(line.rstrip())) for line in lines) > len(lines) / 2 else '"'


def _found_decimal(text: Dialect, lines: Sequence[str]) -> str:
    """The comma where some cells are numbers with one, and no point is surely a decimal point: 1.234 is not."""
    if text.delimiter == ",":
        return "."
    cells = [cell.strip() for row in text.cells(lines) for cell in row]
    commas = any(_COMMA.match(cell) for cell in cells)
    points = any(_POINT.match(cell) for cell in cells)
    return "," if commas and not points else "."


def find_encoding(path: Path, given: str | None = None) -> str:
    """The encoding of a text file: UTF-8 where all of it is, else CP949 where that gives Korean, else Latin-1.

    Raises RunError for what is no text, DataError for an encoding that is not known or not that of the file.
    """
    if given is not None:
        try:
            codecs.lookup(given)
        except LookupError as error:
            raise DataError(
                f"encoding={given!r} is not known; there are: {', '.join(ENCODINGS)}, ..."
            ) from error
        if _decodes(path, given) is None:
            raise DataError(f"'{path}' is not text in {given}; leave the encoding out, so that it is found.")
        return given
    with path.open("rb") as file:
        start = file.read(_BLOCK)
    if b"\x00" in start:
        wide = " (it may be UTF-16)" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ""
        raise RunError(f"'{path}' is not text in UTF-8{wide}; save it as CSV in UTF-8.")
    if start.startswith(codecs.BOM_UTF8) and _decodes(path, "utf-8-sig") is not None:
        return "utf-8-sig"
    if _decodes(path, "utf-8") is not None:
        return "utf-8"
    foreign = _decodes(path, "cp949")
    return "cp949" if foreign is not None and _is_korean(foreign) else "latin-1"


def _decodes(path: Path, encoding: str) -> str | None:
    """The characters outside of ASCII (some thousands of them), or None where the file is not of this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    foreign = ""
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                if len(foreign) < 10_000 and not text.isascii():
                    foreign += "".join(letter for letter in text if letter > "\x7f")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
    return foreign


def _is_korean(foreign: str) -> bool:
    """Whether nearly all letters are syllables in common use: accented letters read as CP949 give odd ones."""
    common = sum("가" <= letter <= "힣" and _in_common_use(letter) for letter in foreign)
    return common >= 0.9 * len(foreign)


def _in_common_use(letter: str) -> bool:
    """Whether the older standard of 2,350 syllables has it."""
    try:
        letter.encode("euc_kr")
    except UnicodeEncodeError:
        return False
    return True
