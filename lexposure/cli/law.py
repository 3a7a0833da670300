"""`law`: what the packs hold, whether they hold together, and what they leave out."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from lexposure.cli.console import (
    date,
    guarded,
    load,
    packs_option,
    program_options,
    read,
    show,
    stepping,
    table,
    write,
)

T = TypeVar("T")

if TYPE_CHECKING:
    from lexposure.law.judgement import Rule
    from lexposure.law.model import Forum
    from lexposure.law.packs import Law
    from lexposure.reading.diagnostics import Diagnostic


@click.group()
def law() -> None:
    """List, show, check and count the law in the packs."""


@law.command("list")
@click.argument("codes", nargs=-1)
@packs_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@guarded
def list_(codes: tuple[str, ...], packs: tuple[str, ...], as_json: bool) -> None:
    """List the provisions, of all jurisdictions or of those with these CODES (eu, us-ca, us-*)."""
    rules = _chosen(load(packs), codes)
    if as_json:
        click.echo(json.dumps([{"id": r.id, "cite": r.cite, "heading": r.provision.heading,
                                "jurisdiction": r.instrument.jurisdiction, "instrument": r.instrument.id,
                                "certainty": r.provision.reading.certainty, "checked": r.checked.isoformat(),
                                "confidence": r.confidence} for r in rules], indent=2, ensure_ascii=False))
        return
    table(("jurisdiction", "id", "provision", "what", "checked"),
          [(r.instrument.jurisdiction, r.id, r.cite, r.provision.heading, f"{r.checked} {r.confidence}") for r in rules])


def _chosen(law: "Law", codes: tuple[str, ...]) -> "list[Rule]":
    """The rules of jurisdictions, instruments or provisions that match. Raises InvalidInput.

    A jurisdiction whose folder has only its authorities has no rules, and that is no fault.
    """
    return _matching(law.rules, codes, lambda r: (r.instrument.jurisdiction, r.instrument.id, r.id),
                     "a jurisdiction's code, an instrument or a provision (`lexposure law list`)", law.not_covered)


def _matching(
    items: Iterable[T], codes: tuple[str, ...], names: Callable[[T], Sequence[str]], expected: str, also: Iterable[str] = ()
) -> list[T]:
    """The items of which a name matches one of the codes, all without codes. Raises InvalidInput for a code without any.

    ``also`` are names that are known though no item bears them.
    """
    from fnmatch import fnmatchcase

    from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest

    named = [(item, [n.lower() for n in names(item)]) for item in items]
    if not codes:
        return [item for item, _ in named]
    wanted = [c.lower() for c in codes]
    known = {n for _, words in named for n in words} | {n.lower() for n in also}
    unknown = [c for c in wanted if not any(fnmatchcase(n, c) for n in known)]
    if unknown:
        raise InvalidInput([Diagnostic("LX403", f"no pack has anything for `{c}`", None, "", expected,
                                       nearest(c, sorted(known))) for c in unknown])
    found = dict.fromkeys(i for c in wanted for i, (_, words) in enumerate(named) if any(fnmatchcase(n, c) for n in words))
    return [named[i][0] for i in found]


@law.command("show")
@click.argument("codes", nargs=-1, required=True)
@packs_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object a provision.")
@guarded
def show_(codes: tuple[str, ...], packs: tuple[str, ...], as_json: bool) -> None:
    """Show whole provisions of jurisdictions, instruments or provisions with these CODES."""
    from lexposure.law.describing import describe, fine

    book = load(packs)
    rules = _chosen(book, codes)
    if as_json:
        click.echo(json.dumps([describe(r) for r in rules], indent=2, ensure_ascii=False))
        return
    covered = {r.instrument.jurisdiction for r in rules}
    for place in [p for p in book.not_covered if p not in covered and p.lower() in {c.lower() for c in codes}]:
        click.echo(click.style(f"{place}: no law of its own in the packs", bold=True))
        for gap in book.not_covered[place]:
            click.echo(f"  not covered: {gap}")
    for r in rules:
        p = r.provision
        click.echo(click.style(f"{r.id}  {r.cite}: {p.heading}", bold=True))
        click.echo(f"  {p.text.strip()}")
        end = f" to {r.in_force.until}" if r.in_force.until else ""
        click.echo(f"  in force from {r.in_force.start}{end}; binds {', '.join(p.binds)}; judged per {p.unit.value}")
        click.echo(f"  checked {r.checked}, {r.confidence}; reading {p.reading.certainty}")
        for label, text in (("authority", p.reading.authority), ("weak when", p.reading.weak_when),
                            ("against", p.reading.contrary), ("note", p.note)):
            if text:
                click.echo(f"  {label}: {text.strip()}")
        for limb in r.limbs:
            click.echo(f"  applies if: {limb.limb.text} ({limb.limb.cite}; {limb.limb.reading.certainty})")
        for element in r.elements:
            click.echo(f"  element {element.clause.id}: {element.clause.text}"
                       + (f" ({element.clause.cite})" if element.clause.cite else ""))
        for exception in r.exceptions:
            click.echo(f"  exception {exception.clause.id}: {exception.clause.text}"
                       + (f" ({exception.clause.cite})" if exception.clause.cite else ""))
        for remedy in p.remedies:
            sums = ", ".join(f"{remedy.currency} {a.value:,} per {remedy.unit} from {a.start}" for a in remedy.amount)
            tier = r.tiers[remedy.tier] if remedy.tier else None
            if tier:
                sums = f"{fine(tier)} ({tier.cite})"
            click.echo(f"  remedy: {remedy.kind.replace('_', ' ')} before {remedy.forum}"
                       + (f", {remedy.label}" if remedy.label else "") + (f": {sums}" if sums else ""))
        for source in p.source or r.instrument.source:
            click.echo(f"  source: {source.title}{f' <{source.url}>' if source.url else ''}"
                       + (" (not opened)" if source.opened is False else ""))
        click.echo("")


@law.command("check")
@click.argument("codes", nargs=-1)
@packs_option
@click.option("--as-of", "as_of", metavar="DATE", help="The day from which staleness is counted. "
              "Default: the newest checked date in the packs.")
@click.option("--stale-after", type=click.IntRange(1), default=365, show_default=True, metavar="DAYS",
              help="Warn about provisions checked longer ago than this.")
@click.option("--json", "as_json", is_flag=True, help="The faults as JSON.")
@guarded
def check(
    codes: tuple[str, ...], packs: tuple[str, ...], as_of: str | None, stale_after: int, as_json: bool
) -> None:
    """Compile every pack, run its cases, and say what they leave untested.

    Exit code 1 if a pack fails its cases or leaves something untested, 2 if a pack cannot be read.
    """
    from lexposure.law.cases import check_cases, stale
    from lexposure.reading.diagnostics import InvalidInput

    book = load(packs)
    rules = _chosen(book, codes)
    instruments = list(dict.fromkeys(r.instrument.id for r in rules))
    faults: list[Diagnostic] = []
    unreadable: list[Diagnostic] = []
    for name in stepping(instruments, "running the packs' cases"):
        try:
            faults += check_cases(book, name)
        except InvalidInput as error:
            unreadable += error.diagnostics
    if unreadable:
        raise InvalidInput([*unreadable, *faults])
    day = date(as_of) or max((r.checked for r in rules), default=None)
    old = list(stale(book, day, stale_after)) if day else []
    if as_json or faults or old:
        show([*faults, *old], as_json=as_json)
    if not as_json:
        click.echo(f"{len(instruments)} instruments, {len(rules)} provisions: "
                   + (f"{len(faults)} faults" if faults else "no faults"))
    if faults:
        sys.exit(1)


@law.command("compare")
@click.argument("codes", nargs=-1, required=True)
@click.option("--topic", required=True, metavar="TOPIC", help="What to compare, such as monitoring or biometrics "
              "(`lexposure vocabulary topics` lists them).")
@click.option("--as-of", "as_of", metavar="DATE", help="The day whose law counts. Default: the newest checked date.")
@packs_option
@click.option("-o", "--output", metavar="FILE", help="Write a table: FILE.md, FILE.csv or FILE.xlsx.")
@guarded
def compare(codes: tuple[str, ...], topic: str, as_of: str | None, packs: tuple[str, ...], output: str | None) -> None:
    """Compare what jurisdictions, instruments or provisions with these CODES say on a topic, with citations."""
    from lexposure.law.comparing import HEAD, comparison, topic_named

    book = load(packs)
    rules = _chosen(book, codes)
    day = date(as_of) or max((r.checked for r in rules), default=None)
    rows = comparison(book, rules, topic, day) if day else ()
    if output is None:
        table(HEAD[:4] + HEAD[6:], [row[:4] + row[6:] for row in rows])
        subject = topic_named(topic).replace("_", " ")
        click.echo(f"\n{len(rows)} provisions on {subject}, as of {day}; a jurisdiction that is not listed has none in the "
                   "packs")
        return
    from lexposure.memo.tables import FORMS
    from lexposure.reading.diagnostics import Diagnostic, InvalidInput

    form = next((make for ending, make in FORMS.items() if output.lower().endswith(ending)), None)
    if form is None:
        raise InvalidInput([Diagnostic("LX501", f"{output} says no form of a table", None, "",
                                       "a file that ends in " + ", ".join(f"`{e}`" for e in FORMS))])
    write(output, form(f"{topic_named(topic).replace('_', ' ').capitalize()}, as of {day}", HEAD, rows))
    click.echo(f"wrote {output}")


@law.command("authorities")
@click.argument("codes", nargs=-1)
@packs_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every figure and its source.")
@guarded
def authorities(codes: tuple[str, ...], packs: tuple[str, ...], as_json: bool) -> None:
    """List who can act, and how: all forums, or those of these CODES (ie, de-*, ie-dpa)."""
    found = _matching([(name, place, f) for name, (place, f) in load(packs).forums.items()], codes,
                      lambda x: x[:2], "a jurisdiction's code or a forum's id")
    if as_json:
        click.echo(json.dumps([{"id": name, "jurisdiction": place, **f.model_dump(mode="json", by_alias=True)}
                               for name, place, f in found], indent=2, ensure_ascii=False))
    elif codes:
        for name, place, f in found:
            _forum(name, place, f)
    else:
        table(("jurisdiction", "id", "name", "English", "kind", "languages", "checked"), [
            (place, name, f.name, f.english, f.kind, ", ".join(f.languages), f"{f.checked} {f.confidence}")
            for name, place, f in found])


def _forum(name: str, place: str, f: "Forum") -> None:
    from lexposure.exposure.assess import forum_note
    from lexposure.memo.wording import practice

    note = forum_note(name, place, f)
    english = f" ({f.english})" if f.english and f.english != f.name else ""
    click.echo(click.style(f"{name}  {f.name}{english}", bold=True))
    click.echo(f"  {place}, {f.kind.replace('_', ' ')}; languages {', '.join(f.languages) or 'not stated'}"
               + (f"; {f.website}" if f.website else "") + f"; checked {f.checked}, {f.confidence}")
    if f.competent_for:
        click.echo(f"  competent for: {', '.join(f.competent_for)}")
    for power in note.powers:
        click.echo(f"  power: {power}")
    if note.fines:
        click.echo(f"  fines: {note.fines}")
    for figure in note.practice:
        click.echo(f"  practice: {practice(figure)}")
    if f.note:
        click.echo(f"  note: {f.note}")
    click.echo("")


@law.command("timeline")
@click.argument("program")
@program_options
@click.option("--all", "everything", is_flag=True, help="Also the changes that would not bear on the program.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, every change.")
@guarded
def timeline(
    program: str, as_of: str | None, phase: str | None, packs: tuple[str, ...], everything: bool, as_json: bool
) -> None:
    """Say what the law will change for PROGRAM after the day of assessment, and when.

    Each change is judged on the facts as they stand and the law of its day.
    """
    from lexposure.exposure.assess import changes
    from lexposure.program.graph import FlowGraph
    from lexposure.program.operations import operations

    reading = read(program, phase, as_of)
    found = changes(reading, load(packs), operations(FlowGraph(reading.program)))
    if as_json:
        click.echo(json.dumps([c.model_dump(mode="json") for c in found], indent=2, ensure_ascii=False))
        return
    shown = [c for c in found if everything or c.status != "clear"]
    table(("from", "provision", "what", "what changes", "would be", "whom it concerns", "confidence"), [
        (c.day.isoformat(), c.cite, c.heading, c.what, c.status, ", ".join(c.populations) or "-", c.confidence)
        for c in shown])
    rest = len(found) - len(shown)
    click.echo(f"\nafter {reading.as_of}: {len(found)} changes in the packs"
               + (f"; {rest} would not bear on the program (--all shows them)" if rest else ""))


@law.command("coverage")
@click.argument("codes", nargs=-1)
@packs_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@guarded
def coverage(codes: tuple[str, ...], packs: tuple[str, ...], as_json: bool) -> None:
    """Count provisions by jurisdiction and topic, of all or of those with these CODES, and name the gaps."""
    from lexposure.law.coverage import coverage as count
    from lexposure.law.coverage import totals

    rows = _matching(count(load(packs)), codes, lambda r: (r.code,), "a jurisdiction's code")
    if as_json:
        click.echo(json.dumps({"jurisdictions": [r.as_dict() for r in rows], "totals": totals(rows)}, indent=2,
                              ensure_ascii=False))
        return
    topics = list(dict.fromkeys(t for r in rows for t in r.topics))
    table(("code", "jurisdiction", "provisions", "cases", "oldest check", "verified", *topics),
          [(r.code, r.name, str(r.provisions), str(r.cases), r.oldest_checked.isoformat() if r.oldest_checked else "-",
            f"{r.verified_share:.0%}", *(str(r.topics.get(t) or "-") for t in topics)) for r in rows])
    for r in rows:
        for gap in r.gaps:
            click.echo(f"gap: {r.code}: {gap}")
