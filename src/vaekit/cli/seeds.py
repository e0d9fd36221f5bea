"""What `vaekit measure RUN --seeds N` says of the same model from several seeds, and how runs' codes are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from vaekit.cli.output import number, print_red, print_table, print_wrapped

if TYPE_CHECKING:
    from vaekit.gate.seeds import OverSeeds, Stability
    from vaekit.measure import Measure

LIKENESS = {
    "procrustes": "left over when one is turned onto the other, 0 is the same",
    "cka": "likeness of the codes as a whole, 1 is the same",
    "recurring": "share of the single numbers that all runs have",
}


def tell_likeness(codes: Mapping[str, Measure]) -> None:
    """Whether codes of several models of the same rows are the same."""
    print_table([(LIKENESS[key], number(each.value, each.standard_error)) for key, each in codes.items()])


def tell_seeds(found: Stability) -> None:
    """The numbers with their intervals over the seeds, leads that some seeds do not have, and the codes."""
    fits = len(found.seeds)
    click.echo("\n4. Would another seed say the same?\n")
    print_wrapped(
        f"The same model was fitted {fits} times, from seeds {', '.join(map(str, found.seeds))}, and measured on "
        f"{found.rows_told}. A seed decides first weights, the order of the rows and all that is drawn. Beside each "
        "number stand its mean with the 95 % interval of the mean over seeds, and the lowest and the highest.",
        "  ",
    )
    if found.diverged:
        print_red(
            f"  From seeds {', '.join(map(str, found.diverged))} the fit diverged; they are in no number."
        )
    click.echo()
    print_table([(f"  {each.told}", *_over(each)) for each in found.numbers])
    unsure = [each for each in found.leads if each.better not in (0, fits)]
    if unsure:
        click.echo()
        print_wrapped("Whether it is better than a simple method depends on the seed:", "  ")
        for lead in unsure:
            print_red(f"    {lead.question}, {lead.method}: better from {lead.better} of {fits} seeds")
    click.echo("\n  Are the codes the same?")
    tell_likeness(found.codes)
    for line in _recurring(found):
        print_wrapped(line, "  ")


def _over(each: OverSeeds) -> tuple[str, str]:
    low, high = each.interval
    if each.standard_error == 0:
        return number(each.value, None), ""
    shown = [number(value, each.standard_error).split(" ± ")[0] for value in (each.value, low, high)]
    ends = [
        number(value, each.standard_error).split(" ± ")[0] for value in (min(each.values), max(each.values))
    ]
    unit = f" {each.unit}" if each.unit else ""
    return f"{shown[0]} ({shown[1]} to {shown[2]}){unit}", f"{ends[0]} .. {ends[1]}"


def _recurring(found: Stability) -> list[str]:
    """Which numbers of the first seed's codes are found again."""
    shares = found.recurring[0]
    told = {
        "in every other fit": [at for at, share in enumerate(shares, 1) if share == 1],
        "in some": [at for at, share in enumerate(shares, 1) if 0 < share < 1],
        "in none": [at for at, share in enumerate(shares, 1) if share == 0],
    }
    parts = [f"{where}: {', '.join(map(str, units))}" for where, units in told.items() if units]
    return [
        f"Of the {len(shares)} numbers of a code from seed {found.seeds[0]}, by their place, those found again "
        f"{'; '.join(parts)}. A number is found again where one of the other fit goes with it (correlation above 0.9)."
    ]
