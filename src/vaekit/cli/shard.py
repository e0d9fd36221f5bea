"""`vaekit shard DATA`."""

from __future__ import annotations

from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.reading import data_argument, how, read_data, reading_options


@click.command(cls=Command)
@data_argument
@option("--out", metavar="FOLDER", help="The folder to write; without it, DATA is a folder of shards.")
@option(
    "--rows-per-shard", type=click.IntRange(1), metavar="N", help="Rows of a file. [default: 32 MiB of them]"
)
@reading_options
def command(data: str, out: str | None, rows_per_shard: int | None, **reading: Any) -> None:
    """Write DATA as shards, or the manifest of a folder of them.

    Shards are files that `vaekit fit FOLDER` reads one window at a time, so that data may be larger than memory.
    With --out, the rows of DATA are written to a new folder; without, DATA is a folder of .npz or .parquet files that
    gets a manifest.json. Labels are kept in a file beside the rows.
    """
    from vaekit.data.write_shards import write_manifest, write_shards

    if out is None:
        if rows_per_shard is not None:
            raise click.UsageError("--rows-per-shard is for new files; give --out FOLDER.")
        made = write_manifest(data)
    else:
        source = read_data(data, how(reading))
        made = write_shards(
            source.X,
            out,
            rows_per_shard=rows_per_shard,
            columns=source.feature_names,
            labels=source.y,
            class_names=source.class_names,
        )
    click.echo(f"shards: {made.folder} ({len(made):,} rows in {len(made.files):,} files)")
