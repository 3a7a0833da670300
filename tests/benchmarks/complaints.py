"""Joint histories of the eleven complaints of June 2024 beside drawing as many variables with nothing but numpy.

The step `histories` draws what happens before eleven forums, `complain` all of a complaint: filing, pricing, drawing and
telling. Reading, imports and findings are not counted. What is drawn is counted, not guessed: the floor takes the same
number of uniform and normal variables from numpy's default generator, one vector after another, and does nothing with them.
Every step runs in a process of its own, several times, as in losses.py; without a lead eleven authorities draw for
themselves.
"""

import argparse
import datetime as dt
import json
import sys
from collections import Counter
from typing import Any

from losses import DRAWS, RUNS, Run, measured
from measuring import PYTHON, ROOT, show

# Whatever is large is imported where it is used: a child's peak memory is counted from its parent's.

SAMPLE = ROOT / "samples" / "noyb-meta-ai-2024" / "program.yaml"
FILED = dt.date(2024, 6, 6)


class Sample:
    """The sample as it was announced, with its findings and priced heads; led by Ireland, or by nobody."""

    def __init__(self, led: bool) -> None:
        from dataclasses import replace

        from lexposure.complaints.complaint import Request, complain
        from lexposure.complaints.histories import Case, Setting
        from lexposure.complaints.procedure import built_in
        from lexposure.exposure.assess import weighed
        from lexposure.exposure.losses.severity import heavy
        from lexposure.law.packs import load
        from lexposure.program.reading import read_program

        reading = read_program(SAMPLE, phase="announced")
        self.program, self.procedure = reading.program, built_in()
        if not led:
            # Nobody says where purposes and means are decided, and there is a second establishment.
            parties = {name: party.model_copy(update={
                "main_establishment": None, "establishments": (*party.establishments, "DE")})
                for name, party in self.program.parties.items()}
            self.program = self.program.model_copy(update={"parties": parties})
        self.given = weighed(reading, load())
        self.wanted = self.procedure.sets["noyb-11"].forums
        self.request = Request("represented", FILED, True, 5 * 365, DRAWS, 0)
        # The same cases as a complaint has, with one severity for all.
        found = complain(self.given, self.program, self.wanted, replace(self.request, draws=1_000), self.procedure)
        assert (found.competence.lead is not None) == led
        self.cases = tuple(Case(o.filing.code, o.filing.forum, o.filing.route, 0.6, heavy(6, 0.8, 4, 2e7))
                           for o in found.forums)
        self.setting = Setting(represented=True, urgent=True, ahead=True, adverse=False,
                               regime=self.procedure.regime(FILED), lead=found.competence.lead, established=True)

    def histories(self) -> object:
        """The joint histories alone."""
        from lexposure.complaints.histories import histories

        return histories(self.cases, self.setting, self.procedure, DRAWS, 0)

    def complain(self) -> object:
        """Everything that a complaint tells."""
        from lexposure.complaints.complaint import complain

        return complain(self.given, self.program, self.wanted, self.request, self.procedure)


def counted(sample: Sample) -> dict[str, int]:
    """How many vectors of uniform and of normal variables the histories draw."""
    import lexposure.complaints.histories as module

    found: Counter[str] = Counter()
    real = module.stream

    class Counting:
        def __init__(self, seed: int, name: str) -> None:
            self.generator = real(seed, name)

        def __getattr__(self, name: str) -> Any:
            found[name] += 1
            return getattr(self.generator, name)

    module.stream = Counting  # type: ignore[assignment,misc]
    try:
        sample.histories()
    finally:
        module.stream = real
    uniform, normal = (found.pop(name, 0) for name in ("random", "standard_normal"))
    return {"random": uniform, "standard_normal": normal, "other": sum(found.values())}


def floor(vectors: dict[str, int], philox: bool = False) -> Run:
    """As many variables from numpy alone."""
    import numpy as np

    def run() -> object:
        draw = np.random.Generator(np.random.Philox(1)) if philox else np.random.default_rng(1)
        last = None
        for _ in range(vectors["random"]):
            last = draw.random(DRAWS)
        for _ in range(vectors["standard_normal"]):
            last = draw.standard_normal(DRAWS)
        return last

    return run


def _child(step: str, told: object = None) -> Any:
    import subprocess

    made = subprocess.run([PYTHON, __file__, "--step", step], input=json.dumps(told), text=True, check=True,
                          stdout=subprocess.PIPE)
    return json.loads(made.stdout)


def main() -> None:
    """Measure and print, under a lead and without one."""
    for led in (True, False):
        vectors = _child("count", {"led": led})
        assert not vectors["other"], "something else is drawn than uniform and normal variables"
        print(f"{'one lead' if led else 'every authority for itself'}: 11 forums, {DRAWS:,} histories, "
              f"{vectors['random']} x uniform, {vectors['standard_normal']} x normal\n")
        steps = ("floor", "floor, Philox", "histories", "complain")
        costs: dict[str, list[dict[str, float]]] = {name: [] for name in steps}
        for turn in range(RUNS):
            for name in steps:
                costs[name].append(_child(name, {"led": led, "vectors": vectors, "traced": turn == 0}))
        # The least of all: whatever else the machine does can only add.
        least = {name: {key: min(run[key] for run in runs) for key in runs[0]} for name, runs in costs.items()}
        base = least["floor"]
        show(("step", "first s", "wall s", "processor s", "to the floor", "allocated MB", "process MB"),
             [(name, f"{c['first']:.3f}", f"{c['wall']:.3f}", f"{c['processor']:.3f}",
               f"{c['processor'] / base['processor']:.2f}", f"{c['allocated']:.1f}", f"{c['peak']:.0f}")
              for name, c in least.items()])
        print()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Joint histories of eleven complaints : numpy alone.")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step is None:
        main()
    else:
        told = json.load(sys.stdin)
        if asked.step == "count":
            print(json.dumps(counted(Sample(told["led"]))))
        elif asked.step.startswith("floor"):
            print(json.dumps(measured(floor(told["vectors"], philox="Philox" in asked.step), told["traced"])))
        else:
            print(json.dumps(measured(getattr(Sample(told["led"]), asked.step), told["traced"])))
