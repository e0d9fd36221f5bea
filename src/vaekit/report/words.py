"""What a report says in sentences: what was fitted, on what, how it went, and what went wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vaekit.doctor import Verdict
from vaekit.report.measures import FLAGS, Measured, minus

MOST_NAMED = 12


@dataclass(frozen=True)
class Notice:
    """What a reader must know before the numbers. `trouble`: the model is not what was asked for."""

    title: str
    text: str
    trouble: bool = False


def model_in_words(estimator: Any) -> str:
    """'A variational autoencoder with 2 latent values'."""
    kind = "A variational autoencoder" if hasattr(estimator, "score_samples") else "An autoencoder"
    drawn = hasattr(estimator, "sample") and not hasattr(estimator, "score_samples")
    towards = ", whose codes are drawn towards the prior" if drawn else ""
    return f"{kind} with {counted(estimator.spec_.latent_dim, 'latent value')}{towards}"


def data_in_words(estimator: Any) -> str:
    """'1,617 pictures of 8 x 8 pixels', or '178 rows of 13 columns': what it was trained on."""
    profile = estimator.profile_
    held = 0 if estimator.held_out_ is None else len(estimator.held_out_)
    trained, event = profile.rows - held, profile.event_shape
    if len(event) == 1:
        return f"{trained:,} rows of {counted(event[0], 'column')}"
    channels, height, width = event
    of_channels = "" if channels == 1 else f" in {channels} channels"
    return f"{trained:,} pictures of {height}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{width} pixels{of_channels}"


def understood(estimator: Any, data: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What was understood of the data: (about what, a sentence)."""
    profile, treatment = estimator.profile_, estimator.treatment_
    found = [] if data is None else [("Source", _source(data))]
    found += [
        ("Values", sentence(profile.reason)),
        ("Treatment", sentence(treatment.description)),
        ("Split", _split(estimator)),
    ]
    if profile.constant:
        found.append(("Constant values", _constant(estimator, data)))
    return found


def _source(data: Mapping[str, Any]) -> str:
    where = f" ({data['path']})" if data.get("path") else ""
    digest = f", SHA-256 {data['sha256'][:12]}" if data.get("sha256") else ""
    return f"{data.get('name') or 'given in Python'}{where}: {data.get('rows', 0):,} rows{digest}."


def _split(estimator: Any) -> str:
    held, rows = estimator.held_out_, estimator.profile_.rows
    if held is not None:
        return (
            f"{len(held):,} of {rows:,} rows were held out by a seeded permutation (seed {estimator.seed_}); "
            f"{rows - len(held):,} were trained on."
        )
    if estimator.validation_fraction == 0:
        return f"No row was held out (validation_fraction=0); all {rows:,} were trained on."
    return f"No row was held out, since fewer than 20 would have been; all {rows:,} were trained on."


def _constant(estimator: Any, data: Mapping[str, Any] | None) -> str:
    given = estimator.example_names
    names = list(given) if given is not None else (data or {}).get("feature_names")
    columns, event = estimator.profile_.constant, estimator.profile_.event_shape
    of = f"of {math.prod(event):,} never change{'s' if len(columns) == 1 else ''} and tell nothing"
    if len(event) > 1:
        return f"{counted(len(columns), 'pixel')} {of}."
    named = [str(names[column]) if names else str(column) for column in columns[:MOST_NAMED]]
    more = f" and {len(columns) - MOST_NAMED} more" if len(columns) > MOST_NAMED else ""
    return f"{counted(len(columns), 'column')} {of}: {', '.join(named)}{more}."


def how_it_went(estimator: Any) -> list[str]:
    """The story of the training, a sentence each."""
    history = estimator.history_
    if not history:
        return ["No epoch was finished.", *_ending(estimator)]
    seconds = sum(row.get("seconds", 0.0) for row in history)
    most = estimator.max_epochs
    of = f" of at most {most}" if isinstance(most, int) else ""
    said = [f"{counted(len(history), 'epoch')}{of}, {duration(seconds)}."]
    last = history[-1]
    ends = f"The training loss ends at {minus(format(last['loss'], ',.1f'))} nats"
    held = f", the held-out loss at {minus(format(last['val_loss'], ',.1f'))}" if "val_loss" in last else ""
    said.append(f"{ends}{held}.")
    said += _ending(estimator)
    if estimator.best_epoch_ < len(history):
        said.append(
            f"The weights of epoch {estimator.best_epoch_} are kept, where the held-out loss was lowest."
        )
    shift = estimator.treatment_.log_jacobian
    if shift:
        said.append(
            "The curves are in the model's scaled values. In the units of the data, as in the ledger, every "
            f"log-density is {abs(shift):,.1f} nats {'higher' if shift > 0 else 'lower'}."
        )
    return said


def _ending(estimator: Any) -> list[str]:
    """A sentence about an untimely end."""
    if estimator.diverged_:
        term = _title(str(estimator.diverged_).replace("_", "-"))
        return [f"Then the term '{term}' stopped being a finite number, and the training ended there."]
    if estimator.interrupted_:
        return ["Then it was stopped by hand, before it would have ended by itself."]
    return []


_FLAGS = {
    "scale_at_floor": Notice(
        "A scale is at its floor",
        "A learned scale is as small as it may be: some column is reconstructed almost exactly, and the density "
        "there says more about the floor than about the model.",
    ),
    "relaxed": Notice(
        "Not a likelihood",
        "Values between 0 and 1 are scored by the formula for 0 and 1, so no number here is a log-density, and "
        "none compares with those of another likelihood.",
    ),
}


def notices(
    estimator: Any,
    tables: Sequence[Measured],
    notes: Sequence[str] = (),
    verdicts: Sequence[Verdict] | None = None,
) -> list[Notice]:
    """What must be said before the numbers, the worst first. verdicts: the doctor's, where it was asked, of which
    those that found something are said; else what the history and the ledger say by themselves."""
    if verdicts is None:
        found = [*_endings(estimator), *_codes(estimator, tables)]
    else:
        found = [_of_doctor(verdict) for verdict in verdicts if verdict.fired]
    found += [_FLAGS[flag] for flag in FLAGS if any(flag in table.flags for table in tables)]
    if estimator.profile_.too_few:
        found.append(
            Notice(
                "Few rows", f"The model saw {estimator.profile_.rows} rows; every number here is a rough one."
            )
        )
    if any(table.prefix == "train" for table in tables):
        found.append(
            Notice(
                "Measured on its own training rows",
                "No rows were held out, so the numbers show how well the model knows what it was shown, "
                "not what is new.",
            )
        )
    return found + [Notice("About these rows", note) for note in notes]


def examined(verdicts: Sequence[Verdict] | None) -> str:
    """What the doctor looked for, and whether it found any of it."""
    if verdicts is None:
        return (
            "The doctor has not looked at this model, so not everything that may be wrong is said here: "
            "type vaekit doctor RUN, or vaekit report RUN, which asks it."
        )
    ill = [verdict for verdict in verdicts if verdict.fired and verdict.illness]
    well = ", ".join(_title(verdict.name) for verdict in verdicts if verdict.illness and verdict not in ill)
    if not well:
        return ""
    if ill:
        return f"The doctor also looked for: {well}; it found none of these."
    return f"The doctor looked for: {well}. It found none of these."


def _title(name: str) -> str:
    return name.replace("-", " ")


def _of_doctor(verdict: Verdict) -> Notice:
    title = _title(verdict.name).capitalize()
    return Notice(title, f"{verdict.evidence} {verdict.remedy}", verdict.illness)


def _endings(estimator: Any) -> list[Notice]:
    history = estimator.history_
    if estimator.diverged_:
        return [
            Notice(
                "The training diverged",
                f"The term '{estimator.diverged_}' stopped being a finite number in epoch "
                f"{len(history) + 1}. The weights from before are kept, so all that follows shows a model "
                "that was not trained to its end. Try a smaller learning_rate or gradient_clip=1.0, and "
                "look at the data for extreme values.",
                trouble=True,
            )
        ]
    if estimator.interrupted_:
        return [
            Notice(
                "The training was interrupted",
                f"It was stopped by hand in epoch {len(history)}. The best weights so far are kept; all "
                "that follows shows an unfinished model.",
                trouble=True,
            )
        ]
    improving = len(history) > 1 and "val_loss" in history[-1] and _lowest(history) == len(history) - 1
    if improving and not any(penalty.learns for penalty in estimator.penalties_):
        return [
            Notice(
                "Still improving",
                f"The held-out loss was at its lowest in the last epoch ({len(history)}), so more epochs "
                "would probably give a better model.",
            )
        ]
    return []


def _lowest(history: Sequence[Mapping[str, float]]) -> int:
    return min(range(len(history)), key=lambda epoch: history[epoch].get("val_loss", math.inf))


def _codes(estimator: Any, tables: Sequence[Measured]) -> list[Notice]:
    line = next((line for table in tables if (line := table.find("active_units"))), None)
    size = estimator.spec_.latent_dim
    if line is None or line.value >= size:
        return []
    if line.value == 0:
        return [
            Notice(
                "The codes carry nothing",
                "No latent value tells anything about a row, so every reconstruction is the same: the "
                'posterior has collapsed onto the prior. Try bound=part("elbo", warm_up=10) or part("elbo", '
                "free_nats=0.25), a larger network, or a sharper likelihood.",
                trouble=True,
            )
        ]
    idle = size - int(line.value)
    return [
        Notice(
            f"{counted(idle, 'latent value')} not used",
            f"{int(line.value)} of {size} latent values tell something about a row; a latent_dim of "
            f"{int(line.value)} would serve as well.",
        )
    ]


def counted(number: int, noun: str) -> str:
    """'1 row', '1,797 rows'."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, as a person says them."""
    if seconds < 120:
        return f"{seconds:.2g} seconds" if seconds < 10 else f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
