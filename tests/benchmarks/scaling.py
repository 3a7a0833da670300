"""How the analysis grows with the program: the flow graph, its operations, and the findings of every pack.

Each size runs in a process of its own, so that its peak memory is its own. An exponent of 1 is linear.

Usage: scaling.py [LARGEST]   (default 10000 flows for the findings, which are all held in memory with their
evidence; the operations alone always go to 100000)
"""

import datetime as dt
import json
import math
import resource
import statistics
import subprocess
import sys
import time

from measuring import PYTHON, show
from synthetic import program

SIZES = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
AIM = 1.1
#: Small sizes are quick and noisy: they run more often.
_RUNS = {100: 7, 300: 7, 1_000: 5, 3_000: 3}


def measured(flows: int, judged: bool) -> dict[str, float]:
    """One size in this process: seconds of each step, counts, and the peak memory in megabytes before and after.

    ``graph`` is the flow graph, its operations, and for each of them its systems, a path and one safeguard.
    """
    from lexposure.exposure.findings import find
    from lexposure.law.packs import load
    from lexposure.program.graph import FlowGraph
    from lexposure.program.model import Program
    from lexposure.program.operations import operations

    model, law = Program.model_validate(program(flows)), load()
    before = _peak()
    find(law, operations(FlowGraph(Program.model_validate(program(10)))), dt.date(2026, 6, 1))  # warm the caches
    begin = time.perf_counter()
    found = operations(FlowGraph(model))
    for operation in found:
        operation.path()
        operation.protected("access_control")
    middle = time.perf_counter()
    findings = find(law, found, model.program.as_of)[0] if judged else ()
    end = time.perf_counter()
    return {"flows": len(model.flows), "operations": len(found), "findings": len(findings), "graph": middle - begin,
            "find": end - middle, "before": before, "peak": _peak()}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _middle(flows: int, judged: bool) -> dict[str, float]:
    """The medians over several processes."""
    command = [PYTHON, __file__, "--size", str(flows), str(int(judged))]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            for _ in range(_RUNS.get(flows, 1))]
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def exponent(points: list[tuple[float, float]]) -> float:
    """The slope of the least-squares line through the points' logarithms."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    return statistics.linear_regression(xs, ys).slope


def main() -> None:
    """Measure and print."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for step, judged, most, what in (("graph", False, SIZES[-1], "operations"), ("find", True, largest, "findings")):
        done = [_middle(flows, judged) for flows in SIZES if flows <= most]
        rows = [(f"{now['flows']:,.0f} flows", f"{now[what]:,.0f}", f"{now[step]:.3f}",
                 f"{now['flows'] / now[step]:,.0f}",
                 f"{exponent([(d['flows'], d[step]) for d in (before, now)]):.2f}" if before else "",
                 f"{now['before']:.0f}", f"{now['peak']:.0f}")
                for before, now in zip((None, *done), done, strict=False)]
        show(("program", what, "seconds", "flows/s", "exponent", "MB with the model", "peak MB"), rows)
        fit = exponent([(d["flows"], d[step]) for d in done]) if len(done) > 1 else math.nan
        print(f"{what}, fitted over all sizes: exponent {fit:.2f} (aim {AIM:.1f})\n", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--size"]:
        print(json.dumps(measured(int(sys.argv[2]), sys.argv[3] == "1")))
    else:
        main()
