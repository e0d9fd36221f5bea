"""Write docs/doctor.md: each threshold beside its values on models that are well and models that were made ill.

python tests/doctor/table.py docs/doctor.md
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from patients import HEALTHY, ILL

from vaekit.doctor import Verdict, examine

SEEDS = 10
HEAD = """# The doctor

`vaekit.diagnose(estimator, X)`, and `vaekit doctor RUN` on the command line, say what is wrong with a fitted model: a
verdict has a name, its evidence with numbers and units, and what to type. A verdict is an effect size past a threshold,
never a p-value; an illness with two effects needs both. The thresholds stand, each with where it comes from, in
`src/vaekit/doctor/thresholds.py`; they were set once and are frozen.

This page is written by `python tests/doctor/table.py docs/doctor.md`. The models are those of
`tests/doctor/patients.py`: two kinds that are well, with {seeds} seeds each, and one made ill in each way.

## What was found

{fired}

## The thresholds beside their values

Of models that are well the table shows, over the seeds, the value nearest to the threshold or furthest past it. The
value of the model that was made ill in this way is bold. A dash: the question does not arise.

"""


def nearest(verdicts: list[Verdict], at: int) -> str:
    """Of these verdicts of one illness, the effect nearest to its threshold, or past it by most."""
    effects = [each.effects[at] for each in verdicts]
    pick = max if effects[0].past == "above" else min
    return f"{pick(effect.value for effect in effects):.3g}"


def main(path: str) -> None:
    """Fit every model, examine it, and write the page."""
    well: dict[str, list[dict[str, Verdict]]] = {}
    for name, make in HEALTHY.items():
        well[name] = []
        for seed in range(SEEDS):
            case = make(seed)
            well[name].append({e.name: e for e in examine(case.estimator, case.X, unseen=case.unseen)})
            print(name, seed, [e.name for e in well[name][-1].values() if e.fired], flush=True)
    ill: dict[str, dict[str, Verdict]] = {}
    for name, make in ILL.items():
        case = make(0)
        ill[name] = {e.name: e for e in examine(case.estimator, case.X, unseen=case.unseen)}
        print(name, [e.name for e in ill[name].values() if e.fired], flush=True)
    said = [
        f"- {name}: {sum(not any(e.fired and e.illness for e in one.values()) for one in found)} of {SEEDS} models "
        "without a verdict."
        for name, found in well.items()
    ]
    said += [
        f"- made ill, {name}: {', '.join(e.name for e in found.values() if e.fired)}."
        for name, found in ill.items()
    ]
    lines = [
        f"| verdict | effect | ill when | {' | '.join(f'well: {name}' for name in well)} | {' | '.join(ill)} |",
        f"|---|---|---|{'---|' * (len(well) + len(ill))}",
    ]
    for name in ill:
        for at, effect in enumerate(ill[name][name].effects):
            shown = [nearest([one[name] for one in of if name in one], at) for of in well.values()]
            for other, found in ill.items():
                value = f"{found[name].effects[at].value:.3g}" if name in found else "-"
                shown.append(f"**{value}**" if other == name else value)
            unit = f" {effect.unit}" if effect.unit else ""
            lines.append(
                f"| {name} | {effect.what} | {effect.past} {effect.threshold:g}{unit} | {' | '.join(shown)} |"
            )
    page = HEAD.format(seeds=SEEDS, fired="\n".join(said)) + "\n".join(lines) + "\n"
    Path(path).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
