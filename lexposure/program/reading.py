"""Reading a program file: variants laid over what they extend, the phase of the day applied, everything checked."""

import datetime as dt
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lexposure.program.checks import check
from lexposure.program.model import Phase, Program
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, Severity, in_reading_order, nearest
from lexposure.reading.source import Address, Source, overlay, read, subtree, without
from lexposure.reading.typed import validate

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
    source, files = _extended(path, ())
    program = validate(Program, source)
    _phases_in_order(program, source)
    day = as_of or program.program.as_of
    name = _choose(program, phase, day)
    if phase not in (None, BASE) and name and as_of is None:
        chosen = program.phases[name]
        day = max(chosen.start, min(day, chosen.end or day))
    applied = _apply(program, source, name)
    if applied is not source:
        program, source = validate(Program, applied), applied
    faults = in_reading_order(check(program, source))
    if any(d.severity is Severity.ERROR for d in faults):
        raise InvalidInput(faults)
    return Reading(program, source, day, name, files, faults)


def _extended(path: Path | str, seen: tuple[str, ...]) -> tuple[Source, tuple[tuple[str, str], ...]]:
    """The file laid over the one it extends, and both files' hashes."""
    source = read(path)
    real = os.path.realpath(path)
    text = "\n".join(source.texts[os.fspath(path)])
    files = ((Path(path).name, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()),)
    tree = source.tree
    if not isinstance(tree, dict):
        raise InvalidInput([source.fault("LX203", "the file is not a program", (),
                                         expected="sections such as `program:`, `parties:`, `flows:`")])
    base = tree.get("extends")
    if base is None:
        return _removed(source, _words(source, ("removes",))), files
    if not isinstance(base, str) or not base or "\x00" in base:
        raise InvalidInput([source.fault("LX203", "`extends` must name a file", ("extends",),
                                         expected="a path, relative to this file")])
    target = Path(path).parent / base
    if os.path.realpath(target) in (*seen, real):
        raise InvalidInput([source.fault("LX111", f"`{base}` leads back to this file", ("extends",),
                                         expected="a file that does not extend this one")])
    try:
        below, more = _extended(target, (*seen, real))
    except InvalidInput as error:
        if len(error.diagnostics) == 1 and error.diagnostics[0].code == "LX101":
            names = [f.name for f in Path(path).parent.glob("*.y*ml")]
            raise InvalidInput([source.fault("LX101", f"cannot read `{base}`, which this file extends", ("extends",),
                                             expected="a readable file, relative to this one",
                                             near=nearest(base, names))]) from None
        raise
    merged = overlay(below, source, drop=frozenset({"extends", "removes"}))
    removes = _words(source, ("removes",))
    return _removed(merged, removes, said_in=source), files + more


def _words(source: Source, address: Address) -> list[tuple[str, Address]]:
    """The words of a list with their addresses; what is not a word is left to validation."""
    part = subtree(source, address)
    if part is None:
        return []
    items = part.tree if isinstance(part.tree, list) else [part.tree]
    steps = [(*address, i) for i in range(len(items))] if isinstance(part.tree, list) else [address]
    return [(w, a) for w, a in zip(items, steps, strict=True) if isinstance(w, str)]


def _removed(source: Source, words: list[tuple[str, Address]], said_in: Source | None = None) -> Source:
    """The document less the entries named as ``section.entry``."""
    faults = []
    for word, address in words:
        head, _, entry = word.partition(".")
        part = subtree(source, (head,))
        entries: Mapping[str, object] = part.tree if part is not None and isinstance(part.tree, dict) else {}
        if entry not in entries or head not in _SECTIONS:
            near = nearest(word, [f"{head}.{e}" for e in entries] or [f"{s}." for s in sorted(_SECTIONS)])
            faults.append((said_in or source).fault("LX301", f"`{word}` names no entry to remove", address,
                                                    expected="`section.entry`, such as `flows.capture`", near=near))
        else:
            source = without(source, (head, entry))
    if faults:
        raise InvalidInput(faults)
    return source


def _phases_in_order(program: Program, source: Source) -> None:
    faults = []
    for name, phase in program.phases.items():
        at: Address = ("phases", name)
        if phase.end and phase.end < phase.start:
            faults.append(source.fault("LX303", f"the phase `{name}` ends before it starts", (*at, "to"),
                                       expected=f"a day from {phase.start} on"))
        for key in phase.changes:
            if key not in _SECTIONS:
                faults.append(source.fault("LX201", f"`{key}` is not a section that a phase can change",
                                           (*at, "changes", key), key=True,
                                           expected=", ".join(f"`{s}`" for s in sorted(_SECTIONS)),
                                           near=nearest(key, _SECTIONS)))
    if faults:
        raise InvalidInput(faults)


def _ordered(program: Program) -> list[tuple[str, Phase]]:
    return sorted(program.phases.items(), key=lambda item: item[1].start)


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
        if phase.start <= day:
            current = name
    return current


def _apply(program: Program, source: Source, name: str | None) -> Source:
    """The document with the named phase and all that start before it laid over it, in order."""
    if name is None:
        return source
    last = program.phases[name].start
    for other, phase in _ordered(program):
        if (phase.start, other == name) > (last, True) or (phase.start == last and other != name):
            continue
        at: Address = ("phases", other)
        changes = subtree(source, (*at, "changes"))
        if changes is not None and isinstance(changes.tree, dict):
            source = overlay(source, changes)
        source = _removed(source, _words(source, (*at, "removes")))
        if other == name:
            break
    return source
