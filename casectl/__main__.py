"""python -m casectl, and the installed program's entry point."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper


def main() -> None:
    """One short process: nothing to collect, and nothing to tear down once the store is closed.

    Skipping both saves a tenth of a command. ``cli.run`` has closed the store when it returns.
    """
    gc.disable()
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


if __name__ == "__main__":
    main()
