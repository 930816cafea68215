"""python -m casectl, and the installed program's entry point."""

from __future__ import annotations

import gc
import os
import sys
import typing
from contextlib import suppress
from importlib import import_module
from importlib.machinery import PathFinder
from io import TextIOWrapper
from types import ModuleType
from typing import Any

# What Typer and the standard library import on the way to every command and use in few: together a
# fifth of a command. Their importers look into them by name (`subprocess.run`), never at once.
SELDOM_USED = (
    "bz2", "fnmatch", "ipaddress", "linecache", "lzma", "ntpath", "platform", "subprocess",
    "textwrap", "token", "tokenize",
)  # fmt: skip
# The same of these functions and classes, which their importers take out of the module at once.
SELDOM_CALLED = {
    "ast": ("NodeVisitor",),
    "difflib": ("get_close_matches",),
    "gettext": ("gettext",),
    "shutil": ("get_terminal_size",),
    "traceback": ("FrameSummary", "StackSummary"),
    "urllib.parse": ("quote_from_bytes",),
    "uuid": ("UUID",),
}
# And what a module written in C has ready, so that those who want no more never load the other.
MADE_IN_C = {
    "datetime": (
        "_datetime",
        ("date", "datetime", "datetime_CAPI", "time", "timedelta", "timezone", "tzinfo", "UTC"),
    ),
    "threading": ("_thread", ("_local",)),
}
# `inspect` reads the names of the flags of a code object out of `dis`, and nothing else in it. They
# are the same in every Python up to 3.13.
FLAGS = {
    1: "OPTIMIZED", 2: "NEWLOCALS", 4: "VARARGS", 8: "VARKEYWORDS", 16: "NESTED", 32: "GENERATOR",
    64: "NOFREE", 128: "COROUTINE", 256: "ITERABLE_COROUTINE", 512: "ASYNC_GENERATOR",
}  # fmt: skip


def main() -> None:
    """One short process: nothing to collect, and nothing to tear down once the store is closed.

    Skipping both saves a tenth of a command. ``cli.run`` has closed the store when it returns.
    """
    gc.disable()
    load_what_is_used()
    # What an interpreter says of itself (an error in a destructor) may quote somebody's record.
    sys.unraisablehook = lambda _: None
    for stream in (sys.stdout, sys.stderr):
        # A locale without a name's letters shows their codes; it never stops a command.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from casectl.cli import run

        give_no_more_stand_ins()
        code = run()
    except KeyboardInterrupt:  # before or after the command itself, which answers in words
        os._exit(130)
    except Exception as error:  # noqa: BLE001 - a library is missing or broken; never a traceback
        from casectl import crash

        if sys.stderr is not None:
            sys.stderr.write(
                f"casectl: cannot start ({type(error).__name__}); {crash.told(error)}; "
                "installing it again may help\n"
            )
        os._exit(1)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)


class Later(ModuleType):
    """A module of the standard library that loads at the first look into it.

    Python 3.15 has this in the language (PEP 810). `importlib.util.LazyLoader` will not do until
    then: it loads at the second import, and several modules import the same one.
    """

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":  # asked by every `from … import`; none of these is a package
            raise AttributeError(name)
        self.load()
        return getattr(self, name)

    def load(self) -> None:
        spec = self.__spec__
        object.__setattr__(self, "__class__", ModuleType)  # from here on it is as any other
        assert spec is not None and spec.loader is not None
        spec.loader.exec_module(self)


class Taken:
    """What an importer took out of a ``Later``: a function or a class, which comes with the module
    when it is called, looked into or, by what inherits from it, asked for what it hands down.
    """

    def __init__(self, module: ModuleType, name: str) -> None:
        self._module, self._name = module, name

    def _real(self) -> Any:
        if isinstance(self._module, Later):
            self._module.load()
        return getattr(self._module, self._name)

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self._real()(*values, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type]:
        real = self._real

        class Heir:
            def __getattr__(self, name: str) -> Any:
                return getattr(real(), name).__get__(self)

        return (Heir,)


def load_what_is_used() -> None:
    """Leave the rest of the above for later."""
    for name in SELDOM_USED:
        load_later(name)
    for name, taken in SELDOM_CALLED.items():
        if (module := load_later(name)) is not None:
            vars(module).update({each: Taken(module, each) for each in taken})
    for name, (maker, made) in MADE_IN_C.items():
        with suppress(ImportError):  # a Python that is not written in C
            ready = import_module(maker)
            if (module := load_later(name)) is not None:
                vars(module).update({each.lstrip("_"): getattr(ready, each) for each in made})
    vars(typing)["compile"] = leave_uncompiled
    if sys.version_info < (3, 14) and (module := load_later("dis")) is not None:
        vars(module)["COMPILER_FLAG_NAMES"] = FLAGS


def leave_uncompiled(source: str, *_: object) -> str:
    """What `typing` keeps of a forward reference while Typer is imported, to evaluate it one day.

    A text will do. Compiled, the first one makes Python's classes of all syntax trees: a thirtieth
    of a command.
    """
    return source


def give_no_more_stand_ins() -> None:
    """Typer and what it imports have theirs. From now on whoever takes one of these out of its
    module gets the function or class itself.
    """
    del vars(typing)["compile"]
    for name, taken in SELDOM_CALLED.items():
        if isinstance(module := sys.modules.get(name), Later):
            for each in taken:
                del vars(module)[each]


def load_later(name: str) -> Later | None:
    """Put a ``Later`` in the place of a module, which is none where it is loaded or missing."""
    package, _, last = name.rpartition(".")
    parent = import_module(package) if package else None
    spec = PathFinder.find_spec(name, None if parent is None else parent.__path__)
    if name in sys.modules or spec is None or spec.origin is None:
        return None
    module = Later(name)
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    sys.modules[name] = module
    if parent is not None:
        setattr(parent, last, module)
    return module


if __name__ == "__main__":
    main()
