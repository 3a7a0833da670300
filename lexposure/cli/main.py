"""The `lexposure` command."""

import gc

import click

from lexposure import __version__
from lexposure.cli import assessing, calibrating, complaining, drawing, law, modelling, reporting


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="lexposure")
def cli() -> None:
    """Static analysis for data-protection law.

    Reads a model of a data-processing program (a YAML file), follows who can reach whose data for which purpose and
    behind which safeguards, and says what the law in its packs has to say about it.

    \b
    Start with:   lexposure init program.yaml      a commented program file
                  lexposure check program.yaml     what is wrong with it, and where
                  lexposure assess program.yaml    findings, ceilings, questions to ask
                  lexposure memo program.yaml -o memo.pdf

    Exit codes: 0 all is well; 1 findings at or above --fail-on, or faults found by a check; 2 wrong usage or bad input.
    """


for _command in (
    modelling.init, modelling.check, assessing.assess, assessing.explain, drawing.graph, reporting.memo, law.law,
    modelling.vocabulary, modelling.schema, calibrating.backtest, calibrating.fit,
    calibrating.priors, complaining.complaint, complaining.waves,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command."""
    # A command builds large immutable values and ends: looking for garbage among them at every turn finds none.
    gc.set_threshold(100_000, 50, 50)
    cli.main(prog_name="lexposure")
