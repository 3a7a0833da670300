"""Whole processes measured side by side: wall time and peak memory, medians over alternating runs."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
#: The command beside the interpreter that runs the benchmark, so that both sides share an environment.
LEXPOSURE = str(Path(PYTHON).parent / "lexposure")


class Cost(NamedTuple):
    """What one process took: seconds of wall time and of processor time, and megabytes at its peak."""

    seconds: float
    processor: float
    megabytes: float


def once(command: Sequence[str]) -> Cost:
    """Run a command to its end, its output thrown away. Raises RuntimeError if it fails."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT) as process:
        complaint = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)[:200]}: exit code {process.returncode}\n{complaint.decode()[-2000:]}")
    # Linux counts in kilobytes, macOS in bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def alternately(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, Cost]:
    """The median cost of each command. They take turns, so that a busy moment falls on all; a first round warms up."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            cost = once(command)
            if turn:
                costs[name].append(cost)
    return {name: Cost(*(statistics.median(column) for column in zip(*found, strict=True)))
            for name, found in costs.items()}


def show(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with aligned columns; the first is text, the others are figures."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    for row in (head, *rows):
        print("  ".join(cell.ljust(w) if i == 0 else cell.rjust(w)
                        for i, (cell, w) in enumerate(zip(row, widths, strict=True))))


def compare(costs: Mapping[str, Cost], pairs: Sequence[tuple[str, str, float]]) -> None:
    """Every cost, then each pair's ratio beside the one aimed at."""
    show(("process", "seconds", "processor", "peak MB"),
         [(n, f"{c.seconds:.3f}", f"{c.processor:.3f}", f"{c.megabytes:.0f}") for n, c in costs.items()])
    print()
    show(("ratio", "wall", "processor", "aim"),
         [(f"{a} : {b}", f"{costs[a].seconds / costs[b].seconds:.2f}",
           f"{costs[a].processor / costs[b].processor:.2f}", f"{aim:.1f}") for a, b, aim in pairs])
