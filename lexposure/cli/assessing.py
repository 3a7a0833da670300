"""`assess` and `explain`: what the law says about a program, and why."""

import json
from collections import Counter
from typing import TYPE_CHECKING

import click

from lexposure.cli.console import (
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
    from lexposure.exposure.assessment import Assessment
    from lexposure.law.conditions import Evidence
    from lexposure.reading.source import Source

_LEVELS = ("breach", "arguable", "unknown", "never")


@click.command()
@click.argument("program")
@program_options
@priors_option
@click.option("--json", "as_json", is_flag=True, help="The whole assessment as JSON.")
@click.option("--sarif", is_flag=True, help="The findings as SARIF 2.1, on the lines of the program file.")
@click.option("--fail-on", type=click.Choice(_LEVELS), default="never", show_default=True,
              help="End with exit code 1 if a finding is at least this grave.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True,
              help="The seed that the assessment records.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file; JSON unless --sarif is given.")
@click.pass_context
@guarded
def assess(
    ctx: click.Context, program: str, as_of: str | None, phase: str | None, packs: tuple[str, ...], priors: str | None,
    as_json: bool, sarif: bool, fail_on: str, seed: int, output: str | None,
) -> None:
    """Assess a program: findings, ceilings, what it may come to, questions to ask."""
    reading = read(program, phase, as_of)
    with working("assessing"):
        from lexposure.exposure.assess import assess as run

        assessment = run(reading, load(packs), seed=seed, priors=priors_of(priors))
    if sarif:
        from lexposure.exposure.sarif import as_sarif

        write(output or "-", as_sarif(assessment, program).encode())
    elif as_json or output:
        write(output or "-", assessment.as_json().encode())
    else:
        _summary(assessment)
    levels = _LEVELS[: _LEVELS.index(fail_on) + 1] if fail_on != "never" else ()
    if any(f.status in levels for f in assessment.findings):
        ctx.exit(1)


def _summary(a: "Assessment") -> None:
    """The assessment for people: findings by provision, the largest ceilings, the first questions."""
    from lexposure.memo import wording as w

    provisions = {p.id: p for p in a.provisions}
    phase = f", phase {a.phase}" if a.phase else ""
    click.echo(f"{a.name}, as of {a.as_of}{phase}: {w.many(len(a.operations), 'operation')}, "
               f"{w.many(len(a.findings), 'finding')}\n")
    for note in a.limits.notes:
        click.echo(note + "\n")
    counted = Counter((f.provision, f.status) for f in a.findings)
    order = {"breach": 0, "arguable": 1, "unknown": 2}
    people: dict[tuple[str, str], dict[str, None]] = {}
    for f in a.findings:
        people.setdefault((f.provision, f.status), {}).update(dict.fromkeys(f.populations))
    rows = [
        (status, provisions[name].cite, provisions[name].heading, w.listed(list(people[name, status]), 3))
        for name, status in sorted(counted, key=lambda key: order[key[1]])
    ]
    table(("status", "provision", "what", "whom it concerns"), rows)
    priced = sorted((h for h in a.heads if h.likely), key=lambda h: (order.get(h.status, 3), -(h.likely or 0)))
    if priced:
        click.echo("\nCeilings (the most that the law allows; not what is to be expected, and not added up):")
        alike = Counter((h.status, h.forum or "competent authority",
                         w.plain(h.kind) + (f", {h.label}" if h.label else ""), w.ceiling(h)) for h in priced)
        table(("status", "forum", "remedy", "ceiling"), [
            (status, forum, remedy + (f" ({number} of them)" if number > 1 else ""), ceiling)
            for (status, forum, remedy, ceiling), number in list(alike.items())[:12]])
    if a.losses and a.losses.perils:
        _losses(a)
    if a.questions:
        click.echo("\nAsk first:")
        for q in a.questions[:8]:
            hang = w.many(len(q.findings), "finding") if q.findings else f"opens {w.many(q.opens, 'provision')}"
            click.echo(f"  - {q.text}  [{q.where}; {hang}]")


def _losses(a: "Assessment") -> None:
    """What it may come to, for people."""
    x = a.losses
    assert x is not None
    click.echo(f"\nWhat it may come to, as modelled over about three years: expected EUR {x.expected:,}; exceeded once in "
               f"ten EUR {x.quantiles['90']:,}, once in twenty EUR {x.quantiles['95']:,}, once in a hundred EUR "
               f"{x.quantiles['99']:,}; nothing at all {x.nothing:.0%}; exposure score {x.score:g} of 100")
    names = {f.id: f.english or f.name for f in a.forums}
    table(("expected", "probability", "before whom", "kind", "amount if it comes to that (5, 50, 95 %)"), [
        (f"EUR {p.expected:,}", f"{p.probability:.1%}", names.get(p.forum or "", "competent authority"), p.kind,
         f"EUR {p.low:,}; {p.likely:,}; {p.high:,}") for p in x.perils[:8]])


@click.command()
@click.argument("program")
@click.argument("finding")
@program_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@guarded
def explain(
    program: str, finding: str, as_of: str | None, phase: str | None, packs: tuple[str, ...], as_json: bool
) -> None:
    """Show why a provision fired, is open, or did not fire.

    FINDING is an id that `assess` printed, `PROVISION:CONTROLLER:POPULATION:USE` for any operation, or a
    provision's id alone for all operations at once.
    """
    from lexposure.exposure.explaining import explain as run

    reading = read(program, phase, as_of)
    explained = run(reading, load(packs), finding)
    if as_json:
        click.echo(json.dumps([e.as_dict() for e in explained], indent=2, ensure_ascii=False))
        return
    for entry in explained:
        click.echo(click.style(f"{entry.id}: {entry.judgement.status.value}", bold=True)
                   + (f" ({entry.judgement.reason.value}"
                      + (f": {entry.judgement.clause}" if entry.judgement.clause else "") + ")"
                      if entry.judgement.reason else ""))
        if not entry.whole:
            continue
        click.echo(f"{entry.rule.cite}: {entry.rule.provision.heading}")
        click.echo(f"  {entry.rule.provision.text.strip()}")
        click.echo(f"  reading: {entry.judgement.certainty}; checked {entry.rule.checked} ({entry.rule.confidence})")
        click.echo(f"  path: {' -> '.join(entry.path) or '(none)'}")
        for bare in entry.bare:
            click.echo(f"  without {bare.safeguard.replace('_', ' ')}: {' -> '.join(bare.path)}")
        for part, steps in (("the law applies if one of these holds", entry.judgement.limbs),
                            ("elements, all of which must be met", entry.judgement.elements),
                            ("exceptions, any of which lifts it", entry.judgement.exceptions)):
            if steps:
                click.echo(f"  {part}:")
            for step in steps:
                click.echo(f"    [{_mark(step.truth)}] {step.text}" + (f" ({step.cite})" if step.cite else ""))
                _tree(step.evidence, reading.source, 8)
            if part.startswith("the law") and entry.judgement.scope is not None and any(entry.judgement.scope.leaves()):
                click.echo("  it speaks of these people and this processing if:")
                _tree(entry.judgement.scope, reading.source, 4)
            rests = [row for row in entry.rows if row.part == "presupposed"] if part.startswith("the law") else []
            for row in rests:
                click.echo(f"  what it presupposes [{row.outcome}]: {row.text}")
        click.echo("")


def _mark(truth: "bool | None") -> str:
    return {True: click.style("met", fg="red"), False: click.style("not met", fg="green"),
            None: click.style("unknown", fg="magenta")}[truth]


def _tree(evidence: "Evidence", source: "Source", indent: int) -> None:
    """An evidence tree, a line a node."""
    pad = " " * indent
    if evidence.kind == "fact":
        places = list(dict.fromkeys(str(p) for at in evidence.addresses if (p := source.place(at, key=True))))
        claimed = " (claimed only)" if evidence.claimed else ""
        click.echo(f"{pad}{evidence.asked}: {evidence.found}{claimed}  [{_mark(evidence.truth)}]"
                   + (f"  {', '.join(places[:3])}" if places else ""))
        return
    words = {"all": "all of", "any": "any of", "not": "not", "count": f"at least {evidence.needed} of"}[evidence.kind]
    words = evidence.label or words
    if evidence.kind != "all" or evidence.label or len(evidence.parts) > 1:
        click.echo(f"{pad}{words}  [{_mark(evidence.truth)}]")
        indent += 2
    for part in evidence.parts:
        _tree(part, source, indent)
