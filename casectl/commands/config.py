"""config: the settings, one by one, each with where it comes from."""

import os
from typing import Annotated

import typer

from casectl.core.errors import BadProfile, NoConfiguration
from casectl.core.settings import NONE, said
from casectl.parameters import current
from casectl.render.upkeep import setting_object, show_profile, show_setting, show_settings
from casectl.session import Session, at_home

config_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="A setting, as in standards.contact.high.")
]


@config_app.callback()
def config() -> None:
    """Read and change settings.

    docs/configuration.md tells of each. Settings stand in one file (casectl config path), which
    may as well be edited by hand.
    """


def _allow_none(session: Session) -> None:
    """A file that CASECTL_CONFIG names need not be there to be told of, or to be made."""
    try:
        _allow_a_bad_profile(session)
    except NoConfiguration:
        session.use_defaults()


def _allow_a_bad_profile(session: Session) -> None:
    """The profile need not be sound for another one to be named, or for it to be taken out."""
    try:
        _ = session.config
    except BadProfile:
        session.use_defaults()


@config_app.command("list")
def list_(ctx: typer.Context) -> None:
    """Every setting, its value, and where that comes from."""
    session = current(ctx)
    settings = [setting_object(*each) for each in session.settings()]
    show_settings(settings, session.output)


@config_app.command("get")
def get(ctx: typer.Context, key: KeyArgument) -> None:
    """One setting's value.

    In a pipe the value alone; on a terminal and with --json also where it comes from.
    """
    session = current(ctx)
    show_setting(setting_object(*session.setting(key)), session.output)


@config_app.command("set")
def set_(
    ctx: typer.Context,
    key: KeyArgument,
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="Its new value; lists with commas between.")
    ],
) -> None:
    """Change one setting.

    casectl config set worker "Kim Example", or standards.contact.high 5, or holidays
    2026-12-25,2027-01-01. The whole file is checked before it is written, and made where there is
    none.
    """
    session = current(ctx)
    _allow_none(session)
    programs = session.config.programs
    session.configure(key, value)
    after = session.setting(key)
    made = setting_object(*after)
    sentences = [f"{after.key} is now {said(after.value) or NONE} ({session.config.path})."]
    if after.source != str(session.config.path):
        sentences = [
            f"Written to {session.config.path}, but {after.source} in the environment still says "
            f"{said(after.value)}."
        ]
    if after.key == "key_file" and not at_home(value).exists():
        sentences.append(
            f"WARNING: {at_home(value)} is not there. Until it is, nothing opens an encrypted "
            "caseload without asking; casectl key file makes one."
        )
    for program in session.config.programs:
        if program not in programs:
            sentences.append(
                f"{program} is now a declared program: only declared ones are taken from here on."
            )
    session.output.wrote(made, *sentences)


@config_app.command("unset")
def unset(ctx: typer.Context, key: KeyArgument) -> None:
    """Take one setting out of the file, back to the profile's or its default."""
    session = current(ctx)
    _allow_a_bad_profile(session)
    session.configure(key, None)
    after = session.setting(key)
    session.output.wrote(
        setting_object(*after),
        f"{after.key} is now {said(after.value) or 'not set'} ({after.source}).",
    )


def _complete_profile(incomplete: str) -> list[str]:
    """The profiles that come with casectl; a shell finds files by itself."""
    from casectl.formats.sectors import names

    return [name for name in names() if name.startswith(incomplete)]


@config_app.command("profile")
def profile(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|FILE]",
            help="health, housing …, or a file of your own.",
            autocompletion=_complete_profile,
        ),
    ] = None,
) -> None:
    """The sector's profile: what it sets, or another one to work by.

    family, health, housing, legal and reentry come with casectl: each sets words, the domains of
    an assessment, standards, what closing asks, and what a case weighs. config list has the
    standards. A file of your own is read whole before it is taken; docs/profiles.md shows one.
    """
    session = current(ctx)
    if name is None:
        settings = [setting_object(*each) for each in session.profile_values()]
        show_profile(settings, session.profile, session.output)
        return
    _allow_none(session)
    session.configure("profile", name)
    after = session.setting("profile")
    told = session.profile
    session.output.wrote(
        setting_object(*after),
        f"{told.title} ({after.value}) is the profile now ({session.config.path}).",
        "casectl config profile shows what it sets, casectl config list its standards.",
    )


@config_app.command("path")
def path(ctx: typer.Context) -> None:
    """Where the settings are."""
    session = current(ctx)
    _allow_none(session)
    place = session.config.path.absolute()
    session.output.one({"path": str(place), "exists": os.access(place, os.F_OK)}, ("path",))
