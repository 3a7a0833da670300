"""The sum of all losses of the sample beside drawing it: here, in pyfair, and with nothing but numpy's generator.

Every step runs in a process of its own, several times; what is read and imported before it is not counted. The floor is
what no simulation can do without: a uniform and a lognormal number for each peril and draw, the sum, five quantiles.
pyfair models as many perils with about the same frequencies and amounts, each with a seed of its own (with the default
seed all its models draw the same numbers). It is not installed by anything here; name an interpreter that has it:

    python -m venv /tmp/pyfair && /tmp/pyfair/bin/pip install pyfair 'pandas<2' 'numpy<2'
    python tests/benchmarks/losses.py --peer /tmp/pyfair/bin/python
"""

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

from measuring import PYTHON, ROOT, show

# Whatever is large is imported where it is used: the peer's interpreter has no lexposure, and a child's peak memory is
# counted from its parent's.

SAMPLE = ROOT / "samples" / "meta-mci" / "program.yaml"
#: Processes for each step, how often the step runs in each, and draws of a simulation.
RUNS, REPEATS, DRAWS = 3, 4, 100_000
#: How often the sum is drawn to see how far one simulation's figures scatter; the finer grids that ours are held against.
SEEDS, FINER = 40, {"cells": 16_384, "nodes": 48}
LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99)
Run = Callable[[], object]
#: A peril's probability, and amounts at 5 %, 50 % and 95 %.
Peril = tuple[float, float, float, float]


def measured(run: Run, traced: bool) -> dict[str, float]:
    """A step in this process: seconds of its first run, of its quickest, and megabytes.

    ``peak`` is the whole process's; ``allocated`` the most that the step itself held at a time, in a run that is not timed
    and, since it is slow, only made if ``traced``.
    """
    wall, processor = [], []
    for _ in range(REPEATS):
        begin, busy = time.perf_counter(), time.process_time()
        run()
        wall.append(time.perf_counter() - begin)
        processor.append(time.process_time() - busy)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    allocated = math.inf
    if traced:
        tracemalloc.start()
        run()
        allocated = tracemalloc.get_traced_memory()[1] / 2**20
    return {"first": processor[0], "wall": min(wall), "processor": min(processor), "allocated": allocated, "peak": peak}


# -- the steps -------------------------------------------------------------------------------------------------------------


def floor(perils: list[Peril]) -> Run:
    """Draws with numpy alone, one peril after another."""
    import numpy as np

    spread = [math.log(max(high / low, 1.001)) / 3.29 for _, low, _, high in perils]

    def run() -> object:
        draw = np.random.default_rng(1)
        total = np.zeros(DRAWS)
        for (probability, _, likely, _), sigma in zip(perils, spread, strict=True):
            total += (draw.random(DRAWS) < probability) * draw.lognormal(math.log(likely), sigma, DRAWS)
        return np.quantile(total, LEVELS)

    return run


def pyfair(perils: list[Peril]) -> Run:
    """The perils as models of loss event frequency and loss magnitude, added up in a metamodel."""
    from pyfair import FairMetaModel, FairModel

    def run() -> object:
        models = []
        for seed, (probability, low, likely, high) in enumerate(perils, 1):
            model = FairModel(name=f"Peril {seed}", n_simulations=DRAWS, random_seed=seed)
            model.input_data("Loss Event Frequency", low=probability / 2, mode=probability, high=min(1.0, probability * 2))
            model.input_data("Loss Magnitude", low=low, mode=likely, high=high)
            models.append(model)
        return FairMetaModel(name="All", models=models).calculate_all().export_results()["Risk"].quantile(LEVELS)

    return run


class Sample:
    """The sample with its findings and heads, and what is done with them."""

    def __init__(self) -> None:
        # The first run of a step is not to pay for imports.
        import lexposure.exposure.losses.estimating
        import lexposure.exposure.losses.simulate  # noqa: F401
        from lexposure.exposure.ceilings import heads
        from lexposure.exposure.findings import find
        from lexposure.exposure.losses.priors import built_in
        from lexposure.law.packs import load
        from lexposure.program.graph import FlowGraph
        from lexposure.program.operations import operations
        from lexposure.program.reading import read_program

        reading = read_program(SAMPLE)
        self.program, self.day, self.law, self.priors = reading.program, reading.as_of, load(), built_in()
        self.findings = find(self.law, operations(FlowGraph(self.program)), self.day)[0]
        self.heads = heads(self.findings, self.law, self.day)
        self.correlation = self.priors["climate_correlation"]

    def matters(self) -> Any:
        """The perils with their prices, by matter; nothing is kept from one call to the next."""
        from lexposure.exposure.losses.matters import Priceable, groups, matters, priced

        given = Priceable(tuple(self.heads), {f.id: f for f in self.findings}, self.law, self.priors, self.day)
        return matters(priced(given, only=groups(given)), self.law, self.priors)

    def aggregate(self, **how: Any) -> Any:
        """The distribution of the sum."""
        from lexposure.exposure.losses.aggregate import aggregate

        return aggregate(self.matters(), self.correlation, **how)

    def simulate(self, matters: Any, seed: int) -> Any:
        """The sum drawn."""
        from lexposure.exposure.losses.simulate import simulate

        return simulate(matters, self.correlation, DRAWS, seed)

    def losses(self) -> object:
        """All that an assessment says of losses."""
        from lexposure.exposure.losses.estimating import losses

        return losses(self.findings, self.heads, self.law, self.program, self.day, self.priors)


def ours(step: str) -> Run:
    """A step of lexposure's."""
    import numpy as np

    sample = Sample()
    if step == "simulate":
        matters = sample.matters()
        return lambda: np.quantile(sample.simulate(matters, 1), LEVELS)

    def figures() -> object:
        made = sample.aggregate()
        return [made.quantile(level) for level in LEVELS]

    return {"priced": sample.matters, "figures": figures, "losses": sample.losses}[step]


# -- how far figures can be trusted ----------------------------------------------------------------------------------------


def accuracy() -> dict[str, Any]:
    """The perils, and each figure by our grids, by finer ones, and drawn over and over."""
    import numpy as np

    sample = Sample()
    matters = sample.matters()
    perils = []
    for matter in matters:
        for p in matter.perils:
            low, likely, high = (float(x) for x in p.severity.quantile(np.array([0.05, 0.5, 0.95])))
            # pyfair wants low < high, also where the ceiling cuts all three.
            perils.append((matter.taken_up * p.probability, min(low, 0.99 * high), min(likely, high), high))

    def of(made: Any) -> dict[str, float]:
        return {"nothing": made.nothing, "mean": made.mean, **{f"{x:.0%}": float(made.quantile(x)) for x in LEVELS},
                "tail beyond 95%": made.tail_mean}

    def drawn(seed: int) -> dict[str, float]:
        total = sample.simulate(matters, seed)
        at = np.quantile(total, LEVELS)
        return {"nothing": float(np.mean(total == 0)), "mean": float(total.mean()),
                **{f"{x:.0%}": float(q) for x, q in zip(LEVELS, at, strict=True)},
                "tail beyond 95%": float(total[total > at[LEVELS.index(0.95)]].mean())}

    return {"perils": perils, "matters": len(matters), "heads": len(sample.heads), "ours": of(sample.aggregate()),
            "finer": of(sample.aggregate(**FINER)), "drawn": [drawn(seed) for seed in range(1, SEEDS + 1)]}


def digits(relative: float) -> str:
    """How many digits agree, given a relative difference."""
    return f"{-math.log10(relative):.1f}" if relative > 1e-12 else "12+"


def show_accuracy(found: Mapping[str, Any]) -> None:
    """Each figure, in how many digits it is stable, how far one simulation's scatters, and whether both agree."""
    rows = []
    for name, value in found["ours"].items():
        drawn = [run[name] for run in found["drawn"]]
        middle, scatter = statistics.fmean(drawn), statistics.stdev(drawn)
        rows.append((name, f"{value:,.4g}" if value < 1 else f"{value:,.0f}",
                     digits(abs(value / found["finer"][name] - 1)), digits(scatter / middle),
                     f"{value / middle - 1:+.2%}", f"{scatter / middle / math.sqrt(len(drawn)):.2%}"))
    show(("figure", "aggregate", "stable digits", f"digits of {DRAWS:,} draws", "from the draws' mean", "standard error"),
         rows)


# -- all of it -------------------------------------------------------------------------------------------------------------


def _child(python: str, step: str, given: object = None) -> Any:
    made = subprocess.run([python, __file__, "--step", step], input=json.dumps(given), text=True, check=True,
                          stdout=subprocess.PIPE)
    return json.loads(made.stdout)


def _has_pyfair(python: str) -> bool:
    try:
        return subprocess.run([python, "-c", "import pyfair"], capture_output=True).returncode == 0
    except OSError:
        return False


def main(peer: str) -> None:
    """Measure and print; without pyfair, say so and leave it out."""
    found = _child(PYTHON, "accuracy")
    perils = found["perils"]
    print(f"{found['heads']} heads, {len(perils)} perils in {found['matters']} matters, {DRAWS:,} draws\n")
    steps = {"floor: numpy": (PYTHON, "floor"), "priced": (PYTHON, "priced"), "priced + aggregate": (PYTHON, "figures"),
             "simulate": (PYTHON, "simulate"), "losses, all of it": (PYTHON, "losses")}
    if _has_pyfair(peer):
        steps |= {"floor: numpy, peer's": (peer, "floor"), "pyfair": (peer, "pyfair")}
    else:
        print(f"{peer} cannot import pyfair, which is left out. See the top of this file.\n")
    costs: dict[str, list[dict[str, float]]] = {name: [] for name in steps}
    for turn in range(RUNS):
        for name, (python, step) in steps.items():
            costs[name].append(_child(python, step, {"perils": perils, "traced": turn == 0}))
    # The least of all: whatever else the machine does can only add.
    least = {name: {key: min(run[key] for run in runs) for key in runs[0]} for name, runs in costs.items()}
    base = least["floor: numpy"]
    show(("step", "first s", "wall s", "processor s", "to the floor", "allocated MB", "to the floor", "process MB"),
         [(name, f"{c['first']:.3f}", f"{c['wall']:.3f}", f"{c['processor']:.3f}",
           f"{c['processor'] / base['processor']:.2f}", f"{c['allocated']:.1f}", f"{c['allocated'] / base['allocated']:.2f}",
           f"{c['peak']:.0f}")
          for name, c in least.items()])
    print()
    show_accuracy(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Losses: exact and drawn, here and in pyfair.")
    parser.add_argument("--peer", metavar="PYTHON", default=PYTHON, help="an interpreter that has pyfair")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step is None:
        main(asked.peer)
    elif asked.step == "accuracy":
        print(json.dumps(accuracy()))
    else:
        told = json.load(sys.stdin)
        drawing = {"floor": floor, "pyfair": pyfair}.get(asked.step)
        print(json.dumps(measured(drawing(told["perils"]) if drawing else ours(asked.step), told["traced"])))
