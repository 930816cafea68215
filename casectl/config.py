"""Environment + TOML + paths -> one frozen Config, the standards included, each value's source.

Built in, then the sector's profile, then the configuration, then the environment: each goes before
what stands left of it.
"""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from casectl.core.agenda import LIMIT, WORKING_HOURS
from casectl.core.errors import (
    BadConfiguration,
    BadProfile,
    BadValue,
    CasectlError,
    NoConfiguration,
)
from casectl.core.spoken import DateOrder
from casectl.core.standards import VERIFIED_FOR, Intervals, Standards, checked, laid_over
from casectl.core.text import NAME_LIMIT, checked_text
from casectl.core.values import NamedTuple
from casectl.core.workdays import WorkCalendar

if TYPE_CHECKING:
    from casectl.core.profiles import Profile
    from casectl.formats.sectors import Named, Sector

HORIZON = 7  # days ahead that SOON looks
WITHHOLD_UNDER = 11  # as the CMS cell size policy has it: 1 to 10 are not told
LOCK_MINUTES = 60  # unused for so long, a key leaves the login keyring
DEFAULT = "default"
# The XDG base directory specification: a variable, and where to look in the home folder without it.
XDG = {"config": ("XDG_CONFIG_HOME", ".config"), "data": ("XDG_DATA_HOME", ".local/share")}
LOGIN = "login name"
# More than this is not a configuration, and reading it would keep every command waiting.
LARGEST = 1_000_000


class Config(NamedTuple):
    """What this person set, and what they left at its default."""

    path: Path
    worker: str
    date_order: DateOrder | None = None
    limit: int = LIMIT
    accessible: bool = False
    private: bool = False
    backup: str = "daily"
    standards: Standards = Standards()
    programs: tuple[str, ...] = ()  # declared ones; empty means any name will do
    key_file: str | None = None
    key_command: str | None = None
    lock_minutes: int = LOCK_MINUTES
    working_hours: int = WORKING_HOURS
    full_time: int | None = None  # points that one carries; None leaves it to the profile
    withhold_under: int = WITHHOLD_UNDER  # counts that --deidentify withholds
    verified_for: int = VERIFIED_FOR  # days that what is on record about a service is relied on
    aliases: Mapping[str, str] = {}  # one's own words for commands, and what each stands for
    profile: str | None = None  # the sector's, by its name or its file
    words: Mapping[str, str] = {}  # the sector's own: "client" -> "patient"
    sources: Mapping[str, str] = {}  # key -> the profile, file or variable that set it

    def source(self, key: str) -> str:
        return self.sources.get(key, LOGIN if key == "worker" else DEFAULT)


def config_path() -> Path:
    named = os.environ.get("CASECTL_CONFIG")
    if named:
        return Path(named)
    return _own_folder("config") / "config.toml"


def default_caseload_path() -> Path:
    return _own_folder("data") / "caseload.db"


def _own_folder(kind: Literal["config", "data"]) -> Path:
    """Where this system keeps a program's files of that kind, as platformdirs finds it.

    Asked at every start, and on Linux two lines of the XDG base directory specification answer,
    where platformdirs takes 2 ms to load. A test compares the two.
    """
    if sys.platform == "linux":
        variable, usual = XDG[kind]
        named, home = os.environ.get(variable, ""), os.environ.get("HOME", "")
        if named.startswith("/"):
            return Path(named, "casectl")
        if not named and home.startswith("/"):
            return Path(home, usual, "casectl")
    import platformdirs

    find = platformdirs.user_config_path if kind == "config" else platformdirs.user_data_path
    return find("casectl")


# -- reading -----------------------------------------------------------------------------------


def load_config(*, to_be_made: bool = False) -> Config:
    """Read the configuration. Raises BadConfiguration, one line, naming the file and the key.

    Where nobody named a file there need be none. One that is named and missing is refused as a
    dangling link is, unless it is ``to_be_made`` now: going on with the defaults would quietly
    loosen standards.
    """
    path = config_path()
    text = _text_of(path)
    if not to_be_made and not text and os.environ.get("CASECTL_CONFIG") and not path.exists():
        raise NoConfiguration(
            f"CASECTL_CONFIG names {path}, which is not there",
            hint="name the right file, or make it with casectl config set",
        )
    return _with_environment(parse_config(text, path))


def default_config() -> Config:
    """What holds without a file and without variables; for a look at what is wrong with them."""
    return Config(path=config_path(), worker=_login())


def parse_config(text: str, path: Path) -> Config:
    if not text:
        return Config(path=path, worker=_login())
    import tomllib

    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise BadConfiguration(f"{path}: nested too deep") from None
    except ValueError as error:  # not TOML, or a number too long to read
        words = str(error)
        raise BadConfiguration(f"{path}: {words[:1].lower()}{words[1:]}") from None
    try:
        named = _named_profile(document, path)
        sector = _sector(named)
        return _config(document, path, named, sector)
    except BadProfile:
        raise
    except CasectlError as error:
        raise BadConfiguration(f"{path}: {error.args[0]}", hint=error.hint) from None


def _named_profile(document: Mapping[str, Any], path: Path) -> "Named | None":
    """The sector's profile that the document names. Without one, nothing of profiles is loaded."""
    if "profile" not in document:
        return None
    from casectl.core.settings import checked_value, find_key
    from casectl.formats.sectors import find

    text = str(checked_value(find_key("profile"), document["profile"]))
    try:
        return find(text, path.parent)
    except BadConfiguration as error:
        raise BadProfile(f"{path}: {error.args[0]}", hint=error.hint) from None


def _sector(named: "Named | None") -> "Sector | None":
    """What every start needs of it. What is wrong with it names its own file and line."""
    if named is None:
        return None
    from casectl.formats.sectors import read_sector

    try:
        return read_sector(named)
    except BadConfiguration as error:
        by_line = ", line " in error.args[0]  # then it says what to mend
        hint = None if by_line else "casectl config profile takes another"
        raise BadProfile(error.args[0], hint=hint) from None


def profile_of(config: Config) -> "Profile":
    """The whole profile that holds, its domains and endings as well.

    Asked for by the commands that need it, never by a start. Raises BadConfiguration.
    """
    if config.profile is None:
        from casectl.core.profiles import BUILT_IN

        return BUILT_IN
    from casectl.formats.profiles import load_profile
    from casectl.formats.sectors import find

    return load_profile(find(config.profile, config.path.parent)).profile


def _text_of(path: Path) -> str:
    """What the file holds; nothing where there is none."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BadConfiguration(f"{path} is not a file", hint="the configuration is a text file")
        if status.st_size > LARGEST:
            raise BadConfiguration(f"{path} is too large to be a configuration")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if path.is_symlink():  # silently going back to the defaults would loosen standards
            raise BadConfiguration(f"{path} is a link to a file that is not there") from None
        return ""
    except UnicodeDecodeError:
        raise BadConfiguration(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise BadConfiguration(f"cannot read {path} ({error.strerror})") from None


def _with_environment(config: Config) -> Config:
    """The variables that override the file."""
    sources = dict(config.sources)
    worker = os.environ.get("CASECTL_WORKER")
    if worker:
        try:
            checked_text(worker, "value", limit=NAME_LIMIT)
        except BadValue as error:
            raise BadConfiguration(f"CASECTL_WORKER: {error}") from None
        sources["worker"] = "CASECTL_WORKER"
        config = config._replace(worker=worker)
    if os.environ.get("ACCESSIBLE"):
        sources["accessible"] = "ACCESSIBLE"
        config = config._replace(accessible=True)
    if os.environ.get("CASECTL_PRIVATE"):
        sources["private"] = "CASECTL_PRIVATE"
        config = config._replace(private=True)
    return config._replace(sources=sources)


def _login() -> str:
    for name in ("USER", "LOGNAME", "USERNAME"):
        login = os.environ.get(name, "").strip()
        if login and login.isprintable():
            return login[:NAME_LIMIT]
    return "worker"


def _config(
    document: dict[str, Any], path: Path, named: "Named | None", sector: "Sector | None"
) -> Config:
    """A whole document as a Config. Raises CasectlError that names the key, not the file."""
    from casectl.core.settings import WEEKDAYS, checked_value, find_key, key_at

    root: dict[str, Any] = {}
    shared: dict[str, Any] = {}
    aliases: dict[str, Any] = {}
    programs: dict[str, dict[str, Any]] = {
        name: {} for name, table in _tables(document.get("programs")) if table is not None
    }
    sources: dict[str, str] = {}
    standard_sources: dict[str, str] = {}
    if named is not None and sector is not None:
        shared.update(sector.standards)
        standard_sources.update(dict.fromkeys(shared, f"profile {named.name}"))
        sources.update({f"standards.{key}": source for key, source in standard_sources.items()})
    for place, value in _leaves(document):
        key = key_at(place)
        if key is None:
            find_key(".".join(place))  # raises, and names the nearest
            raise BadValue(f"{'.'.join(place)} is not a setting")
        table = programs[key.program] if key.program else shared if key.standard else root
        if key.alias:
            table = aliases
        table[key.alias or key.standard or key.text] = checked_value(key, value)
        sources[key.text] = str(path)
        if key.standard:
            standard = f"{key.program}.{key.standard}" if key.program else key.standard
            standard_sources[standard] = str(path)
    words = sector.words if sector is not None else {}
    base = _intervals(shared, Intervals(), "standards")
    calendar = WorkCalendar()
    if "working_days" in root:
        weekdays = frozenset(WEEKDAYS.index(day) for day in root["working_days"])
        calendar = WorkCalendar(weekdays, calendar.holidays)
    if "holidays" in root:
        calendar = WorkCalendar(calendar.weekdays, frozenset(root["holidays"]))
    standards = Standards(
        base,
        {name: _intervals(own, base, f"programs.{name}") for name, own in programs.items()},
        calendar,
        root.get("horizon", HORIZON),
        words.get("client", "client"),
        standard_sources,
    )
    return Config(
        path=path,
        worker=root.get("worker") or _login(),
        date_order=root.get("date_order"),
        limit=root.get("limit", LIMIT),
        accessible=root.get("accessible", False),
        private=root.get("private", False),
        backup=root.get("backup", "daily"),
        standards=standards,
        programs=tuple(programs),
        key_file=root.get("key_file"),
        key_command=root.get("key_command"),
        lock_minutes=root.get("lock_minutes", LOCK_MINUTES),
        working_hours=root.get("working_hours", WORKING_HOURS),
        full_time=root.get("full_time"),
        withhold_under=root.get("withhold_under", WITHHOLD_UNDER),
        verified_for=root.get("verified_for", VERIFIED_FOR),
        aliases=aliases,
        profile=root.get("profile"),
        words=words,
        sources=sources,
    )


def _leaves(table: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Every value of a document and where it stands, table by table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*place, name))
        else:
            yield (*place, name), value


def _tables(value: Any) -> Iterator[tuple[str, dict[str, Any] | None]]:
    if isinstance(value, dict):
        for name, table in value.items():
            yield name, table if isinstance(table, dict) else None


def _intervals(own: dict[str, Any], base: Intervals, where: str) -> Intervals:
    """``base`` with what one table sets. Raises BadConfiguration where they cannot be worked to."""
    return checked(laid_over(base, own), where)


# -- one by one --------------------------------------------------------------------------------


class Value(NamedTuple):
    """A setting as it holds now, and what set it."""

    key: str
    value: Any
    source: str


def value_of(config: Config, text: str) -> Value:
    """The setting that ``text`` names. Raises BadValue for a key nobody knows."""
    from casectl.core.settings import LEVELS, WEEKDAYS, find_key

    key = find_key(text)
    calendar = config.standards.calendar
    match key.text:
        case "horizon":
            value: Any = config.standards.horizon
        case "working_days":
            value = [day for index, day in enumerate(WEEKDAYS) if index in calendar.weekdays]
        case "holidays":
            value = sorted(calendar.holidays)
        case _ if key.alias:
            value = config.aliases.get(key.alias)
        case _ if key.standard:
            name, *parts = key.standard.split(".")
            value = getattr(config.standards.of(key.program or None), name)
            if name == "requires":
                value = list(value)
            elif name == "deadlines":
                value = getattr(value[parts[0]], parts[1])
            elif parts:
                value = value[LEVELS.index(parts[0])]
        case _:
            value = getattr(config, key.text)
    source = config.source(key.text)
    if key.program and source == DEFAULT:
        source = config.source(f"standards.{key.standard}")
    return Value(key.text, value, source)


def all_values(config: Config) -> list[Value]:
    """Every setting, and of each program what it sets for itself."""
    from casectl.core.settings import ROOT, STANDARDS

    keys = [*ROOT, *(f"standards.{name}" for name in STANDARDS)]
    keys += [key for key in config.sources if key.startswith(("programs.", "aliases."))]
    return [value_of(config, key) for key in keys]


def profile_values(config: Config) -> list[Value]:
    """What the profile says beside its standards, which ``all_values`` tells: each with its source.

    A value of a profile that says nothing of it is the built-in one.
    """
    from casectl.core.model import Level
    from casectl.core.profiles import PHASES, WORDS

    profile = profile_of(config)
    values: dict[str, Any] = {f"words.{name}": profile.words.get(name, name) for name in WORDS}
    values["domains"] = [each.key for each in profile.asked]
    for name, value in zip(profile.closing._fields, profile.closing, strict=True):
        values[f"closing.{name}"] = list(value) if isinstance(value, tuple) else value
    for program, closing in profile.closings.items():
        for name, value in zip(closing._fields, closing, strict=True):
            key = f"closing.programs.{program}.{name}"
            if key in profile.told:
                values[key] = list(value) if isinstance(value, tuple) else value
    capacity = profile.capacity
    values["capacity.full_time"] = capacity.full_time
    values |= {f"capacity.level.{each.word}": capacity.level[each - 1] for each in Level}
    weights = zip(PHASES, capacity.phase, strict=True)
    values |= {f"capacity.phase.{phase}": points for phase, points in weights}
    own = f"profile {config.profile}"
    return [
        value_of(config, "profile"),
        *(
            Value(key, value, own if key in profile.told else DEFAULT)
            for key, value in values.items()
        ),
    ]


# -- writing -----------------------------------------------------------------------------------


Check = Callable[[Config], Config]


def _as_it_is(made: Config) -> Config:
    return made


def set_value(
    config: Config, text: str, typed_value: str | None, checked: Check = _as_it_is
) -> Config:
    """Write one setting into the file, or take it out (``None``); its comments stay.

    The whole document is checked before a byte is written, by ``checked`` as well. Raises BadValue
    for what was typed, BadConfiguration for what the file already held.
    """
    after, made = _changed(config, text, typed_value, checked)
    _replace(config.path, after)
    return _with_environment(made)


def check_value(config: Config, text: str, typed_value: str, checked: Check = _as_it_is) -> None:
    """Raise what ``set_value`` would, and write nothing."""
    _changed(config, text, typed_value, checked)


def _changed(
    config: Config, text: str, typed_value: str | None, checked: Check
) -> tuple[str, Config]:
    """The whole file as it would be, and what it would mean."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    from casectl.core.settings import find_key, typed

    key = find_key(text)
    before = _text_of(config.path)
    try:
        parse_config(before, config.path)
    except BadProfile:
        if key.text != "profile":
            raise
    value = None if typed_value is None else typed(key, typed_value)
    if key.text == "profile" and isinstance(value, str):
        value = _from_anywhere(value)
    try:
        document = tomlkit.parse(before)
        if value is None:
            _take_out(document, key.path)
        else:
            _put_in(document, key.path, value)
        after = tomlkit.dumps(document).rstrip("\n") + "\n"
    except TOMLKitError:
        raise BadConfiguration(
            f"{config.path} is written in a way that casectl cannot change",
            hint=f"set {key.text} in an editor",
        ) from None
    try:
        return after, checked(parse_config(after, config.path))
    except BadConfiguration as error:
        words = str(error.args[0]).removeprefix(f"{config.path}: ")
        raise BadValue(words, hint=error.hint) from None


def _from_anywhere(profile: str) -> str:
    """A profile as it is written down: a file that was named from here is found from elsewhere."""
    from casectl.formats.sectors import is_path

    if is_path(profile) and not profile.startswith("~"):
        return str(Path(profile).absolute())
    return profile


def _put_in(document: Any, path: tuple[str, ...], value: Any) -> None:
    import tomlkit

    table = document
    for name in path[:-1]:
        if name not in table:
            table[name] = tomlkit.table()
        table = table[name]
    table[path[-1]] = value


def _take_out(document: Any, path: tuple[str, ...]) -> None:
    table = document
    for name in path[:-1]:
        table = table.get(name, {})
    table.pop(path[-1], None)


def _replace(path: Path, text: str) -> None:
    """Write the whole file beside the old one (0600) and put it in its place in one step."""
    target = path.resolve()  # behind a link, the file itself
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    mask = os.umask(0o077)
    try:
        _make_folder(target.parent)
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError as error:
        raise BadConfiguration(f"cannot write {path} ({error.strerror})") from None
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        os.umask(mask)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
