"""Reading a program of 9,000 lines against a bare parse of the same text that keeps positions.

Twice: inside one process with everything imported (the work itself), and as whole processes (what a user waits for).
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measuring import LEXPOSURE, PYTHON, alternately, compare, show
from synthetic import of_lines

LINES, RUNS, PROCESS_RUNS, AIM = 9_000, 11, 7, 3.0
_COMPOSE = "import sys, yaml; yaml.compose(open(sys.argv[1]).read(), Loader=yaml.CSafeLoader)"
_IMPORTS = "import click, pydantic, networkx; "


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def inside(path: Path) -> None:
    """Measure and print the steps in this process."""
    import yaml

    from lexposure.program.model import Program
    from lexposure.program.reading import check_program, read_program
    from lexposure.reading.source import read
    from lexposure.reading.typed import validate

    source = read(path)
    work: dict[str, Callable[[], object]] = {
        "compose (floor)": lambda: yaml.compose(path.read_text(), Loader=yaml.CSafeLoader),
        "text to tree and places": lambda: read(path),
        "tree to model": lambda: validate(Program, source),
        "read_program": lambda: read_program(path),
        "check_program": lambda: check_program(path),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(RUNS + 1):
        for name, job in work.items():
            seconds = _timed(job)
            if turn:
                times[name].append(seconds)
    middle = {name: statistics.median(found) for name, found in times.items()}
    floor = middle["compose (floor)"]
    show(("step", "seconds", "ratio", "aim"),
         [(name, f"{s:.4f}", f"{s / floor:.2f}", f"{AIM:.1f}" if name.endswith("program") else "")
          for name, s in middle.items()])


def main() -> None:
    """Measure and print."""
    text = of_lines(LINES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.yaml"
        path.write_text(text)
        print(f"{text.count(chr(10)):,} lines, {len(text):,} characters, in one process\n", flush=True)
        # In a process of its own: a child's peak memory is counted from its parent's.
        subprocess.run([PYTHON, __file__, "--inside", str(path)], check=True)
        print("\nas whole processes\n")
        costs = alternately({
            "lexposure check": [LEXPOSURE, "check", str(path)],
            "compose": [PYTHON, "-c", _COMPOSE, str(path)],
            "compose after the imports": [PYTHON, "-c", _IMPORTS + _COMPOSE, str(path)],
        }, PROCESS_RUNS)
        compare(costs, [("lexposure check", "compose", AIM), ("lexposure check", "compose after the imports", AIM)])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(Path(sys.argv[2]))
    else:
        main()
