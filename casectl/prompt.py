"""The line that a person types at: editing, completing, and leaving it when nobody is there.

The only module that knows prompt_toolkit. What was typed is kept in memory alone. It knows no
caseload: what completes a line, and what the prompt says, it is handed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.output import create_output
from prompt_toolkit.output.vt100 import Vt100_Output

from casectl.core.text import visible
from casectl.core.values import NamedTuple

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyPressEvent

# How a line ended: with Enter, dropped by Ctrl-C, at the end (Ctrl-D), by nobody typing for long,
# and by the key that hides what is on the screen or shows it again.
TYPED, DROPPED, ENDED, IDLE, PRIVATE = "typed", "dropped", "ended", "idle", "private"
# A control character, so that it works on every keyboard and terminal, in tmux and over ssh;
# function keys do not. O as in "others can see".
PRIVATE_KEY = "c-o"
# How often an open prompt looks whether it was left: a machine that slept is noticed so soon.
LOOK_SECONDS = 5.0
# Erases what was scrolled away as well (xterm and whatever came after it).
ERASE_SCROLLED = "\x1b[3J"


class Choice(NamedTuple):
    """One way to go on: what takes the place of the last ``replaces`` characters, and what it is.

    ``about`` is only shown, so it may be anything; ``text`` is typed, and is a word of ours.
    """

    text: str
    replaces: int
    about: str = ""


class Line(NamedTuple):
    how: str
    text: str = ""


Complete = Callable[[str], Iterable[Choice]]


class Prompt:
    """One prompt; lines typed in private are remembered apart from the others.

    ``use`` is called now and then while somebody types.
    """

    def __init__(self, complete: Complete, idle_seconds: float, use: Callable[[], None]) -> None:
        self._use = use
        self._completer = _Choices(complete)
        self._idle_seconds = idle_seconds
        self._sessions: dict[bool, PromptSession[Line | str]] = {}
        self._output = create_output()
        if isinstance(self._output, Vt100_Output):
            # Asking the terminal where the cursor is would leave its answer, over a slow line, to
            # a command's question.
            self._output.enable_cpr = False
        self._last_key = _now()
        self._was_late = False

    def ask(self, message: Callable[[], str], begun: str = "", *, private: bool = False) -> Line:
        """One line, ``begun`` before the cursor. The message is asked for at each drawing."""
        session = self._session(private)
        self._last_key, self._was_late = _now(), False
        try:
            line = session.prompt(
                lambda: visible(message()),
                default=begun,
                pre_run=lambda: self._watch(session, message),
            )
        except EOFError:
            return Line(ENDED)
        except KeyboardInterrupt:
            return Line(DROPPED)
        if isinstance(line, str):
            line = Line(TYPED, line)
        # A key pressed on return to a machine that slept is not a command.
        return Line(IDLE, line.text) if self._was_late else line

    def key(self, message: str, known: Iterable[str]) -> Line:
        """One of the ``known`` keys, without Enter; any other does nothing.

        The line of the question goes once it is answered.
        """
        session: PromptSession[Line | str] = PromptSession(
            output=self._output, key_bindings=_single_keys(known), erase_when_done=True
        )
        session.app.key_processor.before_key_press += lambda _: self._pressed()
        self._last_key, self._was_late = _now(), False
        shown = visible(message)
        try:
            line = session.prompt(shown, pre_run=lambda: self._watch(session, lambda: shown))
        except (EOFError, KeyboardInterrupt):
            return Line(ENDED)
        assert isinstance(line, Line), "its keys give nothing else"
        return Line(IDLE) if self._was_late else line

    def remember(self, text: str, *, private: bool = False) -> None:
        """Offer ``text`` by the up key."""
        if text.strip():
            self._session(private).history.append_string(text)

    def forget(self) -> None:
        """Drop every line that was typed."""
        self._sessions.clear()

    def clear(self) -> None:
        """Leave nothing on the screen, nor above it."""
        self._output.write_raw(ERASE_SCROLLED)
        self._output.erase_screen()
        self._output.cursor_goto(0, 0)
        self._output.flush()

    def wait_for_key(self, message: str) -> bool:
        """Until somebody presses a key; False for Ctrl-D or a terminal that is closed."""
        keys = KeyBindings()

        @keys.add("<any>")
        @keys.add("enter")
        @keys.add("c-c")
        @keys.add("<sigint>")
        def any_key(event: KeyPressEvent) -> None:
            event.app.exit(result="here")

        @keys.add("c-d")
        def leave(event: KeyPressEvent) -> None:
            event.app.exit(exception=EOFError())

        session: PromptSession[str] = PromptSession(output=self._output, key_bindings=keys)
        try:
            session.prompt(visible(message))
        except (EOFError, KeyboardInterrupt):
            return False
        return True

    # -- beneath -------------------------------------------------------------------------------

    def _session(self, private: bool) -> PromptSession[Line | str]:
        if private not in self._sessions:
            session: PromptSession[Line | str] = PromptSession(
                history=InMemoryHistory(),
                completer=self._completer,
                complete_while_typing=False,
                key_bindings=_own_keys(),
                output=self._output,
                enable_suspend=True,
            )
            session.app.key_processor.before_key_press += lambda _: self._pressed()
            self._sessions[private] = session
        return self._sessions[private]

    def _pressed(self) -> None:
        now = _now()
        self._was_late |= now - self._last_key >= self._idle_seconds
        self._last_key = now

    def _watch(self, session: PromptSession[Line | str], message: Callable[[], str]) -> None:
        """Look again and again while the line is open, and end it when nobody has typed."""
        app, drawn, looked = session.app, message(), _now()

        def look() -> None:
            nonlocal looked
            if not app.is_running or app.is_done:
                return
            left = self._idle_seconds - (_now() - self._last_key)
            if left <= 0 or self._was_late:
                app.exit(result=Line(IDLE, session.default_buffer.text))
                return
            if self._last_key > looked:
                with suppress(Exception):  # it fails where the next command says why
                    self._use()
            looked = _now()
            if message() != drawn:  # past midnight the prompt names another day
                app.invalidate()
            wait(min(left, LOOK_SECONDS), look)

        assert app.loop is not None
        wait = app.loop.call_later
        wait(min(self._idle_seconds, LOOK_SECONDS), look)


def _own_keys() -> KeyBindings:
    keys = KeyBindings()
    keys.add("c-c")(_ending(DROPPED))
    keys.add("<sigint>")(_ending(DROPPED))
    keys.add(PRIVATE_KEY)(_ending(PRIVATE))
    return keys


def _ending(how: str) -> Callable[[KeyPressEvent], None]:
    def end(event: KeyPressEvent) -> None:
        event.app.exit(result=Line(how, event.app.current_buffer.text))

    return end


def _single_keys(known: Iterable[str]) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("<any>")
    @keys.add("enter")
    def nothing(event: KeyPressEvent) -> None:
        pass

    def typing(key: str) -> Callable[[KeyPressEvent], None]:
        def end(event: KeyPressEvent) -> None:
            event.app.exit(result=Line(TYPED, key))

        return end

    for key in known:
        for typed in {key, key.upper()}:  # a telephone's keyboard begins with a capital
            keys.add(typed)(typing(key))
    for stop in ("c-c", "<sigint>", "c-d"):
        keys.add(stop)(_ending(ENDED))
    keys.add(PRIVATE_KEY)(_ending(PRIVATE))
    return keys


def _now() -> float:
    """Seconds that also run while the machine sleeps, where it has such a clock."""
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):  # Linux; macOS, whose own counts sleep
        number = getattr(time, name, None)
        if number is not None:
            return time.clock_gettime(number)
    return time.monotonic()


class _Choices(Completer):
    def __init__(self, complete: Complete) -> None:
        self._complete = complete

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
        for each in self._complete(document.text_before_cursor):
            yield Completion(
                each.text,
                start_position=-each.replaces,
                display=visible(each.text),
                display_meta=visible(each.about),
            )
