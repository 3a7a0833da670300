"""`complaint` and `waves`: what happens if somebody complains before many forums."""

import json
from typing import TYPE_CHECKING

import click

from lexposure.cli.console import (
    date,
    guarded,
    load,
    priors_of,
    priors_option,
    program_options,
    read,
    table,
    working,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import networkx as nx

    from lexposure.complaints.complaint import Complaint

_COMPLAINANTS = ("data_subject", "represented", "body", "consumer_body")


@click.command()
@click.argument("program")
@click.option("--forums", required=True, metavar="CODES",
              help="Codes such as `AT,BE,US-CA`, `all`, or a set such as `noyb-11`.")
@click.option("--complainant", type=click.Choice(_COMPLAINANTS), default="represented", show_default=True,
              help="Who complains in Europe: a data subject, one represented by a body (art. 80(1) GDPR), a body without a "
              "mandate, a consumer body.")
@click.option("--urgent", is_flag=True, help="Ask for urgent measures (art. 66 GDPR).")
@click.option("--filed", metavar="DATE",
              help="The day of filing, whose law and phase count unless --as-of or --phase says otherwise. Default: the day "
              "of assessment.")
@click.option("--years", type=click.IntRange(1, 20), default=5, show_default=True, help="How far ahead to look.")
@click.option("--draws", type=click.IntRange(1_000, 5_000_000), default=100_000, show_default=True,
              help="How many histories to draw.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="The seed of the draws.")
@program_options
@priors_option
@click.option("--json", "as_json", is_flag=True, help="The whole outlook as JSON.")
@click.option("-o", "--output", metavar="FILE", help="Write the report as .pdf or .docx.")
@click.option("--chart", metavar="FILE.svg", help="Draw when decisions fall, forum by forum.")
@click.option("--map", "map_", metavar="FILE.svg", help="Draw Europe in tiles, darker where more is to be expected.")
@click.option("--routing", metavar="FILE", help="Write who decides on what as a graph: .dot, .graphml or .json.")
@click.option("--papers", metavar="FOLDER",
              help="Write a complaint outline and a defence file for each forum, as PDF and DOCX.")
@guarded
def complaint(
    program: str, forums: str, complainant: str, urgent: bool, filed: str | None, years: int, draws: int, seed: int,
    as_of: str | None, phase: str | None, packs: tuple[str, ...], priors: str | None, as_json: bool, output: str | None,
    chart: str | None, map_: str | None, routing: str | None, papers: str | None,
) -> None:
    """File a complaint before many forums at once and follow it: standing, who decides, what happens and when, the money.

    \b
    lexposure complaint program.yaml --forums noyb-11 --urgent
    lexposure complaint program.yaml --forums US-CA,US --json
    """
    day = date(filed)
    if output:
        from lexposure.memo.rendering import renderer

        renderer(output)
    form = _form(routing) if routing else None
    # A complaint is judged by the law and the phase of its day.
    reading = read(program, phase, as_of or filed)
    with working("assessing"):
        from lexposure.complaints.complaint import Request, as_dict, complain
        from lexposure.complaints.filing import codes
        from lexposure.complaints.procedure import built_in
        from lexposure.exposure.assess import assess, weighed

        law, procedure, chosen = load(packs), built_in(), priors_of(priors)
        given = weighed(reading, law, chosen)
        wanted = codes(forums, law, procedure, reading.program)
        request = Request(complainant, day or reading.as_of, urgent, years * 365, draws, seed)
    with working("drawing histories"):
        found = complain(given, reading.program, wanted, request, procedure)
    if output or papers:
        assessment = assess(reading, law, priors=chosen)
        if output:
            from lexposure.memo.complaint_report import complaint_report
            from lexposure.memo.rendering import rendered

            write(output, rendered(complaint_report(assessment, found), output))
        if papers:
            _papers(assessment, found, papers)
    if chart or map_:
        _draw(found, chart, map_)
    if routing and form:
        from lexposure.complaints.complaint import routing as routed

        write(routing, form(routed(found)).encode())
    if as_json:
        write("-", (json.dumps(as_dict(found), indent=1, ensure_ascii=False) + "\n").encode())
    elif not (output or papers or chart or map_ or routing):
        _tell(found)


def _papers(assessment: object, found: "Complaint", folder: str) -> None:
    """Both papers of every forum, as PDF and DOCX, in the folder."""
    from pathlib import Path

    from lexposure.cli.console import stepping
    from lexposure.exposure.assessment import Assessment
    from lexposure.memo.complaint_papers import papers
    from lexposure.memo.rendering import rendered
    from lexposure.reading.diagnostics import Diagnostic, InvalidInput

    assert isinstance(assessment, Assessment)
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unusable").lower()
        raise InvalidInput([Diagnostic("LX501", f"cannot write into {folder}: {reason}", None, "",
                                       "a folder that can be written to")]) from None
    for each in stepping(tuple(papers(assessment, found)), "writing the papers"):
        for kind, document in (("complaint", each.outline), ("defence", each.defence)):
            for ending in ("pdf", "docx"):
                path = str(Path(folder) / f"{each.forum}-{kind}.{ending}")
                write(path, rendered(document, path))
    click.echo(f"wrote {4 * len(found.forums)} papers to {folder}", err=True)


def _draw(found: "Complaint", chart: str | None, map_: str | None) -> None:
    from lexposure.memo.complaint_charts import as_svg, fan, tiles
    from lexposure.memo.complaint_report import fan_rows

    if chart:
        write(chart, as_svg(fan(fan_rows(found), found.request.horizon)))
    if map_:
        amounts = {o.filing.code: float(o.loss["mean"]) for o in found.forums}
        write(map_, as_svg(tiles(amounts, tuple(amounts))))


def _form(path: str) -> "Callable[[nx.MultiDiGraph[str]], str]":
    """The format of a graph that the file's ending names. Raises InvalidInput."""
    from lexposure.exposure.graphs import as_dot, as_graphml, as_json
    from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest

    forms = {".dot": as_dot, ".graphml": as_graphml, ".json": as_json}
    ending = path[path.rfind("."):] if "." in path else ""
    if ending not in forms:
        raise InvalidInput([Diagnostic("LX501", f"`{path}` ends in no format of graphs", None, "",
                                       "`.dot`, `.graphml` or `.json`", nearest(ending, forms))])
    return forms[ending]


def _tell(found: "Complaint") -> None:
    """The outlook for people."""
    filed = f"{found.name}: filed {found.request.filed} before {len(found.forums)} forums"
    lead = f"{found.competence.lead} leads" if found.competence.lead else "no authority leads"
    click.echo(f"{filed}; {lead}. {found.competence.why}.\n" if found.european else f"{filed}.\n")
    rows = []
    for o in found.forums:
        x, d = o.outcomes, o.days.get("decision")
        rows.append((o.filing.code, o.filing.authority.english or o.filing.authority.name, o.filing.route,
                     str(len(o.filing.grounds)), f"{x['urgent_measure']:.1%}", f"{x['decision']:.0%}",
                     f"{max(x['upheld'], x['settled']):.0%}", f"{d['p50']}" if d else "", f"EUR {o.loss['mean']:,}",
                     f"EUR {o.loss['p95']:,}"))
    table(("forum", "authority", "route", "grounds", "urgent", "decision", "against respondent", "median days", "expected",
           "one in twenty"), rows)
    if found.idle:
        click.echo(f"\nNothing to decide on before: {', '.join(found.idle)}.")
    click.echo("\nAll forums together:")
    table(("event", "probability"), [(name.replace("_", " "), f"{p:.1%}") for name, p in found.joint.items()])
    click.echo("\nModeled judgements, not forecasts: --json lists every figure with its origin.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--draws", type=click.IntRange(1_000, 5_000_000), default=100_000, show_default=True,
              help="How many histories to draw.")
@guarded
def waves(as_json: bool, draws: int) -> None:
    """Hold the procedure's model against waves of complaints that happened, each predicted without its own cases."""
    with working("drawing histories"):
        from dataclasses import asdict

        from lexposure.complaints.procedure import built_in
        from lexposure.complaints.waves import checks

        found = checks(built_in(), draws)
    if as_json:
        write("-", (json.dumps([asdict(c) for c in found], indent=1) + "\n").encode())
        return
    table(("wave", "what", "observed", "probability under the model", "check"), [
        (c.wave, c.text, c.observed, f"{c.probability:.0%}", "no: a figure was chosen for it" if c.seen else "yes")
        for c in found])
