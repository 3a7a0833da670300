"""pytm's report of a model of 26 elements beside lexposure's assessment and memo of a program of the same size.

pytm is not installed by anything here. Run this with an interpreter that has it, and name lexposure's own:

    python -m venv /tmp/pytm && /tmp/pytm/bin/pip install pytm
    python tests/benchmarks/peer_pytm.py /tmp/pytm/bin/python
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import LEXPOSURE, PYTHON, alternately, compare
from synthetic import as_yaml, small

ELEMENTS, RUNS = 26, 1
#: 2 N + 6 elements and 3 N flows, as in the program beside it; flows carry no Data, which pytm 1.4 cannot report on
#: under pydantic 2.14.
_MODEL = """
from pytm import TM, Actor, Boundary, Dataflow, Datastore, Server
N = {n}
tm = TM("model"); tm.description = "generated"; tm.isOrdered = False; tm.mergeResponses = False
bounds = [Boundary(f"B{{i}}") for i in range(5)]
servers, stores = [], []
for i in range(N):
    s = Server(f"Server {{i}}"); s.inBoundary = bounds[i % 5]; servers.append(s)
    d = Datastore(f"Store {{i}}"); d.inBoundary = bounds[i % 5]; stores.append(d)
user = Actor("User")
for i in range(N):
    Dataflow(user, servers[i], f"request {{i}}")
    Dataflow(servers[i], stores[i], f"store {{i}}")
    Dataflow(servers[i], servers[(i + 1) % N], f"forward {{i}}")
tm.process()
"""
_TEMPLATE = """# {tm.name}

{findings:repeat:* {{item.id}} {{item.target}}: {{item.description}}
}
"""


def main() -> None:
    """Measure and print; without pytm, say so."""
    python = sys.argv[1] if len(sys.argv) > 1 else PYTHON
    try:
        missing = subprocess.run([python, "-c", "import pytm"], capture_output=True).returncode != 0
    except OSError:
        missing = True
    if missing:
        print(f"{python} cannot import pytm: nothing to compare. See the top of this file.")
        return
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "program.yaml").write_text(as_yaml(small(ELEMENTS)))
        (at / "model.py").write_text(_MODEL.format(n=(ELEMENTS - 6) // 2))
        (at / "report.md").write_text(_TEMPLATE)
        costs = alternately({
            "pytm --report": [python, str(at / "model.py"), "--report", str(at / "report.md")],
            "lexposure assess": [LEXPOSURE, "assess", "--json", str(at / "program.yaml")],
            "lexposure memo": [LEXPOSURE, "memo", str(at / "program.yaml"), "-o", str(at / "memo.pdf")],
        }, RUNS)
    compare(costs, [("pytm --report", "lexposure assess", 1.0), ("pytm --report", "lexposure memo", 1.0)])


if __name__ == "__main__":
    main()
