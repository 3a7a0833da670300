"""Finding and reading packs: built-in ones, user folders, and those that other distributions ship.

A pack is data. Nothing of another distribution is imported: its entry point only names a package and a folder in it.
"""

import datetime as dt
import hashlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lexposure.law.conditions import ALWAYS, Compiler, Condition
from lexposure.law.judgement import CompiledClause, CompiledLimb, Rule, in_force
from lexposure.law.model import Authorities, Clause, Forum, Limb, Method, Pack, Provision
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest
from lexposure.reading.source import Address, Source, parse, read_text
from lexposure.reading.typed import validate
from lexposure.vocabulary import Kind, labels
from lexposure.vocabulary.facts import Unit

ENTRY_POINTS = "lexposure.packs"
_CASES = ".cases.yaml"
_METHOD = ".method.yaml"
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
    methods: Mapping[str, Method] = field(repr=False)
    packs: tuple[Origin, ...] = field(repr=False)
    cases: Mapping[str, tuple[str, ...]] = field(repr=False)
    sources: Mapping[str, Source] = field(repr=False)

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

    def forum_for(self, place: str, instrument: str) -> tuple[str, Forum] | None:
        """The authority of a place that is competent for an instrument, with its id."""
        for name, (jurisdiction, forum) in self.forums.items():
            if jurisdiction == place and instrument in forum.competent_for:
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
    for path in sorted(p for folder in folders for p in folder.glob(f"*{_CASES}")):
        if not any((path.parent / f"{stem}.yaml").is_file() for stem in _stems(path)):
            near = nearest(path.name, [f"{p.stem}{_CASES}" for p in path.parent.glob("*.yaml")])
            faults.append(Diagnostic("LX407", f"{os.path.relpath(path)} belongs to no pack beside it", None, "",
                                     f"`<instrument>{_CASES}`, or `<instrument>.<part>{_CASES}`", near))
    return folders


def _stems(cases: Path) -> list[str]:
    """The names of the packs that a cases file may belong to: its own name, less none, one or more of its parts."""
    parts = cases.name.removesuffix(_CASES).split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)]


def load(extra: Iterable[Path | str] = (), *, only: Iterable[str] | None = None) -> Law:
    """Read every pack. Raises InvalidInput with every fault of every pack.

    ``extra`` are user folders; ``only`` restricts the instruments to those ids (for the tests of one pack).
    """
    faults: list[Diagnostic] = []
    rules: dict[str, Rule] = {}
    forums: dict[str, tuple[str, Forum]] = {}
    methods: dict[str, Method] = {}
    packs: dict[str, Origin] = {}
    cases: dict[str, tuple[str, ...]] = {}
    sources: dict[str, Source] = {}
    kept = None if only is None else set(only)
    for origin, root in _roots(extra):
        for folder in _folders(root, faults):
            for path in sorted(folder.glob("*.yaml")):
                wanted = kept is None or path.name == _FORUMS or path.name.endswith(_METHOD) or path.stem in kept
                if path.name.endswith(_CASES) or not wanted:
                    continue
                try:
                    shown = os.path.relpath(path) if origin != "built in" else f"{folder.name}/{path.name}"
                    source = parse(read_text(path, shown), shown)
                    sources[shown] = source
                    if path.name == _FORUMS:
                        _add_forums(source, folder.name, forums, faults)
                        continue
                    if path.name.endswith(_METHOD):
                        method = validate(Method, source)
                        if method.id in methods:
                            faults.append(source.fault("LX404", f"the method `{method.id}` is already in another pack",
                                                       ("id",), expected="an id of its own"))
                        methods.setdefault(method.id, method)
                        continue
                    pack = validate(Pack, source)
                    _check_place(pack.instrument.jurisdiction, folder.name, source, ("instrument", "jurisdiction"),
                                 faults)
                    name = pack.instrument.id
                    if name in packs:
                        faults.append(source.fault("LX404", f"the instrument `{name}` is already in "
                                                   f"{packs[name].file} ({packs[name].origin})", ("instrument", "id"),
                                                   expected="an id of its own; a pack never replaces another silently"))
                        continue
                    digest = hashlib.sha256("".join(source.texts[shown]).encode()).hexdigest()
                    packs[name] = Origin(name, pack.instrument.jurisdiction, pack.instrument.title, shown, origin,
                                         digest, pack.instrument.checked)
                    cases[name] = tuple(
                        os.fspath(p) for p in sorted(folder.glob(f"{path.stem}.*yaml")) if p.name.endswith(_CASES)
                    )
                    for rule in _compile(pack, source, shown, faults):
                        if rule.id in rules:
                            faults.append(source.fault("LX404", f"the provision `{rule.id}` is already in "
                                                       f"{rules[rule.id].file}", ("provisions", rule.id), key=True,
                                                       expected="an id of its own"))
                        rules.setdefault(rule.id, rule)
                except InvalidInput as error:
                    faults.extend(error.diagnostics)
    faults.extend(_dangling(rules, forums, methods, sources, complete=kept is None))
    if faults:
        raise InvalidInput(faults)
    order = {code: i for i, code in enumerate(("EU", "EEA"))}
    ranked = sorted(rules.values(), key=lambda r: (order.get(r.instrument.jurisdiction, 2), r.instrument.jurisdiction,
                                                   r.instrument.id))
    return Law(tuple(ranked), forums, methods, tuple(packs.values()), cases, sources)


def _check_place(code: str, folder: str, source: Source, at: Address, faults: list[Diagnostic]) -> None:
    if folder != code.lower():
        near = nearest(folder.upper(), labels(Kind.PLACE))
        faults.append(source.fault("LX407", f"the pack is of `{code}` and stands in the folder `{folder}`", at,
                                   expected=f"the folder `{code.lower()}`", near=near))


def _add_forums(source: Source, folder: str, forums: dict[str, tuple[str, Forum]], faults: list[Diagnostic]) -> None:
    listed = validate(Authorities, source)
    _check_place(listed.jurisdiction, folder, source, ("jurisdiction",), faults)
    for name, forum in listed.forums.items():
        if name in forums:
            faults.append(source.fault("LX404", f"the forum `{name}` is already listed for `{forums[name][0]}`",
                                       ("forums", name), key=True, expected="an id of its own"))
        else:
            forums[name] = (listed.jurisdiction, forum)


def _compile(pack: Pack, source: Source, shown: str, faults: list[Diagnostic]) -> Iterator[Rule]:
    tree = source.tree
    definitions = tree.get("definitions") if isinstance(tree, dict) else None
    named = definitions if isinstance(definitions, dict) else {}

    def compiler(unit: Unit) -> Compiler:
        return Compiler(source, unit, named, ("definitions",), faults)

    def condition(unit: Unit, at: Address) -> Condition:
        found: object = tree
        for step in at:
            found = found[step]  # type: ignore[index]
        return compiler(unit).compile(found, at)

    for name in named:
        compiler(Unit.INCIDENT).compile(named[name], ("definitions", name))
    limbs = tuple(
        CompiledLimb(limb, made, _reads(made)) for i, limb in enumerate(pack.applies)
        for made in (condition(Unit.OPERATION, ("applies", i, "when")),)
    )
    _distinct(pack.applies, source, faults)
    for name, provision in pack.provisions.items():
        at: Address = ("provisions", name)
        unit = provision.unit
        scope = condition(unit, (*at, "scope")) if provision.scope else ALWAYS
        yield Rule(
            name, provision, pack.instrument, pack.tiers, limbs, scope,
            _reads(scope).union(*(limb.reads for limb in limbs)),
            _clauses(provision.elements, unit, (*at, "elements"), condition),
            _clauses(provision.exceptions, unit, (*at, "exceptions"), condition), shown,
        )
        _check_tiers(pack, provision, source, at, faults)


def _reads(condition: Condition) -> frozenset[str]:
    return frozenset(test.fact.id for test in condition.leaves())


def _clauses(
    clauses: tuple[Clause, ...], unit: Unit, at: Address, condition: Callable[[Unit, Address], Condition]
) -> tuple[CompiledClause, ...]:
    return tuple(
        CompiledClause(clause, made, _reads(made)) for i, clause in enumerate(clauses)
        for made in (condition(unit, (*at, i, "when")),)
    )


def _distinct(limbs: tuple[Limb, ...], source: Source, faults: list[Diagnostic]) -> None:
    seen: set[str] = set()
    for i, limb in enumerate(limbs):
        if limb.id in seen:
            faults.append(source.fault("LX104", f"`{limb.id}` names two limbs", ("applies", i, "id"),
                                       expected="a name of its own for each"))
        seen.add(limb.id)


def _check_tiers(pack: Pack, provision: Provision, source: Source, at: Address, faults: list[Diagnostic]) -> None:
    for i, remedy in enumerate(provision.remedies):
        if remedy.tier is not None and remedy.tier not in pack.tiers:
            faults.append(source.fault("LX403", f"`{remedy.tier}` is not a tier of this pack",
                                       (*at, "remedies", i, "tier"), expected="an entry of `tiers`",
                                       near=nearest(remedy.tier, pack.tiers)))


#: A remedy before the supervisory authority that is competent where the people or the controller are.
COMPETENT = "competent-authority"


def _dangling(
    rules: Mapping[str, Rule], forums: Mapping[str, tuple[str, Forum]], methods: Mapping[str, Method],
    sources: Mapping[str, Source], *, complete: bool,
) -> Iterator[Diagnostic]:
    """Relations, forums and methods that name nothing in any pack."""
    for rule in {r.file: r for r in rules.values()}.values():
        for name, tier in rule.tiers.items():
            if tier.method is not None and tier.method not in methods:
                yield sources[rule.file].fault("LX403", f"`{tier.method}` is not a method of any pack",
                                               ("tiers", name, "method"), expected="the id of a .method.yaml",
                                               near=nearest(tier.method, methods))
    for rule in rules.values():
        source = sources[rule.file]
        at: Address = ("provisions", rule.id)
        for i, remedy in enumerate(rule.provision.remedies):
            if remedy.forum != COMPETENT and remedy.forum not in forums:
                yield source.fault("LX403", f"`{remedy.forum}` is not a forum of any pack", (*at, "remedies", i, "forum"),
                                   expected=f"`{COMPETENT}`, or an entry of an authority.yaml",
                                   near=nearest(remedy.forum, [COMPETENT, *forums]))
        for i, relation in enumerate(rule.provision.relations):
            if complete and relation.to not in rules:
                yield source.fault("LX403", f"`{relation.to}` is not a provision of any pack",
                                   (*at, "relations", i, "to"), expected="a provision's id",
                                   near=nearest(relation.to, rules))


