"""Letter templates: those that casectl ships, and one's own beside the configuration.

One's own goes before a shipped one of its name, so that a copy can be edited. ``fields.txt`` there
says once what is the same in every letter, a line each: ``agency: Example Agency``.
"""

from __future__ import annotations

import re
from pathlib import Path

from casectl.core.errors import BadConfiguration, NotFound
from casectl.core.letters import Letter, checked_template
from casectl.formats.shipped import SHIPPED
from casectl.formats.toml_document import read_text

SUFFIX = ".txt"
SHARED = "fields.txt"
NAME = r"[a-z][a-z0-9_]{0,39}"
LONGEST_KIND = 40


def letters(folder: Path) -> dict[str, Path]:
    """Every kind there is and the file that it is read from."""
    found = {path.stem: path for path in _files(SHIPPED / "letters")}
    found |= {path.stem: path for path in _files(folder) if path.name != SHARED}
    return dict(sorted(found.items()))


def kinds_begun(folder: Path, begun: str) -> list[str]:
    """The kinds to offer for a word; a file's name that a shell could act on is none of them."""
    return [
        kind
        for kind in letters(folder)
        if kind.startswith(begun) and kind.replace("-", "").replace("_", "").isalnum()
    ]


def find_letter(kind: str, folder: Path) -> Letter:
    """``missed appointment`` finds missed-appointment. Raises NotFound, or BadConfiguration."""
    by_plain = {_plain(name): path for name, path in letters(folder).items()}
    path = by_plain.get(_plain(kind))
    if path is None:
        from difflib import get_close_matches

        close = get_close_matches(_plain(kind), by_plain, n=1, cutoff=0.5)
        hint = f"did you mean {by_plain[close[0]].stem}?" if close else "casectl letter --list"
        raise NotFound(f"no letter {kind[:40]!r}", hint=hint)
    text = read_text(path)
    wrong = checked_template(text)
    if wrong is not None:
        raise BadConfiguration(
            f"{path}: line {wrong}: a field is a word in braces, as {{client}}",
            hint="{{ is a brace",
        )
    return Letter(path.stem, text, own=path.parent == folder)


def shared_fields(folder: Path) -> dict[str, str]:
    """What is the same in every letter. Raises BadConfiguration with the line."""
    path = folder / SHARED
    if not path.exists():
        return {}
    found: dict[str, str] = {}
    for place, line in enumerate(read_text(path).split("\n"), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        name, colon, value = said.partition(":")
        if not colon or not re.fullmatch(NAME, name.strip()):
            raise BadConfiguration(
                f"{path}: line {place}: a line is a name, a colon and a text",
                hint="as in agency: Example Agency",
            )
        found[name.strip()] = value.strip()
    return found


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix == SUFFIX and len(path.stem) <= LONGEST_KIND
        )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadConfiguration(f"cannot read {folder} ({error.strerror})") from None


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
