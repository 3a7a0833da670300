"""Finding and reading packs: built-in ones, user folders, and those that other distributions ship.

A pack is data. Nothing of another distribution is imported: its entry point only names a package and a folder in it.
"""

import datetime as dt
import hashlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from lexposure.law.conditions import ALWAYS, Compiler, Condition
from lexposure.law.judgement import (
    CompiledClause,
    CompiledFactor,
    CompiledLimb,
    CompiledMethod,
    CompiledWeight,
    Rule,
    in_force,
)
from lexposure.law.model import Authorities, Clause, Family, Forum, Method, Pack, Part, Provision
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest
from lexposure.reading.source import Address, Source, graft, overlay, parse, read_text, subtree, without
from lexposure.reading.typed import validate
from lexposure.vocabulary import Kind, labels
from lexposure.vocabulary.facts import Unit

ENTRY_POINTS = "lexposure.packs"
_CASES = ".cases.yaml"
_PART = ".provisions.yaml"
_METHOD = ".method.yaml"
_FAMILY = ".family.yaml"
_FORUMS = "authority.yaml"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a pack was found, and what it is: a hash of its text, so that a memo can be reproduced."""

    id: str
    jurisdiction: str
    title: str
    file: str
    origin: str
    sha256: str
    checked: dt.date


@dataclass(frozen=True)
class Law:
    """Everything that the packs say. Rules are in the order of their jurisdictions, instruments and provisions."""

    rules: tuple[Rule, ...] = field(repr=False)
    forums: Mapping[str, tuple[str, Forum]] = field(repr=False)
    methods: Mapping[str, CompiledMethod] = field(repr=False)
    packs: tuple[Origin, ...] = field(repr=False)
    cases: Mapping[str, tuple[str, ...]] = field(repr=False)
    sources: Mapping[str, Source] = field(repr=False)
    not_covered: Mapping[str, tuple[str, ...]] = field(repr=False)
    family_cases: Mapping[str, tuple[str, ...]] = field(repr=False)

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """The rules by their provision's id."""
        return {r.id: r for r in self.rules}

    def rule(self, name: str) -> Rule:
        """The rule with that id. Raises InvalidInput naming the nearest."""
        if name not in self.by_id:
            raise InvalidInput([Diagnostic("LX403", f"the packs have no provision `{name}`", None, "",
                                           "a provision's id (see `lexposure law list`)",
                                           nearest(name, self.by_id))])
        return self.by_id[name]

    @cached_property
    def presupposed(self) -> Mapping[str, tuple[str, ...]]:
        """See presupposed."""
        return presupposed(self.rules)

    def forum_for(self, place: str, instrument: str, *, court: bool = False) -> tuple[str, Forum] | None:
        """The authority of a place (or, if asked for, its court) that is competent for an instrument, with its id."""
        for name, (jurisdiction, forum) in self.forums.items():
            if jurisdiction == place and instrument in forum.competent_for and (forum.kind == "court") is court:
                return name, forum
        return None

    def in_force(self, day: dt.date) -> tuple[Rule, ...]:
        """The rules that are law on the day."""
        return tuple(r for r in self.rules if in_force(r.in_force, day))


def built_in() -> Path:
    """The folder of the packs that come with lexposure: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_jurisdictions"
    return inside if inside.is_dir() else package.parent / "jurisdictions"


def _roots(extra: Iterable[Path | str]) -> Iterator[tuple[str, Path]]:
    yield "built in", built_in()
    for entry in sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda e: (e.value, e.name)):
        module, _, folder = entry.value.partition(":")
        spec = importlib.util.find_spec(module) if module and "." not in module else None
        places = [Path(p) / folder for p in (spec.submodule_search_locations or ()) if folder] if spec else []
        found = [place for place in places if place.is_dir()]
        if not found:
            raise InvalidInput([Diagnostic("LX407", f"the entry point `{entry.value}` leads to no folder of packs",
                                           None, "", "a top-level package and a folder in it, as in "
                                           "`my_packs:jurisdictions`")])
        for place in found:
            yield f"package {module}", place
    for path in extra:
        if not Path(path).is_dir():
            raise InvalidInput([Diagnostic("LX101", f"cannot read the packs in {os.fspath(path)}: no such folder",
                                           None, "", "a folder with one folder per jurisdiction code")])
        yield f"folder {os.fspath(path)}", Path(path)


def _folders(root: Path, faults: list[Diagnostic]) -> list[Path]:
    """The jurisdictions' folders; what looks like a pack and would never be read is a fault."""
    shown = os.path.relpath(root)
    try:
        folders = sorted(p for p in root.iterdir() if p.is_dir())
        files = sorted([*root.glob("*.yaml"), *root.glob("*.yml"), *root.glob("*/*.yml")])
        packs = any(p for folder in folders for p in folder.glob("*.yaml"))
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        faults.append(Diagnostic("LX101", f"cannot read the packs in {shown}: {reason}", None, "", "a readable folder"))
        return []
    if not packs:
        faults.append(Diagnostic("LX407", f"there are no packs in {shown}", None, "",
                                 "one folder per jurisdiction code in it, such as `us-ny/my-statute.yaml`"))
    faults.extend(Diagnostic("LX407", f"{os.path.relpath(path)} would not be read", None, "",
                             "a file that ends in `.yaml`, in the folder of its jurisdiction") for path in files)
    for ending in (_CASES, _PART):
        for path in sorted(p for folder in folders for p in folder.glob(f"*{ending}")):
            if not any((path.parent / f"{stem}.yaml").is_file() for stem in _stems(path, ending)):
                near = nearest(path.name, [f"{p.stem}{ending}" for p in path.parent.glob("*.yaml")
                                           if not p.name.endswith((_CASES, _PART, _METHOD))])
                faults.append(Diagnostic("LX407", f"{os.path.relpath(path)} belongs to no pack beside it", None, "",
                                         f"`<instrument>{ending}`, or `<instrument>.<part>{ending}`", near))
    return folders


def _stems(path: Path, ending: str) -> list[str]:
    """The names of the packs that a file may belong to: its own name, less none, one or more of its parts."""
    parts = path.name.removesuffix(ending).split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)]


@dataclass
class _Shelf:
    """What has been read so far, and every fault of it."""

    rules: dict[str, Rule] = field(default_factory=dict)
    forums: dict[str, tuple[str, Forum]] = field(default_factory=dict)
    not_covered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    methods: dict[str, CompiledMethod] = field(default_factory=dict)
    families: dict[str, tuple[Source, Path]] = field(default_factory=dict)
    packs: dict[str, Origin] = field(default_factory=dict)
    cases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    family_cases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    faults: list[Diagnostic] = field(default_factory=list)

    def read(self, path: Path, shown: str) -> Source:
        """A file's tree; kept, so that later faults can point into it."""
        self.sources[shown] = source = parse(read_text(path, shown), shown)
        return source


def load(extra: Iterable[Path | str] = (), *, only: Iterable[str] | None = None) -> Law:
    """Read every pack. Raises InvalidInput with every fault of every pack.

    ``extra`` are user folders; ``only`` restricts the instruments to those ids (for the tests of one pack). The same
    files, unchanged, give the same value again without being read twice in a process.
    """
    roots = tuple(_roots(extra))
    stamps = tuple(_stamp(path) for _, root in roots for path in sorted((*root.glob("*"), *root.glob("*/*"))))
    return _load(roots, None if only is None else frozenset(only), stamps, os.getcwd())


def _stamp(path: Path) -> tuple[str, int, int]:
    """What changes when a file does; what cannot be looked at is told when it is read."""
    try:
        state = path.stat()
    except OSError:
        return os.fspath(path), 0, 0
    return os.fspath(path), state.st_mtime_ns, state.st_size


@lru_cache(maxsize=8)
def _load(
    roots: tuple[tuple[str, Path], ...], kept: frozenset[str] | None, stamps: tuple[tuple[str, int, int], ...], here: str
) -> Law:
    """See load; ``stamps`` and ``here`` tell whether files, or the way in which they are named, have changed."""
    shelf = _Shelf()
    for origin, root in roots:
        files = [path for folder in _folders(root, shelf.faults) for path in sorted(folder.glob("*.yaml"))]
        # Families come first: packs of any folder build on them.
        for path in sorted(files, key=lambda p: not p.name.endswith(_FAMILY)):
            wanted = (kept is None or path.name == _FORUMS or path.name.endswith((_METHOD, _FAMILY))
                      or path.stem in kept)
            if path.name.endswith((_CASES, _PART)) or not wanted:
                continue
            try:
                _add(path, origin, shelf)
            except InvalidInput as error:
                shelf.faults.extend(error.diagnostics)
    shelf.faults.extend(_dangling(shelf, complete=kept is None))
    if shelf.faults:
        raise InvalidInput(shelf.faults)
    order = {code: i for i, code in enumerate(("EU", "EEA"))}
    ranked = sorted(shelf.rules.values(), key=lambda r: (order.get(r.instrument.jurisdiction, 2),
                                                         r.instrument.jurisdiction, r.instrument.id))
    return Law(tuple(ranked), shelf.forums, shelf.methods, tuple(shelf.packs.values()), shelf.cases, shelf.sources,
               shelf.not_covered, shelf.family_cases)


def _add(path: Path, origin: str, shelf: _Shelf) -> None:
    """Read one file onto the shelf. Raises InvalidInput where it cannot be read."""
    folder = path.parent.name
    shown = os.path.relpath(path) if origin != "built in" else f"{folder}/{path.name}"
    source = shelf.read(path, shown)
    if path.name == _FORUMS:
        _add_forums(source, folder, shelf)
    elif path.name.endswith(_METHOD):
        method = validate(Method, source)
        if method.id in shelf.methods:
            shelf.faults.append(source.fault("LX404", f"the method `{method.id}` is already in another pack", ("id",),
                                             expected="an id of its own"))
        shelf.methods.setdefault(method.id, _method(method, _File(source, shown, {}, shelf.faults)))
    elif path.name.endswith(_FAMILY):
        family = validate(Family, source)
        if family.id in shelf.families:
            shelf.faults.append(source.fault("LX404", f"the family `{family.id}` is already in another pack", ("id",),
                                             expected="an id of its own"))
        shelf.families.setdefault(family.id, (source, path))
    else:
        shelf.sources[shown] = whole = _built(source, shelf)
        _add_pack(validate(Pack, whole), whole, path, shown, origin, shelf)


def _built(source: Source, shelf: _Shelf) -> Source:
    """A pack with what its family says of the provisions that it takes up; each place stays that of the file it is in."""
    tree = source.tree
    name = tree.get("builds_on") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(name, str):
        return source
    if name not in shelf.families:
        raise InvalidInput([source.fault("LX403", f"`{name}` is not a family of any pack", ("builds_on",),
                                         expected="the id of a .family.yaml", near=nearest(name, shelf.families))])
    family = shelf.families[name][0]
    provisions = tree.get("provisions")
    parts: dict[Address, Source] = {}
    for key, stated in provisions.items() if isinstance(provisions, dict) else ():
        at: Address = ("provisions", key)
        draft = stated.get("from") if isinstance(stated, dict) else None
        if draft is None:
            continue
        below = subtree(family, ("provisions", draft)) if isinstance(draft, str) else None
        above = subtree(source, at)
        if below is None or above is None:
            drafts = subtree(family, ("provisions",))
            near = nearest(str(draft), drafts.tree if drafts is not None and isinstance(drafts.tree, dict) else ())
            shelf.faults.append(source.fault("LX403", f"`{draft}` is not a provision of the family `{name}`", (*at, "from"),
                                             expected="a provision of the family", near=near))
            continue
        parts[at] = overlay(below, _by_id(below, above, at, source, shelf.faults))
    shared, own = subtree(family, ("definitions",)), subtree(source, ("definitions",))
    if shared is not None:
        # A definition is replaced whole: what remained of the family's would say something that nobody wrote.
        stated = own.tree if own is not None and isinstance(own.tree, dict) else {}
        kept = without(shared, [(k,) for k in stated])
        parts["definitions",] = kept if own is None else overlay(kept, own)
    return graft(source, parts)


def _by_id(below: Source, above: Source, at: Address, pack: Source, faults: list[Diagnostic]) -> Source:
    """A provision whose elements and exceptions are stated by id, with the draft's lists so changed.

    `exceptions: {provider: {cite: § 5704(1)}, consent: none}` lays a mapping over the draft's entry of that id, and leaves
    another one out. What is no entry of the draft is a fault.
    """
    listed: dict[Address, Source] = {}
    for key in ("elements", "exceptions"):
        stated = above.tree.get(key) if isinstance(above.tree, dict) else None
        drafted = subtree(below, (key,))
        if not isinstance(stated, dict) or drafted is None or not isinstance(drafted.tree, list):
            continue
        ids = [entry.get("id") if isinstance(entry, dict) else None for entry in drafted.tree]
        faults.extend(pack.fault("LX403", f"`{name}` is no entry of the draft's {key}", (*at, key, name), key=True,
                                 expected=", ".join(f"`{i}`" for i in ids), near=nearest(name, [str(i) for i in ids]))
                      for name in stated if name not in ids)
        kept: list[Source] = []
        for index, name in enumerate(ids):
            entry = subtree(drafted, (index,))
            change = subtree(above, (key, str(name)))
            if entry is not None and stated.get(str(name), {}) != "none":
                kept.append(overlay(entry, change) if change is not None else entry)
        listed[key,] = _as_list(kept, drafted)
    return graft(above, listed) if listed else above


def _as_list(entries: list[Source], drafted: Source) -> Source:
    """Documents as the entries of one list; each place stays that of the file it is in."""
    values = {(i, *path): span for i, entry in enumerate(entries) for path, span in entry.values.items()}
    keys = {(i, *path): span for i, entry in enumerate(entries) for path, span in entry.keys.items()}
    texts = {name: lines for entry in (drafted, *entries) for name, lines in entry.texts.items()}
    return Source([entry.tree for entry in entries], {(): drafted.values[()], **values}, keys, texts)


def _add_pack(pack: Pack, source: Source, path: Path, shown: str, origin: str, shelf: _Shelf) -> None:
    name, faults = pack.instrument.id, shelf.faults
    _check_place(pack.instrument.jurisdiction, path.parent.name, source, ("instrument", "jurisdiction"), faults)
    if name in shelf.packs:
        known = shelf.packs[name]
        faults.append(source.fault("LX404", f"the instrument `{name}` is already in {known.file} ({known.origin})",
                                   ("instrument", "id"),
                                   expected="an id of its own; a pack never replaces another silently"))
        return
    before = len(faults)
    file = _File(source, shown, pack.definitions, faults)
    file.check_definitions(pack.definitions)
    limbs = _limbs(pack, file)
    rules = list(_rules(pack, pack.provisions, limbs, file, file))
    texts = [line for file_ in source.texts.values() for line in file_]
    # What is wrong with the shared definitions is told once, where it stands.
    for index, word in enumerate(pack.parts if len(faults) == before else ()):
        beside = path.with_name(f"{path.stem}.{word}{_PART}")
        if not beside.is_file():
            faults.append(source.fault("LX407", f"there is no {beside.name} beside the pack", ("parts", index),
                                       expected=f"`{path.stem}.<part>{_PART}` for each part"))
            continue
        shown_part = shown.removesuffix(path.name) + beside.name
        part_source = shelf.read(beside, shown_part)
        texts += part_source.texts[shown_part]
        rules += _part_rules(pack, validate(Part, part_source), limbs, part_source, shown_part, file)
    listed = {f"{path.stem}.{word}{_PART}" for word in pack.parts}
    faults.extend(Diagnostic("LX407", f"{os.path.relpath(p)} would not be read", None, "",
                             f"its name among the `parts` of {path.name}")
                  for p in _beside(path, _PART) if p.name not in listed)
    digest = hashlib.sha256("".join(texts).encode()).hexdigest()
    shelf.packs[name] = Origin(name, pack.instrument.jurisdiction, pack.instrument.title, shown, origin, digest,
                               pack.instrument.checked)
    shelf.cases[name] = tuple(os.fspath(p) for p in _beside(path, _CASES))
    if pack.builds_on:
        shelf.family_cases[name] = tuple(os.fspath(p) for p in _beside(shelf.families[pack.builds_on][1], _CASES))
    for rule in rules:
        if rule.id in shelf.rules:
            faults.append(shelf.sources[rule.file].fault(
                "LX404", f"the provision `{rule.id}` is already in {shelf.rules[rule.id].file}",
                ("provisions", rule.id), key=True, expected="an id of its own"))
        shelf.rules.setdefault(rule.id, rule)


def _beside(path: Path, ending: str) -> list[Path]:
    """The files beside a pack's that begin with its name and end so."""
    return sorted(p for p in path.parent.iterdir() if p.name.startswith(f"{path.stem}.") and p.name.endswith(ending))


def _part_rules(
    pack: Pack, part: Part, limbs: tuple[CompiledLimb, ...], source: Source, shown: str, main: "_File"
) -> Iterator[Rule]:
    faults = main.faults
    if part.instrument != pack.instrument.id:
        faults.append(source.fault("LX403", f"the part is of `{part.instrument}`", ("instrument",),
                                   expected=f"`{pack.instrument.id}`"))
    faults.extend(source.fault("LX404", f"`{name}` is already defined in the instrument's own file",
                               ("definitions", name), key=True, expected="a name of its own")
                  for name in part.definitions if name in pack.definitions)
    file = _File(source, shown, {**pack.definitions, **part.definitions}, faults)
    file.check_definitions(part.definitions)
    yield from _rules(pack, part.provisions, limbs, file, main)


def _check_place(code: str, folder: str, source: Source, at: Address, faults: list[Diagnostic]) -> None:
    if folder != code.lower():
        near = nearest(folder.upper(), labels(Kind.PLACE))
        faults.append(source.fault("LX407", f"the pack is of `{code}` and stands in the folder `{folder}`", at,
                                   expected=f"the folder `{code.lower()}`", near=near))


def _add_forums(source: Source, folder: str, shelf: _Shelf) -> None:
    listed, forums = validate(Authorities, source), shelf.forums
    _check_place(listed.jurisdiction, folder, source, ("jurisdiction",), shelf.faults)
    shelf.not_covered[listed.jurisdiction] = (*shelf.not_covered.get(listed.jurisdiction, ()), *listed.not_covered)
    for name, forum in listed.forums.items():
        if name in forums:
            shelf.faults.append(source.fault("LX404", f"the forum `{name}` is already listed for `{forums[name][0]}`",
                                             ("forums", name), key=True, expected="an id of its own"))
        else:
            forums[name] = (listed.jurisdiction, forum)


@dataclass(frozen=True, slots=True)
class _File:
    """A file of an instrument while it is compiled; ``named`` are the definitions that its conditions may use."""

    source: Source
    shown: str
    named: Mapping[str, object]
    faults: list[Diagnostic]

    def condition(self, unit: Unit, at: Address) -> Condition:
        """The condition written at an address."""
        found: object = self.source.tree
        for step in at:
            found = found[step]  # type: ignore[index]
        return Compiler(self.source, unit, self.named, ("definitions",), self.faults).compile(found, at)

    def check_definitions(self, own: Iterable[str]) -> None:
        """Compile the file's own definitions, used or not."""
        for name in own:
            self.condition(Unit.INCIDENT, ("definitions", name))


def _method(method: Method, file: _File) -> CompiledMethod:
    def asked(*at: str | int) -> Condition:
        return file.condition(Unit.INCIDENT, at)

    return CompiledMethod(
        method,
        tuple(CompiledWeight(w, asked("weighing", i, "medium") if w.medium else None,
                             asked("weighing", i, "high") if w.high else None) for i, w in enumerate(method.weighing)),
        tuple(CompiledFactor(f, asked("factors", i, "when")) for i, f in enumerate(method.factors)),
    )


def _limbs(pack: Pack, file: _File) -> tuple[CompiledLimb, ...]:
    seen: set[str] = set()
    made = []
    for i, limb in enumerate(pack.applies):
        condition = file.condition(Unit.OPERATION, ("applies", i, "when"))
        made.append(CompiledLimb(limb, condition, _reads(condition)))
        if limb.id in seen:
            file.faults.append(file.source.fault("LX104", f"`{limb.id}` names two limbs", ("applies", i, "id"),
                                                 expected="a name of its own for each"))
        seen.add(limb.id)
    return tuple(made)


def _rules(
    pack: Pack, provisions: Mapping[str, Provision], limbs: tuple[CompiledLimb, ...], file: _File, main: _File
) -> Iterator[Rule]:
    """The rules of an instrument's file, or of one of its parts."""
    reach = frozenset[str]().union(*(limb.reads for limb in limbs))
    common = _clauses(pack.exceptions, Unit.OPERATION, ("exceptions",), main, common=True)
    for name, stated in provisions.items():
        provision = stated if stated.remedies else stated.model_copy(update={"remedies": pack.remedies})
        at: Address = ("provisions", name)
        unit = provision.unit
        scope = file.condition(unit, (*at, "scope")) if provision.scope else ALWAYS
        yield Rule(
            name, provision, pack.instrument, pack.tiers, limbs, scope, _reads(scope) | reach,
            _clauses(provision.elements, unit, (*at, "elements"), file),
            (*_clauses(provision.exceptions, unit, (*at, "exceptions"), file), *common), file.shown,
        )
        _check_tiers(pack, provision, file.source, at, file.faults)
        if provision.origin and (pack.builds_on is None or file is not main):
            file.faults.append(file.source.fault(
                "LX403", "there is no family to take this from", (*at, "from"), key=True,
                expected="`builds_on:` in the instrument's own file, and the provision there"))


def _reads(condition: Condition) -> frozenset[str]:
    return frozenset(test.fact.id for test in condition.leaves())


def _clauses(
    clauses: tuple[Clause, ...], unit: Unit, at: Address, file: _File, *, common: bool = False
) -> tuple[CompiledClause, ...]:
    return tuple(
        CompiledClause(clause, made, _reads(made), common) for i, clause in enumerate(clauses)
        for made in (file.condition(unit, (*at, i, "when")),)
    )


def _check_tiers(pack: Pack, provision: Provision, source: Source, at: Address, faults: list[Diagnostic]) -> None:
    for i, remedy in enumerate(provision.remedies):
        if remedy.tier is not None and remedy.tier not in pack.tiers:
            faults.append(source.fault("LX403", f"`{remedy.tier}` is not a tier of this pack",
                                       (*at, "remedies", i, "tier"), expected="an entry of `tiers`",
                                       near=nearest(remedy.tier, pack.tiers)))


#: A remedy before the supervisory authority that is competent where the people or the controller are.
COMPETENT = "competent-authority"
#: A remedy before the court of the place where the people live or the controller is established.
COMPETENT_COURT = "competent-court"


def _dangling(shelf: _Shelf, *, complete: bool) -> Iterator[Diagnostic]:
    """Relations, forums and methods that name nothing in any pack."""
    rules, methods, forums = shelf.rules, shelf.methods, shelf.forums
    for rule in {r.instrument.id: r for r in rules.values()}.values():
        file = shelf.packs[rule.instrument.id].file
        for name, tier in rule.tiers.items():
            if tier.method is not None and tier.method not in methods:
                yield shelf.sources[file].fault("LX403", f"`{tier.method}` is not a method of any pack",
                                                ("tiers", name, "method"), expected="the id of a .method.yaml",
                                                near=nearest(tier.method, methods))
    for rule in rules.values():
        source = shelf.sources[rule.file]
        at: Address = ("provisions", rule.id)
        for i, remedy in enumerate(rule.provision.remedies):
            if remedy.forum not in (COMPETENT, COMPETENT_COURT) and remedy.forum not in forums:
                yield source.fault("LX403", f"`{remedy.forum}` is not a forum of any pack", (*at, "remedies", i, "forum"),
                                   expected=f"`{COMPETENT}`, `{COMPETENT_COURT}`, or an entry of an authority.yaml",
                                   near=nearest(remedy.forum, [COMPETENT, COMPETENT_COURT, *forums]))
        for i, relation in enumerate(rule.provision.relations):
            known = {*rules, *shelf.packs} if relation.kind == "presupposes" else set(rules)
            if complete and relation.to not in known:
                yield source.fault("LX403", f"`{relation.to}` is not a provision of any pack",
                                   (*at, "relations", i, "to"), expected="a provision's id",
                                   near=nearest(relation.to, known))
    try:
        tuple(TopologicalSorter(presupposed(rules.values())).static_order())
    except CycleError as error:
        first = rules[error.args[1][0]]
        yield shelf.sources[first.file].fault(
            "LX403", f"provisions presuppose each other: {' -> '.join(error.args[1])}", ("provisions", first.id), key=True,
            expected="a provision that stands without the others")


def presupposed(rules: Iterable[Rule]) -> Mapping[str, tuple[str, ...]]:
    """For each rule that presupposes others, the ids of those of which at least one has to fire.

    An instrument stands for all of its provisions that presuppose nothing themselves.
    """
    every = tuple(rules)
    known = {r.id for r in every}
    named = {r.id: r.provision.presupposes for r in every}
    plain: dict[str, list[str]] = {}
    for rule in every:
        if not named[rule.id]:
            plain.setdefault(rule.instrument.id, []).append(rule.id)
    return {
        name: tuple(dict.fromkeys(x for t in targets for x in ([t] if t in known else plain.get(t, ()))))
        for name, targets in named.items() if targets
    }
