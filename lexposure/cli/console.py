"""What the commands share: how faults are shown, how files are written, how tables look, options that recur."""

import contextlib
import errno
import functools
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import datetime as dt

    from lexposure.exposure.losses.priors import Priors
    from lexposure.law.packs import Law
    from lexposure.program.reading import Reading
    from lexposure.reading.diagnostics import Diagnostic

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_OPTIONS: dict[str, Callable[[F], F]] = {
    "as_of": click.option("--as-of", "as_of", metavar="DATE", help="The day whose law and phase count (year-month-day). "
                          "Default: the program's own date."),
    "phase": click.option("--phase", metavar="NAME", help="The phase to apply; `base` applies none. "
                          "Default: the one in force on the day."),
    "packs": click.option("--packs", multiple=True, metavar="FOLDER", help="A folder with packs of your own, beside the "
                          "built-in ones. May be repeated."),
    "priors": click.option("--priors", metavar="FILE", help="Priors of your own (see `lexposure priors`), laid over the "
                           "built-in ones."),
}


def program_options(command: F) -> F:
    """The options of every command that reads a program against the law."""
    for name in ("packs", "phase", "as_of"):
        command = _OPTIONS[name](command)
    return command


packs_option = _OPTIONS["packs"]
priors_option = _OPTIONS["priors"]


def guarded(command: F) -> F:
    """Show bad input as diagnostics and end with exit code 2; with ``as_json``, as JSON on standard output.

    A reader that closes the pipe early is no error, and no finding either: the exit code is 0.
    """

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from lexposure.reading.diagnostics import InvalidInput

        try:
            return command(*args, **kwargs)
        except InvalidInput as error:
            show(error.diagnostics, as_json=bool(kwargs.get("as_json")))
            raise click.exceptions.Exit(2) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None

    return run  # type: ignore[return-value]


def show(diagnostics: "Sequence[Diagnostic]", *, as_json: bool = False) -> None:
    """Diagnostics as text on standard error, or as JSON on standard output."""
    from lexposure.reading.diagnostics import as_json as rendered
    from lexposure.reading.diagnostics import in_reading_order, render

    ordered = in_reading_order(diagnostics)
    if as_json:
        click.echo(rendered(ordered))
        return
    for diagnostic in ordered:
        text = render(diagnostic)
        head, _, rest = text.partition("\n")
        colour = "red" if diagnostic.severity == "error" else "yellow"
        click.echo(click.style(head, fg=colour, bold=True) + ("\n" + rest if rest else ""), err=True)
    if len(ordered) > 1:
        errors = sum(d.severity == "error" for d in ordered)
        click.echo(f"{errors} errors, {len(ordered) - errors} warnings", err=True)


def date(text: str | None) -> "dt.date | None":
    """An option's date. Raises InvalidInput."""
    import datetime

    from lexposure.reading.diagnostics import Diagnostic, InvalidInput

    if text is None:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput([Diagnostic("LX501", f"`{text}` is not a day of the calendar", None, "",
                                       "year-month-day, such as `2026-06-01`")]) from None


def read(program: str, phase: str | None, as_of: str | None) -> "Reading":
    """The program, as the options ask for it; its warnings go to standard error."""
    from lexposure.program.reading import read_program

    reading = read_program(Path(program), phase=phase, as_of=date(as_of))
    show(reading.warnings)
    return reading


def load(packs: Sequence[str]) -> "Law":
    """The built-in packs and those of the folders."""
    from lexposure.law.packs import load as load_packs

    return load_packs(packs)


def priors_of(path: str | None) -> "Priors":
    """The built-in priors, with those of the file laid over them."""
    from lexposure.exposure.losses.priors import built_in, with_overrides

    return with_overrides(path) if path else built_in()


def write(path: str, content: bytes) -> None:
    """Write a file whole or not at all: aside first, then renamed. ``-`` is standard output. Raises InvalidInput."""
    from lexposure.reading.diagnostics import Diagnostic, InvalidInput

    if path == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    aside = ""
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_dir():
            if not target.is_file():  # a device or a pipe is written to, never replaced
                target.write_bytes(content)
                return
            if not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        descriptor, aside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(aside, mode)
        os.replace(aside, target)
    except (OSError, ValueError) as error:
        if aside:
            with contextlib.suppress(OSError):
                os.unlink(aside)
        reason = (getattr(error, "strerror", None) or "not a usable file name").lower()
        raise InvalidInput([Diagnostic("LX501", f"cannot write {path}: {reason}", None, "",
                                       "a file in a folder that can be written to")]) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table: ruled on a terminal, tab-separated when piped."""
    from lexposure.reading.diagnostics import visible

    if not sys.stdout.isatty():
        for row in (head, *rows):
            click.echo("\t".join(visible(str(cell)) for cell in row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    ruled = Table(*head, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        ruled.add_row(*(Text(visible(str(cell)), style=_STYLES.get(str(cell), "")) for cell in row))
    Console().print(ruled)


_STYLES = {"breach": "bold red", "arguable": "yellow", "unknown": "magenta", "open": "magenta", "clear": "green"}


@contextlib.contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner on a terminal while something takes its time; nothing when piped."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def stepping(items: Sequence[T], what: str) -> Iterator[T]:
    """The items one by one, with a progress bar on a terminal; nothing when piped."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, what, console=Console(stderr=True), transient=True)
