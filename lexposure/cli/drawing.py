"""`graph`: the flow graph, and the graph of findings joined to it, in the formats that other tools read."""

import click

from lexposure.cli.console import guarded, load, program_options, read, write

_FORMATS = ("svg", "dot", "graphml", "json")


@click.command()
@click.argument("program")
@program_options
@click.option("--format", "form", type=click.Choice(_FORMATS), default="svg", show_default=True, help="What to write.")
@click.option("--joined", is_flag=True, help="Join the findings: whose data, which provision, before whom.")
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it. Default: standard output.")
@guarded
def graph(
    program: str, as_of: str | None, phase: str | None, packs: tuple[str, ...], form: str, joined: bool, output: str
) -> None:
    """Draw a program's data flows, or (--joined) what the law makes of them."""
    from lexposure.exposure.assess import assess
    from lexposure.exposure.graphs import as_dot, as_graphml, as_json, exposure_graph, flow_graph
    from lexposure.memo.diagram import lay_out, to_svg
    from lexposure.memo.map import exposure_map, program_map

    assessment = assess(read(program, phase, as_of), load(packs))
    if form == "svg":
        picture = exposure_map(assessment) if joined else program_map(assessment)
        text = to_svg(lay_out(picture, 1120))
    else:
        made = exposure_graph(assessment) if joined else flow_graph(assessment)
        text = {"dot": as_dot, "graphml": as_graphml, "json": as_json}[form](made)
    write(output, text.encode())
