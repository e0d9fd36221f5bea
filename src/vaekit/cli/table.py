"""Tables of words and numbers as files: CSV that no spreadsheet runs, JSON, Parquet; and tables put together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

from vaekit.errors import MissingExtra

if TYPE_CHECKING:  # numpy is not read for help
    from vaekit.data.cells import Cells
    from vaekit.data.frame import Frame


def table_of(values: Any, columns: Sequence[str]) -> Frame | None:
    """A frame, or an array of objects, as a table with these names where it has none; None for an array of numbers."""
    from vaekit.data.frame import as_frame, is_frame

    if not is_frame(values) and values.dtype.kind != "O":
        return None
    frame = as_frame(values)
    if frame.named or len(columns) != len(frame.columns):
        return frame
    return replace(frame, columns=dict(zip(columns, frame.columns.values(), strict=True)), named=True)


def cells_written(frame: Frame, safe: bool = False) -> Iterator[tuple[Any, ...]]:
    """Row by row, as columns write their cells, '' where missing. safe: texts that a spreadsheet would run as a formula
    get an apostrophe before them; numbers are as they are."""
    from vaekit.cli.output import safe_cell
    from vaekit.data.typed import written

    columns = [written(cells) for cells in frame.columns.values()]
    if safe:
        columns = [
            [safe_cell(cell) if isinstance(cell, str) else cell for cell in column] for column in columns
        ]
    return zip(*columns, strict=True)


def write_json(frame: Frame, file: TextIO) -> None:
    """{"columns": names, "rows": cells}, null where missing."""
    rows = [[None if cell == "" else cell for cell in row] for row in cells_written(frame)]
    json.dump({"columns": frame.names, "rows": rows}, file, ensure_ascii=False, allow_nan=False)
    file.write("\n")


def parquet(frame: Frame) -> bytes:
    """The table as the bytes of a .parquet file."""
    import io

    try:
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtra('writing .parquet needs pyarrow; type: pip install "vaekit[tables]"') from error
    content = io.BytesIO()
    pyarrow.parquet.write_table(replace(frame, kind="pyarrow", index=None).native(), content)
    return content.getvalue()


def one_below_the_other(tables: Sequence[Any]) -> Frame:
    """Frames of the same columns, with the number of each, from 1, in a column before."""
    import numpy as np

    from vaekit.data.cells import Cells
    from vaekit.data.frame import Frame, as_frame

    frames = [as_frame(table) for table in tables]
    numbers = np.repeat(np.arange(1, len(frames) + 1), [len(frame) for frame in frames])
    number = Cells(numbers, np.zeros(len(numbers), dtype=bool), "int64")
    below = {name: _joined([frame.columns[name] for frame in frames]) for name in frames[0].names}
    return Frame({"table": number, **below})


def with_ends(filled: Any, low: Any, high: Any) -> Frame:
    """The columns of a frame, behind each that is of numbers or times the two ends of its interval."""
    from vaekit.data.frame import Frame, as_frame

    table, below, above = as_frame(filled), as_frame(low), as_frame(high)
    columns: dict[str, Cells] = {}
    for name, cells in table.columns.items():
        columns[name] = cells
        if cells.form in ("number", "time"):
            columns |= {f"{name}_low": below.columns[name], f"{name}_high": above.columns[name]}
    return Frame(columns)


def _joined(several: Sequence[Cells]) -> Cells:
    import numpy as np

    return replace(
        several[0],
        values=np.concatenate([cells.values for cells in several]),
        missing=np.concatenate([cells.missing for cells in several]),
    )
