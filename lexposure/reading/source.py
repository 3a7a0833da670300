"""YAML as text with positions: a small, hostile-input-proof reader over libyaml's events.

Every scalar stays text (``NO`` stays Norway, ``1798.100`` keeps its last zero); the typed models decide what a text
means. Anchors, aliases, tags, repeated keys, further documents, deep nesting and large files are refused.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from lexposure.reading.diagnostics import Diagnostic, InvalidInput, Place

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"
#: Where a value stands inside a document: mapping keys and list indices from the root.
Address: TypeAlias = "tuple[str | int, ...]"

MAX_BYTES = 5_000_000
MAX_DEPTH = 64
MAX_NODES = 1_000_000
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
#: What ends a line in YAML; all of them count in its line numbers.
_BREAKS = "\r\n\x85\u2028\u2029"
_LINE = re.compile(f"[^{_BREAKS}]*(?:\r\n|[{_BREAKS}]|$)")
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Span: TypeAlias = tuple[str, int, int, int]


@dataclass(frozen=True)
class Source:
    """A read document: its tree, and for each path the span of its value and (in mappings) of its key.

    ``texts`` holds each file's lines with their ends, so that joined they are the file's text.
    """

    tree: Tree
    values: Mapping[Address, Span] = field(repr=False)
    keys: Mapping[Address, Span] = field(repr=False)
    texts: Mapping[str, tuple[str, ...]] = field(repr=False)

    def place(self, path: Address, *, key: bool = False) -> Place | None:
        """The span of the value at ``path`` (or of its key), or of the nearest thing around it that is there."""
        for end in range(len(path), -1, -1):
            found = (self.keys.get(path[:end]) if key or end < len(path) else None) or self.values.get(path[:end])
            if found:
                return Place(*found)
        return next((Place(name, 1, 1, 2) for name in self.texts), None)

    def excerpt(self, place: Place | None) -> str:
        """The line of text that the place is on."""
        if place is None:
            return ""
        lines = self.texts.get(place.file, ())
        return lines[place.line - 1].rstrip(_BREAKS) if 0 < place.line <= len(lines) else ""

    def fault(
        self, code: str, message: str, path: Address, *, key: bool = False, expected: str = "", near: str = ""
    ) -> Diagnostic:
        """A diagnostic that points at ``path``."""
        place = self.place(path, key=key)
        return Diagnostic(code, message, place, self.excerpt(place), expected, near)


def read_text(path: Path | str, name: str | None = None) -> str:
    """The file's text; refuses what is missing, too large, not UTF-8 or holds control characters (InvalidInput)."""
    shown = name or os.fspath(path)
    here = Place(shown, 1, 1, 1)
    try:
        with open(path, "rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise InvalidInput([Diagnostic("LX101", f"cannot read {shown}: {reason}", here)]) from None
    except ValueError:
        raise InvalidInput([Diagnostic("LX101", f"cannot read {shown}: not a usable file name", None)]) from None
    if len(raw) > MAX_BYTES:
        raise InvalidInput([Diagnostic("LX108", "the file is too large", here, "", f"at most {MAX_BYTES:,} bytes")])
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = _lines(raw[: error.start].removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
        rest = _lines(raw[error.start :].decode("utf-8", "replace"))[0].rstrip(_BREAKS)
        column = len(before[-1]) + 1
        place = Place(shown, len(before), column, column + 1)
        raise InvalidInput(
            [Diagnostic("LX102", "the file is not UTF-8 text", place, before[-1] + rest, "UTF-8")]
        ) from None
    if bad := _CONTROL.search(text):
        before = _lines(text[: bad.start()])
        rest = _lines(text[bad.start() :])[0].rstrip(_BREAKS)
        column = len(before[-1]) + 1
        place = Place(shown, len(before), column, column + 1)
        message = f"the file holds the control character U+{ord(bad[0]):04X}"
        raise InvalidInput([Diagnostic("LX102", message, place, before[-1] + rest, "printable text")])
    return text


def _lines(text: str) -> tuple[str, ...]:
    """The lines with their ends, as YAML counts them; what stands after the last end is a line too, if an empty one."""
    lines: list[str] = _LINE.findall(text)
    # The pattern finds an empty line at the very end, which is one only after a line's end.
    return tuple(lines if len(lines) < 2 or lines[-2].endswith(tuple(_BREAKS)) else lines[:-1])


def read(path: Path | str, repeated: list[Diagnostic] | None = None) -> Source:
    """Read one YAML file. Raises InvalidInput with every repeated key, or with the one fault that stopped reading.

    With a list for ``repeated`` keys, they are put there instead, so that the rest can be checked in the same run.
    """
    return parse(read_text(path), os.fspath(path), repeated)


def parse(text: str, name: str, repeated: list[Diagnostic] | None = None) -> Source:
    """Read YAML text; ``name`` is what diagnostics call it. Linear in the text; no recursion. Raises InvalidInput."""
    lines = _lines(text)
    builder = _Builder(name, lines)
    for event in _events(text, name, lines):
        builder.take(event)
    if builder.faults and repeated is None:
        raise InvalidInput(builder.faults)
    if repeated is not None:
        repeated.extend(builder.faults)
    builder.finish()
    return Source(builder.root, builder.values, builder.keys, {name: lines})


class _Builder:
    """Builds the tree from libyaml's events, and refuses what has no place in it."""

    def __init__(self, name: str, lines: tuple[str, ...]) -> None:
        self.name, self.lines = name, lines
        self.root: Tree = None
        self.values: dict[Address, Span] = {}
        self.keys: dict[Address, Span] = {}
        self.faults: list[Diagnostic] = []
        self._documents = 0
        # One frame per open container: the container, its address, and the key that waits for its value.
        self._open: list[tuple[list[Tree] | dict[str, Tree], Address]] = []
        self._key: list[str | None] = []
        self._aside: list[tuple[dict[str, Tree], str]] = []

    def finish(self) -> None:
        """Leave out what was read apart: of a repeated key the first value counts."""
        for container, key in self._aside:
            container.pop(key, None)
        if self._aside:
            apart = {key for _, key in self._aside}
            self.values = {at: span for at, span in self.values.items() if apart.isdisjoint(at)}
            self.keys = {at: span for at, span in self.keys.items() if apart.isdisjoint(at)}

    def take(self, event: Any) -> None:
        """One event; raises InvalidInput for what stops the reading."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._check(event)
            self._scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._check(event)
            self._container(event, {} if kind is yaml.MappingStartEvent else [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._open.pop()
            self._key.pop()
        elif kind is yaml.AliasEvent:
            raise self._stop("LX105", f"the alias `*{event.anchor}` is not allowed", event, "the value written out")
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                raise self._stop("LX109", "the file holds a second document", event, "one document")

    def _check(self, event: Any) -> None:
        if event.anchor is not None:
            raise self._stop("LX105", f"the anchor `&{event.anchor}` is not allowed", event, "the value written out")
        if event.tag is not None and event.tag != "!":
            raise self._stop("LX106", f"the tag `{event.tag}` is not allowed", event, "plain text, a list or a mapping")
        if len(self.values) >= MAX_NODES:
            raise self._stop("LX108", "the file holds too many values", event, f"at most {MAX_NODES:,}")

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        stop = end.column if end.line == start.line else start.column + 1
        span = (self.name, start.line + 1, start.column + 1, max(stop, start.column + 1) + 1)
        if self._open and self._key[-1] is None and isinstance(self._open[-1][0], dict):
            self._name(event, span)
        else:
            # libyaml's plain style is the empty text
            self._put(None if not event.style and event.value in _NULLS else event.value, span)

    def _name(self, event: Any, span: Span) -> None:
        """A scalar where a mapping waits for a key."""
        word = event.value
        if word == "<<" and not event.style:
            raise self._stop("LX105", "the merge key `<<` is not allowed", event, "`extends`")
        container, at = self._open[-1]
        path = (*at, word)
        if path in self.keys and isinstance(container, dict):
            place = Place(*span)
            self.faults.append(Diagnostic(
                "LX104", f"the key `{word}` is repeated; it stands first on line {self.keys[path][1]}", place,
                self._line(place.line), "each key once"))
            # What is repeated is read apart, so that what stands in it is not taken for repeated as well.
            word = f"{word}\x00{len(self._aside)}"
            self._aside.append((container, word))
            path = (*at, word)
        self.keys[path] = span
        self._key[-1] = word

    def _container(self, event: Any, made: list[Tree] | dict[str, Tree]) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise InvalidInput([*self.faults, _too_deep(*self._position(event))])
        if self._open and self._key[-1] is None and isinstance(self._open[-1][0], dict):
            raise self._stop("LX110", "a key must be plain text", event, "a word before the colon")
        mark = event.start_mark
        path = self._put(made, (self.name, mark.line + 1, mark.column + 1, mark.column + 2))
        self._open.append((made, path))
        self._key.append(None)

    def _put(self, value: Tree, span: Span) -> Address:
        """A value into the innermost container; its address."""
        path: Address = ()
        if not self._open:
            self.root = value
        else:
            container, at = self._open[-1]
            if isinstance(container, list):
                path = (*at, len(container))
                container.append(value)
            else:
                key = self._key[-1] or ""
                path = (*at, key)
                self._key[-1] = None
                container[key] = value
        self.values[path] = span
        return path

    def _line(self, number: int) -> str:
        return self.lines[number - 1].rstrip(_BREAKS) if number <= len(self.lines) else ""

    def _stop(self, code: str, message: str, event: Any, expected: str) -> InvalidInput:
        fault = Diagnostic(code, message, *self._position(event), expected)
        return InvalidInput([*self.faults, fault])

    def _position(self, event: Any) -> tuple[Place, str]:
        mark = event.start_mark
        place = Place(self.name, mark.line + 1, mark.column + 1, mark.column + 2)
        return place, self._line(place.line)


def _too_deep(place: Place, excerpt: str) -> Diagnostic:
    return Diagnostic("LX107", "the file is nested too deeply", place, excerpt, f"at most {MAX_DEPTH} levels")


def _events(text: str, name: str, lines: tuple[str, ...]) -> Iterator[Any]:
    """libyaml's events, its errors turned into diagnostics."""
    try:
        yield from yaml.parse(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        line = min(line, len(lines) - 1)
        what = " ".join(part for part in (error.context, error.problem) if part)
        place = Place(name, line + 1, column + 1, column + 2)
        excerpt = lines[line].rstrip(_BREAKS)
        # libyaml 0.2.6 has a limit of its own, which a line of brackets meets before its first event.
        if "maximum nesting depth" in what:
            raise InvalidInput([_too_deep(place, excerpt)]) from None
        raise InvalidInput([Diagnostic("LX103", f"broken YAML: {what}", place, excerpt, "valid YAML")]) from None
    except (yaml.YAMLError, ValueError) as error:
        place = Place(name, 1, 1, 2)
        excerpt = lines[0].rstrip(_BREAKS)
        raise InvalidInput([Diagnostic("LX103", f"broken YAML: {error}", place, excerpt, "valid YAML")]) from None


def _addresses(path: Address, tree: Tree) -> Iterator[Address]:
    """The address of a tree and of everything in it."""
    todo: list[tuple[Address, Tree]] = [(path, tree)]
    while todo:
        at, node = todo.pop()
        yield at
        if isinstance(node, dict):
            todo.extend(((*at, k), v) for k, v in node.items())
        elif isinstance(node, list):
            todo.extend(((*at, i), v) for i, v in enumerate(node))


def overlay(base: Source, patch: Source, *, drop: frozenset[str] = frozenset()) -> Source:
    """The base with the patch laid over it: mappings merge key by key, everything else is replaced whole.

    Positions follow the values, so a diagnostic points into the file that said it. ``drop`` names top-level keys of
    the patch that are left out. Neither argument is changed.
    """
    values, keys = dict(base.values), dict(base.keys)

    def forget(path: Address, tree: Tree) -> None:
        for at in _addresses(path, tree):
            values.pop(at, None)
            keys.pop(at, None)

    def adopt(path: Address, tree: Tree) -> None:
        for at in _addresses(path, tree):
            if at in patch.values:
                values[at] = patch.values[at]
            if at in patch.keys:
                keys[at] = patch.keys[at]

    def merge(low: Tree, high: Tree, path: Address) -> Tree:
        if not (isinstance(low, dict) and isinstance(high, dict)):
            forget(path, low)
            adopt(path, high)
            return high
        merged = dict(low)
        for key, value in high.items():
            if not path and key in drop:
                continue
            at = (*path, key)
            if key in merged:
                merged[key] = merge(merged[key], value, at)
            else:
                adopt(at, value)
                merged[key] = value
        return merged

    tree = merge(base.tree, patch.tree, ())
    return Source(tree, values, keys, {**base.texts, **patch.texts})


def subtree(source: Source, path: Address) -> Source | None:
    """The part of the document at ``path`` as a source of its own, positions kept; None where nothing is there."""
    tree: Tree = source.tree
    for step in path:
        match tree, step:
            case dict(), str() if step in tree:
                tree = tree[step]
            case list(), int() if step < len(tree):
                tree = tree[step]
            case _:
                return None
    n = len(path)
    values = {p[n:]: s for p, s in source.values.items() if p[:n] == path}
    keys = {p[n:]: s for p, s in source.keys.items() if p[:n] == path}
    return Source(tree, values, keys, source.texts)


def graft(source: Source, parts: Mapping[Address, Source]) -> Source:
    """The document with other documents in place of what stood at the paths, positions kept. Linear in all of them."""
    kept = without(source, parts)
    values, keys, texts = dict(kept.values), dict(kept.keys), dict(kept.texts)
    tree = kept.tree

    def put(below: Tree, path: Address, part: Tree) -> Tree:
        if not path:
            return part
        found = below if isinstance(below, dict) else {}
        return {**found, path[0]: put(found.get(path[0]), path[1:], part)}  # type: ignore[dict-item, arg-type]

    for path, part in parts.items():
        tree = put(tree, path, part.tree)
        values.update({(*path, *p): s for p, s in part.values.items()})
        keys.update({(*path, *p): s for p, s in part.keys.items() if p})
        if path in source.keys:
            keys[path] = source.keys[path]
        texts.update(part.texts)
    return Source(tree, values, keys, texts)


def without(source: Source, paths: Iterable[Address]) -> Source:
    """The document less the entries at the paths; positions of what remains are kept. Linear in the document."""
    gone = frozenset(paths) - {()}
    if not gone:
        return source
    lengths = sorted({len(path) for path in gone})

    def kept(path: Address) -> bool:
        return not any(path[:n] in gone for n in lengths)

    def cut(tree: Tree, at: Address) -> Tree:
        if len(at) >= lengths[-1] or not isinstance(tree, dict):
            return tree
        return {k: cut(v, (*at, k)) for k, v in tree.items() if (*at, k) not in gone}

    values = {p: s for p, s in source.values.items() if kept(p)}
    keys = {p: s for p, s in source.keys.items() if kept(p)}
    return Source(cut(source.tree, ()), values, keys, source.texts)
