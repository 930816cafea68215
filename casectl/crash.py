"""A crash on paper, without a word of anybody's record: what broke, where, in which versions.

Never the exception's message, which may quote what was typed or stored; never a local variable,
never the command line. The file is its owner's alone (0600), in a folder of the same kind.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from traceback import walk_tb
from types import CodeType

from casectl import __version__

# A command that crashes in every run of cron must not fill the disk.
MOST_KEPT = 20
PACKAGES = (
    "typer", "rich", "sqlite-utils", "python-dateutil", "tomlkit", "icalendar", "prompt-toolkit",
)  # fmt: skip
OURS = Path(__file__).parent


def place_of(error: BaseException) -> str:
    """``commands/note.py:51``, where the innermost frame of ours stood; "" where there is none."""
    ours = [place for place, is_ours in _frames(error) if is_ours]
    return ours[-1].partition(" in ")[0].removeprefix("casectl/") if ours else ""


def told(error: BaseException, command: str | None = None, moment: str = "") -> str:
    """Write a report, and say where it is, or that there is none."""
    try:
        return f"a report without client data is in {save(error, command, moment)}"
    except Exception as refused:  # noqa: BLE001 - a second failure hides nothing of the first
        why = getattr(refused, "strerror", None) or type(refused).__name__
        return f"no report could be saved ({why})"


def save(error: BaseException, command: str | None, moment: str) -> Path:
    """Write a report (0600) and return its place. Raises OSError where that cannot be done.

    ``command`` is the name of one of ours; ``moment`` is ISO, UTC, or "" where nobody asked.
    """
    folder = report_folder()
    stamp = "".join(char for char in moment if char.isalnum())
    path = folder / f"crash-{stamp or 'start'}-{os.urandom(4).hex()}.txt"
    text = "\n".join(report_lines(error, command, moment)) + "\n"
    mask = os.umask(0o077)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    finally:
        os.umask(mask)
    _drop_oldest(folder)
    return path


def report_folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path("casectl") / "crashes"


def _drop_oldest(folder: Path) -> None:
    reports = sorted(folder.glob("crash-*.txt"))
    for each in reports[:-MOST_KEPT]:
        with suppress(OSError):
            each.unlink()


def report_lines(error: BaseException, command: str | None, moment: str) -> Iterator[str]:
    yield "casectl crash report. It holds no client's words: no message, no value, no command line."
    yield ""
    yield f"{'at':<16} {moment or 'not known'}"
    yield f"{'command':<16} {command or 'not known'}"
    yield f"{'casectl':<16} {__version__}"
    yield f"{'python':<16} {'.'.join(map(str, sys.version_info[:3]))} on {sys.platform}"
    for name in PACKAGES:
        yield f"{name:<16} {_version(name)}"
    for each, how in _chain(error):
        yield ""
        yield f"{how}{type(each).__module__}.{type(each).__qualname__}"
        yield from (f"  {place}" for place, _ in _frames(each))


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _chain(error: BaseException) -> Iterator[tuple[BaseException, str]]:
    """The error, what caused it, and so on, each once."""
    seen: set[int] = set()
    how = ""
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following, how
        cause, context = following.__cause__, following.__context__
        how = "because of " if cause is not None else "while handling "
        following = cause if cause is not None else context


def _frames(error: BaseException) -> Sequence[tuple[str, bool]]:
    """Each frame, the outermost first, and whether it is ours."""
    return [_place(frame.f_code, line) for frame, line in walk_tb(error.__traceback__)]


def _place(code: CodeType, line: int) -> tuple[str, bool]:
    """``casectl/commands/note.py:51 in note``. The folders above may hold a person's name."""
    path = Path(code.co_filename)
    if path.is_relative_to(OURS):
        return f"casectl/{path.relative_to(OURS).as_posix()}:{line} in {code.co_name}", True
    for folder in ("site-packages", f"python{sys.version_info[0]}.{sys.version_info[1]}"):
        if folder in path.parts:
            after = path.parts[len(path.parts) - path.parts[::-1].index(folder) :]
            return f"{'/'.join(after)}:{line} in {code.co_name}", False
    return "a file that is not casectl's", False
