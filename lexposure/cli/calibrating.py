"""`backtest` and `fit`: the figures against decided cases."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from lexposure.cli.console import guarded, packs_option, priors_option, stepping, table, write

if TYPE_CHECKING:
    from lexposure.calibration.backtest import Observed
    from lexposure.calibration.cases import Skipped


@click.command()
@click.argument("cases", default="eu")
@packs_option
@click.option("--json", "as_json", is_flag=True, help="The whole report as JSON.")
@click.option("--plot", metavar="FILE.svg", help="Draw how often the intervals cover what happened.")
@guarded
def backtest(cases: str, packs: tuple[str, ...], as_json: bool, plot: str | None) -> None:
    """Predict decided cases from their facts alone, each by a fit without it, and score the predictions.

    CASES is a YAML file of decided cases, or `eu` (the default) or `us` for those that come with lexposure. Cases of the
    same `cluster` are left out together. Whatever cannot be read is reported and skipped.
    """
    from lexposure.calibration.backtest import backtest as run
    from lexposure.calibration.backtest import others
    from lexposure.calibration.cases import BUILT_IN, built_in, read_cases

    chosen, skipped = read_cases(BUILT_IN.get(cases, cases))
    shipped = others(built_in(), chosen)
    observed, unread = _observed(chosen, packs, "assessing the cases")
    more, _ = _observed(shipped, packs, "assessing the cases to learn from") if shipped else ((), ())
    report = _or_fault(lambda: run(observed, (*skipped, *unread), more))
    if plot:
        from lexposure.memo.charts import calibration_plot

        write(plot, calibration_plot(report))
    if as_json:
        write("-", (json.dumps(report, indent=1) + "\n").encode())
    elif not plot:
        _tell(report)


@click.command()
@click.argument("cases", required=False)
@packs_option
@click.option("-o", "--output", metavar="FILE", default="-",
              help="Where to write the parameters; standard output by default.")
@guarded
def fit(cases: str | None, packs: tuple[str, ...], output: str) -> None:
    """Fit what authorities do on decided cases and write the parameters as YAML.

    The parameters that come with lexposure are what this writes for the cases that come with it.
    """
    from pathlib import Path

    from lexposure.calibration.backtest import background
    from lexposure.calibration.cases import built_in, read_cases
    from lexposure.calibration.fitting import as_yaml
    from lexposure.calibration.fitting import fit as run

    chosen = read_cases(cases)[0] if cases else built_in()
    observed, _ = _observed(chosen, packs, "assessing the cases")
    name = Path(cases).name if cases else "the decided cases that come with lexposure"
    practice = _or_fault(lambda: run([o.observation for o in observed], background(), name))
    write(output, as_yaml(practice).encode())


@click.command()
@priors_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@guarded
def priors(priors: str | None, as_json: bool) -> None:
    """List the priors: every figure that a human chose, what it rests on, and those that a file of yours overrides.

    \b
    A file of your own:   lexposure-priors: 1
                          priors: {taken_up_supervisory_authority: 0.5}
    """
    from lexposure.cli.console import priors_of

    known = priors_of(priors)
    if as_json:
        rows = [{"id": name, "overridden": name in known.overridden, **p.model_dump(mode="json")}
                for name, p in known.known.items()]
        write("-", (json.dumps(rows, indent=1) + "\n").encode())
        return
    table(("prior", "value", "range", "unit", "basis", "what it is"), [
        (name + (" *" if name in known.overridden else ""), f"{p.value:g}", f"{p.low:g} to {p.high:g}", p.unit, p.basis,
         p.text)
        for name, p in known.known.items()])
    if known.overridden:
        click.echo("\n* from your file")


def _observed(
    cases: Sequence[Any], packs: tuple[str, ...], what: str
) -> "tuple[tuple[Observed, ...], tuple[Skipped, ...]]":
    from lexposure.calibration.backtest import observe
    from lexposure.cli.console import load

    return observe(cases, load(packs), lambda listed: stepping(listed, what))


def _or_fault(run: Any) -> Any:
    """What a step returns; where the cases are too few for it, a fault."""
    from lexposure.reading.diagnostics import Diagnostic, InvalidInput

    try:
        return run()
    except ValueError as error:
        raise InvalidInput([Diagnostic("LX504", str(error), None, "", "a file of decided cases with fines")]) from None


def _tell(report: Mapping[str, Any]) -> None:
    """The report for people."""
    findings, fined = report["findings"], report["fined"]
    click.echo(f"{report['cases']} cases in {report['clusters']} clusters; each predicted by a fit on the others "
               f"({report['trained_on']} cases in all)\n")
    shown = [("articles found: recall", findings["recall"]), ("articles found: precision", findings["precision"]),
             ("fine or not: accuracy", fined["accuracy"]), ("fine or not: Brier score", fined["brier"]),
             ("fine or not: Brier score of the base rate", report["baselines"]["always_the_base_rate"]["brier"])]
    table(("what", "score"), [(name, "-" if value is None else f"{value:g}") for name, value in shown])
    click.echo("\nAmounts, in log10 (0.30 is a factor of 2):")
    rows = {"lexposure": report["amount"], **report["baselines"]}
    table(("prediction", "cases", "50 % covers", "80 %", "90 %", "median error", "factor", "rms error", "rank corr.",
           "CRPS"),
          [_row(name, s) for name, s in rows.items() if s.get("n")])
    if report["skipped"]:
        click.echo("\nSkipped:")
        table(("case", "why"), [(s["id"], s["reason"]) for s in report["skipped"]])
    if report["unread_terms"]:
        click.echo(f"\n{len(report['unread_terms'])} terms of the file say nothing here (--json lists them).")
    if report["unknown_articles"]:
        click.echo(f"Articles that no pack knows: {', '.join(report['unknown_articles'])}")


def _row(name: str, s: Mapping[str, Any]) -> tuple[str, ...]:
    covered = s["coverage"]
    rank = s["spearman"]
    return (name.replace("_", " "), str(s["n"]), *(f"{covered[w]:.2f}" for w in ("50", "80", "90")),
            f"{s['median_abs_log10_error']:.2f}", f"{10 ** s['median_abs_log10_error']:.1f}", f"{s['rmse_log10']:.2f}",
            "-" if rank is None or rank != rank else f"{rank:.2f}", f"{s['crps_log10']:.2f}")
