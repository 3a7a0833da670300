"""Bad packs: what `lexposure law check` prints for each is the test; and how packs of others come in.

Each case is a folder of packs with the `expected` text beside them, checked against the small packs of `packs_good/`
in place of the built-in ones, so that the texts do not change with the law. `LEXPOSURE_BLESS=1` writes them anew.
"""

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lexposure.cli.main import cli
from lexposure.law import packs
from lexposure.law.cases import check_cases
from lexposure.law.packs import load
from lexposure.reading.diagnostics import CODES, InvalidInput

_HERE = Path(__file__).parent
GOOD, BAD = _HERE / "packs_good", _HERE / "packs_bad"
CASES = sorted(p for p in BAD.iterdir() if p.is_dir())
#: Codes of a pack's faults that no folder here can show: staleness needs only a late day.
_ELSEWHERE = {"LX408"}


@pytest.fixture
def small_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packs of `packs_good/` stand in for the built-in ones."""
    monkeypatch.setattr(packs, "built_in", lambda: GOOD)


def messages(*folders: Path) -> list[str]:
    """The faults that stop packs from being loaded, as code and sentence."""
    with pytest.raises(InvalidInput) as caught:
        load(folders)
    return [f"{d.code} {d.message}" for d in caught.value.diagnostics]


@pytest.mark.usefixtures("small_law")
@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_a_bad_pack_is_told_what_is_wrong_and_where(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    result = CliRunner().invoke(cli, ["law", "check", "--packs", case.name])
    assert isinstance(result.exception, SystemExit), result.exception
    expected = case / "expected"
    if os.environ.get("LEXPOSURE_BLESS"):
        expected.write_text(result.output, encoding="utf-8")
    assert result.output == expected.read_text(encoding="utf-8")
    # Faults of the law's text stop the loading (2); faults that only its cases show are findings of the check (1).
    assert result.exit_code == (1 if "provisions: " in result.output else 2)


def test_every_code_that_a_pack_can_produce_has_a_bad_pack() -> None:
    said = "".join(p.read_text(encoding="utf-8") for p in BAD.glob("*/expected"))
    of_packs = {code for code in CODES if code.startswith("LX4")}
    assert {code for code in of_packs if f"[{code}]" in said} == of_packs - _ELSEWHERE


@pytest.mark.usefixtures("small_law")
def test_a_good_pack_passes_clean() -> None:
    law = load()
    assert [r.id for r in law.rules] == ["good-assessment"]
    assert check_cases(law, "good-act") == []


@pytest.mark.usefixtures("small_law")
def test_a_stale_provision_is_a_warning_and_no_fault() -> None:
    result = CliRunner().invoke(cli, ["law", "check", "--as-of", "2028-01-01"])
    assert "warning[LX408]: § 1 Good Act: last checked on 2026-11-22" in result.output
    assert result.exit_code == 0


# -- packs of others ---------------------------------------------------------------------------------------------------


def another_pack(folder: Path, **words: str) -> Path:
    """The good pack as somebody else's: `id` and `provision` replaced where they are given."""
    text = (GOOD / "de" / "good-act.yaml").read_text(encoding="utf-8")
    text = text.replace("id: good-act", f"id: {words.get('id', 'good-act')}")
    text = text.replace("good-assessment:", f"{words.get('provision', 'good-assessment')}:")
    path = folder / "de" / f"{words.get('id', 'good-act')}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("small_law")
def test_a_pack_of_ones_own_stands_beside_the_built_in_ones(tmp_path: Path) -> None:
    law = load([another_pack(tmp_path, id="my-act", provision="my-assessment")])
    assert set(law.by_id) == {"good-assessment", "my-assessment"}
    assert {p.id: p.origin for p in law.packs} == {"good-act": "built in", "my-act": f"folder {tmp_path}"}


@pytest.mark.usefixtures("small_law")
def test_no_pack_of_ones_own_replaces_a_built_in_id(tmp_path: Path) -> None:
    assert messages(another_pack(tmp_path / "a")) == ["LX404 the instrument `good-act` is already in de/good-act.yaml "
                                                      "(built in)"]
    assert messages(another_pack(tmp_path / "b", id="my-act")) == [
        "LX404 the provision `good-assessment` is already in de/good-act.yaml"]


def test_no_built_in_instrument_can_be_replaced(tmp_path: Path) -> None:
    for pack in sorted(packs.built_in().glob("*/*.yaml"), key=lambda p: p.stat().st_size)[:60]:
        if pack.name == "authority.yaml" or len(pack.suffixes) > 1:
            continue
        copy = tmp_path / pack.stem / pack.parent.name / pack.name
        copy.parent.mkdir(parents=True)
        copy.write_bytes(pack.read_bytes())
        assert any(m.startswith(f"LX404 the instrument `{pack.stem}`") for m in messages(tmp_path / pack.stem))


@pytest.mark.usefixtures("small_law")
def test_two_folders_of_ones_own_may_not_claim_one_id(tmp_path: Path) -> None:
    first, second = (another_pack(tmp_path / n, id="my-act", provision=f"{n}-assessment") for n in ("one", "two"))
    found, = messages(first, second)
    assert found.startswith("LX404 the instrument `my-act` is already in")


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.write_text("x"), lambda p: p.mkdir()],
                         ids=["missing", "a file", "empty"])
@pytest.mark.usefixtures("small_law")
def test_a_folder_without_packs_is_said_aloud(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "mine")
    found, = messages(tmp_path / "mine")
    assert found[:5] in ("LX101", "LX407")


def distribution(folder: Path, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake installed distribution whose entry point says where its packs are; importing it fails loudly."""
    info = folder / "their_packs-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-packs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[lexposure.packs]\ntheirs = {value}\n")
    (folder / "their_packs").mkdir(exist_ok=True)
    (folder / "their_packs" / "__init__.py").write_text("raise SystemExit('the code of a pack was run')\n")
    monkeypatch.syspath_prepend(folder)


@pytest.mark.usefixtures("small_law")
def test_the_packs_of_an_installed_distribution_are_read_without_running_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_pack(tmp_path / "their_packs" / "law", id="their-act", provision="their-assessment")
    distribution(tmp_path, "their_packs:law", monkeypatch)
    law = load()
    assert set(law.by_id) == {"good-assessment", "their-assessment"}
    assert {p.id: p.origin for p in law.packs}["their-act"] == "package their_packs"
    assert "their_packs" not in sys.modules


@pytest.mark.usefixtures("small_law")
def test_the_packs_of_an_installed_distribution_do_not_replace_a_built_in_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_pack(tmp_path / "their_packs" / "law")
    distribution(tmp_path, "their_packs:law", monkeypatch)
    found, = messages()
    assert found == "LX404 the instrument `good-act` is already in de/good-act.yaml (built in)"


@pytest.mark.parametrize("value", ["their_packs:nowhere", "their_packs", "their_packs.law:x", "no_such_package:law"])
@pytest.mark.usefixtures("small_law")
def test_an_entry_point_that_leads_nowhere_is_said_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    distribution(tmp_path, value, monkeypatch)
    found, = messages()
    assert found == f"LX407 the entry point `{value}` leads to no folder of packs"
    assert "their_packs" not in sys.modules
