"""`lexposure --help` against an interpreter that imports click and yaml."""

from measuring import LEXPOSURE, PYTHON, alternately, compare

RUNS = 21


def main() -> None:
    """Measure and print."""
    costs = alternately({"lexposure --help": [LEXPOSURE, "--help"],
                         "import click, yaml": [PYTHON, "-c", "import click, yaml"]}, RUNS)
    compare(costs, [("lexposure --help", "import click, yaml", 1.5)])


if __name__ == "__main__":
    main()
