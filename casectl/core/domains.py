"""The domains of a life that an assessment goes through, and how a client stands in each.

A sector's profile asks some of them and may add its own (core/profiles.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from casectl.core.errors import BadValue
from casectl.core.text import fold
from casectl.core.values import IntEnum, NamedTuple


class Domain(NamedTuple):
    """One area of life.

    ``category`` is the Gravity Project's SDOH-CC category that means the same, for other systems.
    ``within`` are categories that mean a part of it: read as this domain, never written for it,
    since a client behind with the rent is not thereby homeless.
    """

    key: str
    category: str | None = None
    within: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return domain_words(self.key)


# As the assessment asks them: what cannot wait comes first.
DOMAINS = (
    Domain("safety"),
    Domain("housing", within=("homelessness",)),
    Domain("food", "food-insecurity"),
    Domain("income", "financial-insecurity", ("material-hardship",)),
    Domain("employment", "employment-status"),
    Domain("education"),
    Domain("physical_health"),
    Domain("mental_health"),
    Domain("substance_use"),
    Domain("transport", "transportation-insecurity"),
    Domain("legal"),
    Domain("family_and_relationships"),
    Domain("social_support", "social-connection"),
    Domain("daily_living"),
    Domain("benefits"),
)
BY_KEY = {domain.key: domain for domain in DOMAINS}
# No domain's key: a draft keeps the answers of an assessment under these beside the domains.
RESERVED = frozenset(["summary", "review"])


class Standing(IntEnum):
    """How a client stands in a domain; higher is better."""

    IN_CRISIS = 1
    VULNERABLE = 2
    STABLE = 3
    SELF_SUFFICIENT = 4
    EMPOWERED = 5

    @property
    def words(self) -> str:
        return "self-sufficient" if self == 4 else str(self.name).lower().replace("_", " ")


def find_domain(text: str, domains: Sequence[Domain] = DOMAINS) -> Domain:
    """The domain that ``text`` names, whole or by its first letters. Raises BadValue."""
    wanted = _plain(text)
    if wanted:
        found = [each for each in domains if _plain(each.key) == wanted]
        found = found or [each for each in domains if _plain(each.key).startswith(wanted)]
        if len(found) == 1:
            return found[0]
    from casectl.core.intake import did_you_mean

    words = [each.words for each in domains]
    raise BadValue(
        f"no domain {text[:40]!r}: it is one of {', '.join(words)}", hint=did_you_mean(text, words)
    )


def domain_words(key: str) -> str:
    """``physical health``; of a domain of somebody's own as well."""
    return key.replace("_", " ")


def in_order(keys: Iterable[str]) -> list[str]:
    """Domains by key, each once: casectl's own in their order, then a profile's own as they come.

    A record outlives the profile that it was made under, so no key is left out.
    """
    given = dict.fromkeys(keys)
    known = [each.key for each in DOMAINS if each.key in given]
    return known + [key for key in given if key not in BY_KEY]


def find_standing(text: str) -> Standing:
    """``3`` or ``stable``. Raises BadValue."""
    wanted = _plain(text)
    for each in Standing:
        if wanted in (str(each.value), _plain(each.words)):
            return each
    said = ", ".join(f"{each.value} {each.words}" for each in Standing)
    raise BadValue(f"no level {text[:40]!r}: it is one of {said}")


def domain_of_category(code: str) -> Domain | None:
    """The domain that one of Gravity's category codes belongs to."""
    return next((each for each in DOMAINS if code == each.category or code in each.within), None)


def _plain(text: str) -> str:
    return fold(text.replace("_", " ").replace("-", " ")).replace(" ", "")
