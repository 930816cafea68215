"""python -m casectl, and the installed program's entry point."""

from __future__ import annotations

import gc
import os
import sys
from importlib.machinery import PathFinder
from io import TextIOWrapper
from types import ModuleType
from typing import Any

# What Typer and the standard library import on the way to every command and use in few: together a
# tenth of a command. Their importers look into them by name (`subprocess.run`), never at once.
SELDOM_USED = (
    "bz2", "fnmatch", "ipaddress", "linecache", "lzma", "ntpath", "platform", "subprocess",
    "textwrap", "tokenize",
)  # fmt: skip
# The same of one function, which its importer takes out of the module at once.
SELDOM_CALLED = {"difflib": "get_close_matches", "shutil": "get_terminal_size"}


def main() -> None:
    """One short process: nothing to collect, and nothing to tear down once the store is closed.

    Skipping both saves a tenth of a command. ``cli.run`` has closed the store when it returns.
    """
    gc.disable()
    for name in SELDOM_USED:
        load_later(name)
    for name, function in SELDOM_CALLED.items():
        load_later(name, function)
    if sys.platform == "linux" and isinstance(sys.modules["platform"], Later):
        # All that `uuid` asks as it loads. What anybody else asks brings the module itself.
        vars(sys.modules["platform"])["system"] = lambda: os.uname().sysname
    # What an interpreter says of itself (an error in a destructor) may quote somebody's record.
    sys.unraisablehook = lambda _: None
    for stream in (sys.stdout, sys.stderr):
        # A locale without a name's letters shows their codes; it never stops a command.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from casectl.cli import run

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


def load_later(name: str, function: str | None = None) -> None:
    """Put a ``Later`` in a module's place; of ``function``, what loads it when it is called."""
    spec = PathFinder.find_spec(name)
    if name in sys.modules or spec is None or spec.origin is None:
        return
    module = Later(name)
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    if function is not None:

        def call(*values: Any, **named: Any) -> Any:
            if isinstance(module, Later):
                module.load()
            return getattr(module, function)(*values, **named)

        vars(module)[function] = call
    sys.modules[name] = module


if __name__ == "__main__":
    main()
