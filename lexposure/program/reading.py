"""Reading a program file: variants laid over what they extend, the phase of the day applied, everything checked."""

import datetime as dt
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lexposure.program.checks import check
from lexposure.program.model import Phase, Program
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, Severity, in_reading_order, nearest
from lexposure.reading.source import Address, Source, overlay, parse, read, subtree, without
from lexposure.reading.typed import Mistyped, validate

#: The phase name that asks for the program without any phase applied.
BASE = "base"
_SECTIONS = frozenset(
    ("program", "sources", "groups", "parties", "populations", "systems", "uses", "flows", "safeguards", "notices",
     "choices", "transfers", "incidents", "facts")
)


@dataclass(frozen=True)
class Reading:
    """A program as read: the model, where each of its values stands, the phase applied, and the warnings."""

    program: Program
    source: Source = field(repr=False)
    as_of: dt.date
    phase: str | None
    files: tuple[tuple[str, str], ...]
    warnings: tuple[Diagnostic, ...]


def read_program(path: Path | str, *, phase: str | None = None, as_of: dt.date | None = None) -> Reading:
    """Read, extend, apply the phase and check. Raises InvalidInput with every fault found.

    ``phase`` defaults to the one in force on ``as_of`` (itself the program's own date by default). Phases are
    cumulative: each is laid over those that start before it. With a phase named and no date, the law's date is the
    last day of that phase that is not after the program's date.
    """
    written = _extended(path, ())
    base = _sound(written)
    if base.faults:
        raise InvalidInput(in_reading_order([*base.faults, *_found(base)]))
    day = as_of or base.program.program.as_of
    name = _choose(base.program, phase, day)
    if phase not in (None, BASE) and name and as_of is None:
        chosen = base.program.phases[name]
        day = max(chosen.start, min(day, chosen.end or day))
    state = _in_phase(base, name)
    faults = in_reading_order([*state.faults, *_found(state)])
    if any(d.severity is Severity.ERROR for d in faults):
        raise InvalidInput(faults)
    return Reading(state.program, state.source, day, name, written.files, faults)


def check_program(path: Path | str) -> tuple[Program, tuple[Diagnostic, ...]]:
    """The program without any phase, and the warnings that hold in all its phases: a phase can mend or add.

    Raises InvalidInput with the faults of the program in every phase.
    """
    base = _sound(_extended(path, ()))
    states = [base]
    faults: list[Diagnostic] = []
    for name in base.program.phases:
        try:
            states.append(_in_phase(base, name))
        except InvalidInput as error:
            faults += error.diagnostics
    found = [_found(state) for state in states]
    warnings = [d for d in found[0] if d.severity is Severity.WARNING and all(d in more for more in found)]
    faults += [d for state in states for d in state.faults]
    faults += [d for more in found for d in more if d.severity is Severity.ERROR]
    if faults:
        raise InvalidInput(in_reading_order([*faults, *warnings]))
    return base.program, tuple(warnings)


@dataclass(frozen=True)
class _Written:
    """What the files say, before it is typed: the document, each file's name and hash, and the faults so far."""

    source: Source
    files: tuple[tuple[str, str], ...] = ()
    faults: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class _Sound:
    """A program as far as it can be read: without its faulty entries, with their addresses, names and faults."""

    program: Program
    source: Source
    left_out: frozenset[Address] = frozenset()
    names: frozenset[str] = frozenset()
    faults: tuple[Diagnostic, ...] = ()


#: Stands in for a faulty header, so that the rest can be checked: late enough for nothing to lie in its future.
_HEADER = parse("program: {id: unreadable, name: unreadable, as_of: 9999-12-31}", "")


def _sound(written: _Written, but: _Sound | None = None) -> _Sound:
    """The program less its faulty entries (beside those that ``but`` lacks already).

    Raises InvalidInput where whole sections are missing, or are no sections.
    """
    source, faults = written.source, written.faults
    left_out: frozenset[Address] = but.left_out if but else frozenset()
    names: frozenset[str] = but.names if but else frozenset()
    try:
        program = validate(Program, source)
    except Mistyped as error:
        faulty = frozenset(at[:1] if at[:1] == ("program",) else at[:2] for at in error.addresses)
        names |= _names(source, faulty)
        left_out |= faulty
        faults += error.diagnostics
        source = without(source, [*faulty, *_patches(source, faulty)])
        if ("program",) in faulty:
            source = overlay(source, _HEADER)
        try:
            program = validate(Program, source)
        except Mistyped:
            raise InvalidInput(in_reading_order(faults)) from None
    misplaced = dict(_misplaced(program, source))
    if misplaced:
        faults += tuple(d for found in misplaced.values() for d in found)
        left_out |= misplaced.keys()
        names |= _names(source, misplaced)
        source = without(source, misplaced)
        program = validate(Program, source)
    return _Sound(program, source, left_out, names, faults)


def _names(source: Source, addresses: Iterable[Address]) -> frozenset[str]:
    """The names of the entries at the addresses; of a section, all that it holds; of a phase, all that it changes."""
    found: set[str] = set()
    for at in addresses:
        inside: object = source.tree
        for step in (*at, "changes") if at[:1] == ("phases",) else at:
            inside = inside.get(step) if isinstance(inside, dict) else None
        inside = inside if isinstance(inside, dict) else {}
        sections = inside.values() if at[:1] == ("phases",) else [inside] if len(at) == 1 else []
        found.update(name for entries in sections if isinstance(entries, dict) for name in entries)
        found.update(str(step) for step in at[1:])
    return frozenset(found)


def _patches(source: Source, faulty: Iterable[Address]) -> Iterator[Address]:
    """Where the phases change the entries at the addresses."""
    part = subtree(source, ("phases",))
    for phase in part.tree if part is not None and isinstance(part.tree, dict) else ():
        yield from (("phases", phase, "changes", *at) for at in faulty)


def _found(state: _Sound) -> tuple[Diagnostic, ...]:
    """What the checks find in the sound part; no warnings where a part is missing, for they may follow from that."""
    found = check(state.program, state.source, state.names)
    partial = state.left_out or any(d.code == "LX301" for d in found)
    return tuple(d for d in found if not partial or d.severity is Severity.ERROR)


def _extended(path: Path | str, seen: tuple[str, ...]) -> _Written:
    """The file laid over the one it extends, and both files' hashes."""
    repeated: list[Diagnostic] = []
    source = read(path, repeated)
    real = os.path.realpath(path)
    text = "".join(source.texts[os.fspath(path)])
    files = ((Path(path).name, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()),)
    tree = source.tree
    if not isinstance(tree, dict):
        raise InvalidInput([source.fault("LX203", "the file is not a program", (),
                                         expected="sections such as `program:`, `parties:`, `flows:`")])
    base = tree.get("extends")
    removes = _words(source, ("removes",))
    if base is None:
        rest, faults = _removed(source, removes, (*_SECTIONS, "phases"))
        return _Written(rest, files, (*repeated, *faults))
    if not isinstance(base, str) or not base or "\x00" in base:
        raise InvalidInput([source.fault("LX203", "`extends` must name a file", ("extends",),
                                         expected="a path, relative to this file")])
    target = Path(path).parent / base
    if os.path.realpath(target) in (*seen, real):
        raise InvalidInput([source.fault("LX111", f"`{base}` leads back to this file", ("extends",),
                                         expected="a file that does not extend this one")])
    try:
        below = _extended(target, (*seen, real))
    except InvalidInput as error:
        if len(error.diagnostics) == 1 and error.diagnostics[0].code == "LX101":
            names = [os.path.join(os.path.dirname(base), f.name) for f in target.parent.glob("*.y*ml")]
            raise InvalidInput([source.fault("LX101", f"cannot read `{base}`, which this file extends", ("extends",),
                                             expected="a readable file, relative to this one",
                                             near=nearest(base, names))]) from None
        raise
    merged = overlay(below.source, source, drop=frozenset({"extends", "removes"}))
    rest, faults = _removed(merged, removes, (*_SECTIONS, "phases"), said_in=source)
    return _Written(rest, files + below.files, (*below.faults, *repeated, *faults))


def _words(source: Source, address: Address) -> list[tuple[str, Address]]:
    """The words of a list with their addresses; what is not a word is left to validation."""
    part = subtree(source, address)
    if part is None:
        return []
    items = part.tree if isinstance(part.tree, list) else [part.tree]
    steps = [(*address, i) for i in range(len(items))] if isinstance(part.tree, list) else [address]
    return [(w, a) for w, a in zip(items, steps, strict=True) if isinstance(w, str)]


def _removed(
    source: Source, words: list[tuple[str, Address]], sections: Collection[str], *, said_in: Source | None = None,
    left_out: Collection[Address] = (),
) -> tuple[Source, tuple[Diagnostic, ...]]:
    """The document less the entries named as ``section.entry``; words that name none are faults."""
    faults = []
    found = []
    tree = source.tree if isinstance(source.tree, dict) else {}
    for word, address in words:
        head, _, entry = word.partition(".")
        section = tree.get(head) if head in sections else None
        entries: Mapping[str, object] = section if isinstance(section, dict) else {}
        if entry in entries:
            found.append((head, entry))
        elif (head, entry) not in left_out:
            named = {s: inside for s in sections if isinstance(inside := tree.get(s), dict)}
            near = nearest(word, [f"{s}.{e}" for s, inside in named.items() for e in inside])
            faults.append((said_in or source).fault("LX301", f"`{word}` names no entry to remove", address,
                                                    expected="`section.entry`, such as `flows.capture`", near=near))
    return without(source, found), tuple(faults)


def _misplaced(program: Program, source: Source) -> Iterator[tuple[Address, list[Diagnostic]]]:
    """The phases that end before they start, or change what is no section; each address with its faults."""
    for name, phase in program.phases.items():
        at: Address = ("phases", name)
        faults = [
            source.fault("LX201", f"`{key}` is not a section that a phase can change", (*at, "changes", key), key=True,
                         expected=", ".join(f"`{s}`" for s in sorted(_SECTIONS)), near=nearest(key, _SECTIONS))
            for key in phase.changes if key not in _SECTIONS
        ]
        if phase.end and phase.end < phase.start:
            faults.append(source.fault("LX303", f"the phase `{name}` ends before it starts", (*at, "to"),
                                       expected=f"a day from {phase.start} on"))
        if faults:
            yield at, faults


def _ordered(program: Program) -> list[tuple[str, Phase]]:
    return sorted(program.phases.items(), key=lambda item: item[1].start)


def phases_up_to(program: Program, name: str | None) -> tuple[str, ...]:
    """The phases that make up the state named: those that start before it, in order, and itself; none for no phase."""
    if name is None:
        return ()
    last = program.phases[name].start
    return tuple(other for other, phase in _ordered(program) if other == name or phase.start < last)


def _choose(program: Program, wanted: str | None, day: dt.date) -> str | None:
    if wanted == BASE:
        return None
    if wanted is not None:
        if wanted not in program.phases:
            known = [BASE, *program.phases]
            raise InvalidInput([Diagnostic("LX305", f"the program has no phase `{wanted}`", None, "",
                                           ", ".join(f"`{k}`" for k in known), nearest(wanted, known))])
        return wanted
    current = None
    for name, phase in _ordered(program):
        if phase.start <= day and (phase.end is None or day <= phase.end):
            current = name
    return current


def _in_phase(base: _Sound, name: str | None) -> _Sound:
    """The program with the named phase and all that start before it laid over it, in order."""
    if name is None:
        return base
    source, faults = base.source, base.faults
    for other in phases_up_to(base.program, name):
        at: Address = ("phases", other)
        changes = subtree(base.source, (*at, "changes"))
        if changes is not None and isinstance(changes.tree, dict):
            source = overlay(source, changes)
        source, wrong = _removed(source, _words(base.source, (*at, "removes")), _SECTIONS, left_out=base.left_out)
        faults += wrong
    return _sound(_Written(source, (), faults), base)
