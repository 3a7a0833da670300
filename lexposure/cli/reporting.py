"""`memo`: the memo as PDF or Word file."""

import click

from lexposure.cli.console import guarded, load, priors_of, priors_option, program_options, read, working, write


@click.command()
@click.argument("program")
@click.option("-o", "--output", required=True, metavar="FILE", help="The file to write: `.pdf` or `.docx`; `-` for a PDF "
              "on standard output.")
@program_options
@priors_option
@click.option("--to", default="", metavar="NAME", help="Whom the memo is for.")
@click.option("--from", "author", default="", metavar="NAME", help="Who signs it.")
@click.option("--privileged", is_flag=True, help="Print the privilege legend. A tool cannot create privilege: say so only "
              "if the memo is prepared by or for counsel.")
@guarded
def memo(
    program: str, output: str, as_of: str | None, phase: str | None, packs: tuple[str, ...], priors: str | None, to: str,
    author: str, privileged: bool,
) -> None:
    """Write the risk memo of a program, or of an assessment that `assess -o FILE.json` saved."""
    from pathlib import Path

    from lexposure.exposure.assessment import read_assessment
    from lexposure.memo.rendering import renderer
    from lexposure.reading.diagnostics import Diagnostic, InvalidInput

    render = renderer(output)  # an ending that says nothing is told before the work
    if program.endswith(".json"):
        if as_of or phase or packs or priors:
            raise InvalidInput([Diagnostic("LX501", "a saved assessment has its day, its phase, its packs and its priors",
                                           None, "",
                                           "no --as-of, --phase, --packs or --priors, or the program file itself")])
        assessment = read_assessment(Path(program))
    else:
        reading = read(program, phase, as_of)
        with working("assessing"):
            from lexposure.exposure.assess import assess

            assessment = assess(reading, load(packs), priors=priors_of(priors))
    with working("writing the memo"):
        from lexposure.memo.risk_memo import Letterhead, risk_memo

        content = render(risk_memo(assessment, Letterhead(to, author, privileged)))
    write(output, content)
    if output != "-":
        click.echo(f"wrote {output}", err=True)
