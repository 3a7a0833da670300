"""`init`, `check`, `vocabulary`, `schema`: writing a program file and getting it right."""

import json
import sys
from importlib.resources import files
from pathlib import Path

import click

from lexposure.cli.console import guarded, show, table, write


@click.command()
@click.argument("path", default="program.yaml")
@guarded
def init(path: str) -> None:
    """Write a commented program file to start from. An existing file is left alone."""
    from lexposure.reading.diagnostics import Diagnostic, InvalidInput

    if path != "-" and Path(path).exists():
        raise InvalidInput([Diagnostic("LX501", f"{path} already exists", None, "", "a name that is free")])
    write(path, files("lexposure.cli").joinpath("template.yaml").read_bytes())
    if path != "-":
        click.echo(f"wrote {path}; next: lexposure check {path}", err=True)


@click.command()
@click.argument("program")
@click.option("--phase", metavar="NAME", help="Check the program with this phase applied (`base`: none). "
              "Default: every phase, one after the other.")
@click.option("--json", "as_json", is_flag=True, help="The faults as JSON.")
@guarded
def check(program: str, phase: str | None, as_json: bool) -> None:
    """Say what is wrong with a program file, and where. Exit code 2 if it has errors; warnings alone are 0."""
    from lexposure.program.reading import check_program, read_program

    if phase is None:
        p, warnings = check_program(program)
    else:
        reading = read_program(program, phase=phase)
        p, warnings = reading.program, reading.warnings
    if as_json or warnings:
        show(warnings, as_json=as_json)
    if not as_json:
        click.echo(f"{program}: {len(p.populations)} populations, {len(p.systems)} systems, {len(p.flows)} flows, "
                   f"{len(p.uses)} uses, {len(p.phases)} phases: no errors")


@click.command()
@click.argument("term", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@guarded
def vocabulary(term: str | None, as_json: bool) -> None:
    """Show the terms that a program and a pack may use.

    TERM is a kind (data_categories, purposes, safeguards, facts ...) or a single term. Without it, the kinds.
    """
    from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest
    from lexposure.vocabulary import Kind, kinds, labels, lookup, narrower, terms
    from lexposure.vocabulary.facts import catalogue

    if term is None:
        counts = [(k.value, str(len(labels(k)))) for k in kinds()] + [("facts", str(len(catalogue())))]
        if as_json:
            click.echo(json.dumps([{"kind": k, "terms": int(n)} for k, n in counts], indent=2))
        else:
            table(("kind", "terms"), counts)
        return
    if term == "facts":
        facts = list(catalogue().values())
        if as_json:
            click.echo(json.dumps([{"fact": f.id, "type": f.type.value, "unit": f.unit.value, "where": f.where,
                                    "question": f.question} for f in facts], indent=2, ensure_ascii=False))
        else:
            table(("fact", "type", "stated at", "question"), [(f.id, f.type.value, f.where, f.question) for f in facts])
        return
    if term in [k.value for k in kinds()]:
        every = terms(Kind(term)).values()
        if as_json:
            click.echo(json.dumps([_term(t) for t in every], indent=2, ensure_ascii=False))
        else:
            table(("term", "is a", "means"), [(t.id, ", ".join(t.broader), t.means) for t in every])
        return
    found = lookup(term)
    fact = catalogue().get(term)
    if not found and fact is None:
        known = [*(k.value for k in kinds()), *(x for k in kinds() for x in labels(k)), *catalogue()]
        raise InvalidInput([Diagnostic("LX204", f"`{term}` is not in the vocabulary", None, "",
                                       "a kind or a term (`lexposure vocabulary` lists the kinds)",
                                       nearest(term, known))])
    if as_json:
        shown: list[object] = [_term(t) for t in found]
        if fact:
            shown.append({"fact": fact.id, "type": fact.type.value, "unit": fact.unit.value, "question": fact.question})
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    for t in found:
        click.echo(f"{t.id} ({t.kind.value}): {t.means}")
        for label, values in (("is a", t.broader), ("narrower", narrower(t.kind, t.id)), ("DPV", (t.dpv,)),
                              ("fideslang", (t.fides,))):
            if any(values):
                click.echo(f"  {label}: {', '.join(values)}")
    if fact:
        click.echo(f"{fact.id} (fact, {fact.type.value}, of the {fact.unit.value}): {fact.question}")
        click.echo(f"  stated at: {fact.where}")


def _term(t: "object") -> dict[str, object]:
    names = ("id", "kind", "means", "broader", "dpv", "fides")
    return {n: getattr(t, n) for n in names}


@click.command()
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it. Default: standard output.")
@guarded
def schema(output: str) -> None:
    """Write the JSON Schema of program files, for completion in editors."""
    from lexposure.program.model import Program

    made = Program.model_json_schema(by_alias=True)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "lexposure program", **made}
    write(output, (json.dumps(made, indent=2, ensure_ascii=False) + "\n").encode())
    sys.stdout.flush()
