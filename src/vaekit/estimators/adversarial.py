"""What the estimators with critics share: which critics they play against, and at which pace."""

from __future__ import annotations

from typing import Any

from vaekit.errors import SpecError
from vaekit.spec import Part, as_part

CRITIC_PACE = 0.5
"""The learning rate of a critic beside that of the model: a critic that runs ahead says nothing of the way to go."""


def critics_of(given: Any, names: tuple[str, ...], learning_rate: float, **options: Any) -> tuple[Any, ...]:
    """The critics `names` with these options and those of the part that was given; "auto" has none.

    The encoder follows each by an optimiser of its own, as in the literature: how a critic's nats compare with the
    reconstruction's then does not matter. Raises SpecError for a part that is no critic of codes.
    """
    chosen = Part("code-critic") if given == "auto" else as_part("penalty", given)
    if chosen.name not in ("code-critic", *names):
        raise SpecError(
            f"critic={chosen!r} is not possible; give 'auto', or part('code-critic', ...) with its options."
        )
    pace = {"learning_rate": CRITIC_PACE * learning_rate, "encoder_rate": learning_rate}
    return tuple(Part(name, **{**pace, **options, **chosen.options}) for name in names)
