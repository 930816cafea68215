"""JSON text -> the document of an assessment, or the answers to a questionnaire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from casectl.core.errors import BadValue

LARGEST = 1_000_000  # bytes


def read_json(path: Path) -> Any:
    """The document in a file. Raises BadValue."""
    try:
        if not path.is_file():  # a pipe would be waited for
            raise BadValue(f"{path} is not a file")
        if path.stat().st_size > LARGEST:
            raise BadValue(f"{path} is over {LARGEST:,} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadValue(f"{path} is not UTF-8 text") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        raise BadValue(f"cannot read {path} ({getattr(error, 'strerror', error)})") from None
    return parse_json(text, str(path))


def parse_json(text: str, what: str) -> Any:
    """Raises BadValue with the line; a name that is there twice is refused, for one would win."""
    import json

    try:
        return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise BadValue(f"{what}, line {error.lineno}: not JSON ({error.msg.lower()})") from None
    except RecursionError:
        raise BadValue(f"{what}: nested too deep") from None
    except ValueError:  # a number of thousands of digits
        raise BadValue(f"{what}: holds a number that is too long") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadValue(f"{name[:40]!r} is there twice")
        found[name] = value
    return found


def _no_number(name: str) -> Any:
    raise BadValue(f"{name} is no number")
