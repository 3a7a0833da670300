"""Damaged files: whatever is done to a program or a pack, it is read, or refused with a place in the file.

A few hundred damaged files a run, the same ones every time; `LEXPOSURE_MUTATIONS=5000` tries that many of each kind.
"""

import os
import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lexposure.law.packs as packs
from lexposure.exposure.assess import assess
from lexposure.law.cases import check_cases
from lexposure.law.packs import load
from lexposure.program.reading import BASE, check_program, read_program
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, as_json, render
from lexposure.vocabulary import Kind, labels
from lexposure.vocabulary.facts import catalogue

_HERE = Path(__file__).parent
_SAMPLE = (_HERE.parent / "samples" / "meta-mci" / "program.yaml").read_text(encoding="utf-8")
_EVERYTHING = (_HERE / "good" / "everything.yaml").read_text(encoding="utf-8")
_PACK = (_HERE / "packs_good" / "de" / "good-act.yaml").read_text(encoding="utf-8")
_CASES = (_HERE / "packs_good" / "de" / "good-act.cases.yaml").read_text(encoding="utf-8")
_FORUMS = (_HERE / "packs_good" / "de" / "authority.yaml").read_text(encoding="utf-8")

_COUNT = int(os.environ.get("LEXPOSURE_MUTATIONS", "0"))


def examples(usual: int) -> settings:
    """The same examples every time, as many as are usual or asked for."""
    return settings(max_examples=_COUNT or usual, derandomize=True, deadline=None, database=None,
                    suppress_health_check=list(HealthCheck))


#: What words are replaced by: terms of elsewhere, numbers that are none, markup, scripts, control characters.
_WORDS = (
    "", " ", "~", "null", "unknown", "yes", "no", "NO", "on", "true", "0", "-1", "1e9", "1_000", "NaN", "Infinity", "²",
    "1.²", "٣", "0x1F", "9" * 31, "9" * 400, "2026-02-30", "0000-00-00", "9999-12-31", "US-ZZ", "EEA", "<b>&amp;</b>",
    "<para><font size='900'>", "<img src='/etc/passwd'/>", "%s{0}{x}", "\\", "\"", "'", "`", "été", "日本語", "🦉",
    "e\u0301", "\u202e", "\u200b", "\u2028", "\x85", "\x00", "\x1b[31m", "\x7f", "\ufeff", "\t", "\r", "[", "]", "{", "}",
    "{}", "[]", "[[]]", "{a: b}", "[a, b]", "{a: {b: c}}", "a: b", "- a", "&a b", "*a", "!!int 3", "!a b", "<<", "? a",
    "| ", ">-", "#", "---", "...", "%YAML 1.1", "@", "a" * 5_000, "default", "program", "all", "any", "not", "defined",
    "surely", "{surely: [x]}", "{low: 1}", "{low: 3, likely: 2, high: 1}", "{at_least: ²}", "{outside: EEA}",
)
_TERMS = (*(t for kind in Kind for t in labels(kind)), *catalogue())


class Mutation:
    """One damaged text, from a stream of random choices that hypothesis can shrink to few."""

    def __init__(self, seed: int, steps: int) -> None:
        self.chance = random.Random(seed)
        self.steps = steps

    def of(self, text: str) -> str:
        """The text after all steps."""
        for _ in range(self.steps):
            text = self.chance.choice(self._ways)(self, text)
        return text

    def _line(self, lines: list[str]) -> int:
        return self.chance.randrange(len(lines)) if lines else 0

    def _without_a_line(self, text: str) -> str:
        lines = text.split("\n")
        del lines[self._line(lines)]
        return "\n".join(lines)

    def _without_some_lines(self, text: str) -> str:
        lines = text.split("\n")
        start = self._line(lines)
        del lines[start : start + self.chance.randrange(1, 30)]
        return "\n".join(lines)

    def _with_a_line_twice(self, text: str) -> str:
        lines = text.split("\n")
        at = self._line(lines)
        lines.insert(self.chance.choice((at, self._line(lines))), lines[at])
        return "\n".join(lines)

    def _with_lines_swapped(self, text: str) -> str:
        lines = text.split("\n")
        a, b = self._line(lines), self._line(lines)
        lines[a], lines[b] = lines[b], lines[a]
        return "\n".join(lines)

    def _with_another_indentation(self, text: str) -> str:
        lines = text.split("\n")
        at = self._line(lines)
        lines[at] = self.chance.choice(("", " ", "   ", "\t", " " * 70)) + lines[at].lstrip(self.chance.choice(" \t-"))
        return "\n".join(lines)

    def _cut_off(self, text: str) -> str:
        return text[: self.chance.randrange(len(text) + 1)]

    def _with_a_character(self, text: str) -> str:
        at = self.chance.randrange(len(text) + 1)
        return text[:at] + self.chance.choice(_WORDS)[:8] + text[at + self.chance.randrange(3) :]

    def _with_another_word(self, text: str) -> str:
        lines = text.split("\n")
        at = self._line(lines)
        words = lines[at].split(" ")
        words[self.chance.randrange(len(words))] = self._word(text)
        lines[at] = " ".join(words)
        return "\n".join(lines)

    def _with_another_value(self, text: str) -> str:
        lines = text.split("\n")
        for _ in range(20):
            at = self._line(lines)
            head, colon, _ = lines[at].partition(": ")
            if colon:
                lines[at] = head + colon + self._word(text)
                break
        return "\n".join(lines)

    def _word(self, text: str) -> str:
        pool = self.chance.choice((_WORDS, _TERMS, text.split()[:2_000] or _WORDS))
        return self.chance.choice(pool)

    _ways: tuple[Callable[["Mutation", str], str], ...] = (
        _without_a_line, _without_some_lines, _with_a_line_twice, _with_lines_swapped, _with_another_indentation,
        _cut_off, _with_a_character, _with_another_word, _with_another_word, _with_another_value, _with_another_value,
    )


mutations = st.builds(Mutation, st.integers(0, 2**32 - 1), st.integers(1, 4))


def refused(fault: InvalidInput, *files: Path, placed: bool = False) -> None:
    """The faults are at least one, each shows itself, and each that stands in a file (all, if so said) is inside it."""
    assert fault.diagnostics
    lines = {f.name: re.split("\r\n|[\n\r\x85\u2028\u2029]", f.read_bytes().decode("utf-8", "replace").lstrip("\ufeff"))
             for f in files}
    for diagnostic in fault.diagnostics:
        assert isinstance(diagnostic, Diagnostic)
        shown = render(diagnostic)
        assert all(c == "\n" or c.isprintable() for c in shown)
        place = diagnostic.place
        if place is None:
            assert not placed
            continue
        text = lines[Path(place.file).name]
        assert 1 <= place.line <= len(text)
        assert 1 <= place.column <= len(text[place.line - 1]) + 1
        assert place.column < place.end
    assert as_json(fault.diagnostics)


def check_everything(path: Path) -> None:
    """Read a program in every way that a command does, and assess it against a small law."""
    try:
        program, _ = check_program(path)
    except InvalidInput as fault:
        refused(fault, path, placed=True)
        for phase in (None, BASE):
            try:
                read_program(path, phase=phase)
            except InvalidInput as same:
                refused(same, path)
        return
    for phase in (BASE, *program.phases):
        read_program(path, phase=phase)
    assess(read_program(path), _law())


def _law() -> packs.Law:
    usual = packs.built_in
    try:
        packs.built_in = lambda: _HERE / "packs_good"  # type: ignore[assignment]
        return load()
    finally:
        packs.built_in = usual  # type: ignore[assignment]


@pytest.mark.parametrize("text", [_EVERYTHING, _SAMPLE], ids=["everything", "sample"])
def test_a_damaged_program_is_read_or_refused_with_a_place(text: str) -> None:
    @examples(1_500 if text is _EVERYTHING else 250)
    @given(mutations)
    def damaged(mutation: Mutation) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "program.yaml"
            path.write_bytes(mutation.of(text).encode("utf-8", "surrogatepass"))
            check_everything(path)

    damaged()


@examples(500)
@given(mutations, mutations)
def test_a_damaged_variant_of_a_damaged_program_is_read_or_refused(one: Mutation, other: Mutation) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base, path = Path(folder) / "base.yaml", Path(folder) / "program.yaml"
        base.write_bytes(one.of(_EVERYTHING).encode())
        path.write_bytes(other.of("extends: base.yaml\n" + _EVERYTHING).encode())
        try:
            check_program(path)
        except InvalidInput as fault:
            refused(fault, path, base)


@examples(1_000)
@given(mutations, st.sampled_from(["good-act.yaml", "good-act.cases.yaml", "authority.yaml"]))
def test_a_damaged_pack_is_read_or_refused_with_a_place(mutation: Mutation, which: str) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = Path(folder) / "packs"
        (root / "de").mkdir(parents=True)
        texts = {"good-act.yaml": _PACK, "good-act.cases.yaml": _CASES, "authority.yaml": _FORUMS}
        texts[which] = mutation.of(texts[which])
        for name, text in texts.items():
            (root / "de" / name).write_bytes(text.encode())
        patch.setattr(packs, "built_in", lambda: root)
        files = sorted((root / "de").iterdir())
        try:
            law = load()
            faults = [d for p in law.packs for d in check_cases(law, p.id)]
            if faults:
                refused(InvalidInput(faults), *files)
            assess(read_program(_HERE / "good" / "everything.yaml"), law)
        except InvalidInput as fault:
            refused(fault, *files)


@examples(300)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.yaml"
        path.write_bytes(raw)
        with pytest.raises(InvalidInput) as caught:
            read_program(path)
        refused(caught.value, path)
