"""`law`: what the packs hold, whether they hold together, and what they leave out."""

import json
import sys
from typing import TYPE_CHECKING

import click

from lexposure.cli.console import date, guarded, load, packs_option, show, stepping, table

if TYPE_CHECKING:
    from lexposure.law.judgement import Rule
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
    rules = _chosen(load(packs).rules, codes)
    if as_json:
        click.echo(json.dumps([{"id": r.id, "cite": r.cite, "heading": r.provision.heading,
                                "jurisdiction": r.instrument.jurisdiction, "instrument": r.instrument.id,
                                "certainty": r.provision.reading.certainty, "checked": r.checked.isoformat(),
                                "confidence": r.confidence} for r in rules], indent=2, ensure_ascii=False))
        return
    table(("jurisdiction", "id", "provision", "what", "checked"),
          [(r.instrument.jurisdiction, r.id, r.cite, r.provision.heading, f"{r.checked} {r.confidence}") for r in rules])


def _chosen(rules: "tuple[Rule, ...]", codes: tuple[str, ...]) -> "list[Rule]":
    """The rules of jurisdictions, instruments or provisions that match. Raises InvalidInput."""
    from fnmatch import fnmatchcase

    from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest

    if not codes:
        return list(rules)
    found: list[Rule] = []
    for code in codes:
        wanted = code.lower()
        hits = [r for r in rules if any(fnmatchcase(name.lower(), wanted) for name in
                                        (r.instrument.jurisdiction, r.instrument.id, r.id))]
        if not hits:
            known = {n.lower() for r in rules for n in (r.instrument.jurisdiction, r.instrument.id, r.id)}
            raise InvalidInput([Diagnostic("LX403", f"no pack has anything for `{code}`", None, "",
                                           "a jurisdiction's code, an instrument or a provision (`lexposure law list`)",
                                           nearest(wanted, sorted(known)))])
        found += [h for h in hits if h not in found]
    return found


@law.command("show")
@click.argument("codes", nargs=-1, required=True)
@packs_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object a provision.")
@guarded
def show_(codes: tuple[str, ...], packs: tuple[str, ...], as_json: bool) -> None:
    """Show whole provisions of jurisdictions, instruments or provisions with these CODES."""
    from lexposure.law.describing import describe

    rules = _chosen(load(packs).rules, codes)
    if as_json:
        click.echo(json.dumps([describe(r) for r in rules], indent=2, ensure_ascii=False))
        return
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
                sums = f"up to {tier.currency} {tier.static:,} or {tier.share:.0%} of turnover ({tier.cite})"
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
    rules = _chosen(book.rules, codes)
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


@law.command("coverage")
@packs_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@guarded
def coverage(packs: tuple[str, ...], as_json: bool) -> None:
    """Count provisions by jurisdiction and topic, and name the gaps."""
    from lexposure.law.coverage import coverage as count
    from lexposure.law.coverage import totals

    rows = count(load(packs))
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
