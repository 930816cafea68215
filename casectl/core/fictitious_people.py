"""People who do not exist, and the words of work with them. Pure: every choice is the dice's.

Surnames say that nobody is meant (Example, Ejemplo, 示例 …), telephone numbers are the 555-01xx
ones kept for fiction, and mail goes to example.org, which answers nobody (RFC 2606).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import TypeVar

from casectl.core.model import Client
from casectl.core.values import NamedTuple

Thing = TypeVar("Thing")


class Dice:
    """Draws that are the same on every Python: only ``Random.random`` is ever asked."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random

    def chance(self, share: float) -> bool:
        return self.random() < share

    def among(self, things: Sequence[Thing]) -> Thing:
        return things[int(self.random() * len(things))]

    def between(self, low: int, high: int) -> int:
        """From ``low`` to ``high``, both included."""
        return low + int(self.random() * (high - low + 1))


class Tongue(NamedTuple):
    """How people of one language are named: given names, and its words for "example"."""

    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False
    joint: str = " "


GIVEN = (
    "Abena", "Ada", "Alma", "Amir", "Anselm", "Avery", "Bea", "Benno", "Bo", "Carmen", "Cleo",
    "Dara", "Delia", "Dov", "Edith", "Elio", "Emre", "Farah", "Fintan", "Gita", "Goran", "Hana",
    "Hugo", "Ines", "Ivo", "Jada", "Jonas", "Juno", "Kai", "Kenji", "Lena", "Leo", "Lupe",
    "Malik", "Mara", "Milo", "Nadia", "Nils", "Noor", "Olga", "Omar", "Pia", "Quinn", "Rafael",
    "Renée", "Rosa", "Sami", "Selma", "Siobhán", "Tariq", "Tess", "Uma", "Vera", "Viktor",
    "Wanda", "Xavier", "Yara", "Yusuf", "Zoë", "Zoran",
)  # fmt: skip
FAMILY = (
    "Example", "Sample", "Placeholder", "Specimen", "Fictional", "Invented", "Madeup", "Notreal",
    "Pretend", "Imaginary", "Standin", "Template", "Mockup", "O'Sample", "McExample",
    "van Example", "de la Sample", "Example-Placeholder",
)  # fmt: skip
ENGLISH = Tongue("English", GIVEN, FAMILY)
# Each means "example" or "sample" where it is spoken.
TONGUES = (
    Tongue("Mandarin", ("小明", "伟", "静怡", "建国", "美玲"), ("示例", "样本"), True, ""),
    Tongue("Arabic", ("ليلى", "يوسف", "فاطمة", "سمير", "هدى"), ("مثال", "نموذج")),
    Tongue("Spanish", ("María José", "Íñigo", "Begoña", "Lucía"), ("Ejemplo", "Muestra Ejemplo")),
    Tongue("Russian", ("Анна", "Игорь", "Людмила"), ("Пример", "Образец")),
    Tongue("Vietnamese", ("Thị Hương", "Văn Đức", "Thu"), ("Ví Dụ",), True),
    Tongue("Somali", ("Hodan", "Abdi", "Sahra"), ("Tusaale",)),
    Tongue("Hindi", ("आशा", "रवि", "मीना"), ("उदाहरण",)),
    Tongue("Korean", ("민준", "서연"), ("예시",), True, ""),
    Tongue("Ukrainian", ("Оксана", "Тарас"), ("Приклад",)),
    Tongue("Amharic", ("ሰላም", "ዳዊት"), ("ምሳሌ",)),
    Tongue("Polish", ("Łucja", "Grzegorz"), ("Przykład",)),
    Tongue("Swahili", ("Neema", "Juma"), ("Mfano",)),
)
LONG_NAME = (
    "Maximiliana Theodora Konstantina Example-Placeholder von und zu Fictional-Specimen-Notreal"
)
# What every surname above is made of: tests look for one of them in every name.
FICTIONAL_WORDS = frozenset(
    word for tongue in (ENGLISH, *TONGUES) for family in tongue.family for word in family.split()
)

STREETS = ("Placeholder Lane", "Sample Street", "Example Avenue", "Specimen Row", "Template Road")
PRONOUNS = ("she/her", "he/him", "they/them")
SAFE_CONTACT = (
    "text only, before 15:00; leave no voicemail",
    "say you are calling from the library; never name the program",
    "ask for the client; hang up if anybody else answers",
    "weekday mornings only; the phone is shared",
    "no letters to this address",
    "call the aunt's number and wait to be called back",
)
REFERRERS = (
    "Sample Street Clinic", "county court", "school counsellor", "self", "Example Shelter",
    "probation office", "hospital discharge", "a neighbour",
)  # fmt: skip


def person(dice: Dice, index: int, today: date) -> Client:
    """The ``index``-th person of a caseload. Every eighth is named in another language."""
    tongue = TONGUES[index // 8 % len(TONGUES)] if index % 8 == 3 else ENGLISH
    name = LONG_NAME if index % 200 == 22 else _name(dice, tongue)
    foreign = tongue is not ENGLISH
    return Client(
        id="",
        name=name,
        birth_date=_birth_date(dice, today),
        phone=f"(202) 555-01{dice.between(0, 99):02}" if dice.chance(0.9) else None,
        email=_email(name, index) if dice.chance(0.35) else None,
        address=f"{dice.between(1, 240)} {dice.among(STREETS)}" if dice.chance(0.7) else None,
        language=tongue.language if foreign or dice.chance(0.2) else None,
        interpreter=foreign and dice.chance(0.7),
        pronouns=dice.among(PRONOUNS) if dice.chance(0.3) else None,
        safe_contact=dice.among(SAFE_CONTACT) if dice.chance(0.15) else None,
        external_id=f"EX-{index + 1:07}" if dice.chance(0.25) else None,
    )


def _name(dice: Dice, tongue: Tongue) -> str:
    given, family = dice.among(tongue.given), dice.among(tongue.family)
    second = dice.among(GIVEN)
    if tongue is ENGLISH and second != given and dice.chance(0.4):
        given += f" {second}"
    parts = (family, given) if tongue.family_first else (given, family)
    return tongue.joint.join(parts)


def _birth_date(dice: Dice, today: date) -> str | None:
    """As exact as it is known: one in ten only by the year, one in ten not at all."""
    year = today.year - dice.between(2, 84)
    known = dice.random()
    if known < 0.1:
        return None
    if known < 0.2:
        return str(year)
    return f"{year}-{dice.between(1, 12):02}-{dice.between(1, 28):02}"


def _email(name: str, index: int) -> str:
    letters = "".join(char for char in name.lower() if char.isascii() and char.isalpha())
    return f"{letters[:20] or 'client'}.{index + 1}@example.org"


PROGRAMS = ("Housing", "Family", "Reentry")
NEEDS = (
    "a stable place to live", "help with benefits", "a safe plan at home", "work after release",
    "childcare during working hours", "transport to treatment", "legal help with an eviction",
    "food until the first pay",
)  # fmt: skip
FOLLOW_UPS = (
    ("call", "call about the benefits letter"),
    ("call", "ask how the first week in the flat went"),
    ("call", "call the school about attendance"),
    ("call", "check that the medication was picked up"),
    ("visit", "home visit: look at the heating together"),
    ("visit", "meet at the shelter and fill in the form"),
    ("paperwork", "send the housing application"),
    ("paperwork", "copy of the birth certificate for the file"),
    ("paperwork", "income statement for the voucher"),
    ("email", "write to the landlord about the repair"),
    ("letter", "letter of support for the hearing"),
    ("meeting", "care team meeting: agree who does what"),
    ("other", "bus pass for the training course"),
    ("other", "look for a childcare place near work"),
)
WAITED_FOR = (
    "county benefits office", "the landlord", "Sample Street Clinic", "the school",
    "legal aid", "the client's cousin",
)  # fmt: skip
SNOOZE_REASONS = ("the office is closed this week", "client asked for next week", "form is late")
DONE_OUTCOMES = ("done together", "sent, copy on file", "spoke, all is well", "received")
REACHED = (
    ("phone", "Spoke for ten minutes. The new medication makes mornings hard; appetite is back."),
    ("phone", "Reached on the second ring. Rent is paid for this month, worried about the next."),
    ("phone", "Sounds tired but glad of the call. The children are back at school."),
    ("phone", "Says the landlord promised the repair again. Will take photographs."),
    ("phone", "Had the interview and thinks it went well. Hears back within two weeks."),
    ("text", "Asked for a later hour because of the night shift; agreed on 16:00 from now on."),
    ("office", "Went over the letter line by line. Will bring the missing page on Thursday."),
    ("office", "Came by the office. Signed the application, kept a copy."),
    ("visit", "Met at the shelter. Wants a room with a door that locks before anything else."),
    ("visit", "Went through the bus route to the training course and tried it together."),
)
TRIED_TEXTS = (
    "No answer.",
    "Rang out; no voicemail, as agreed.",
    "Number not in service. Try the sister.",
    "Nobody at the door; left the neutral card.",
)
PROVIDER_TEXTS = (
    "The clinic confirms the appointment and asks for the insurance card.",
    "The school counsellor checks in every day; no new worries.",
    "Landlord's office: the application is second in line.",
)
NOTES = (
    "Strengths: knows the neighbourhood, keeps promises, two good friends.",
    "S: sleeps badly. O: on time, prepared. A: coping, isolated. P: group on Tuesdays.",
    "Documents on file: identity card, lease, two pay slips. Missing: birth certificate.",
    "Prefers plain words and one thing at a time. Written summary after each visit helps.",
    "Agreed with the supervisor: keep the level, look again in two weeks.",
)
CLOSE_REASONS = ("goals met", "moved away", "client's wish", "referred on", "lost contact")
DEADLINES = {
    "Housing": (("recertification", "recertify the housing voucher"), ("other", "lease ends")),
    "Family": (("court", "family court review"),),
    "Reentry": (("court", "probation hearing"), ("authorization", "treatment authorization ends")),
    "": (("appeal", "appeal the benefits denial"),),
}
PLACES = ("Sample Street Clinic", "the office", "Example Housing, room 4", "12 Sample Street")


class Aim(NamedTuple):
    """A need, and the goal that serves it: in the client's words, measured, with its steps."""

    domain: str
    need: str
    goal: str
    words: str
    measure: str
    baseline: str
    target: str
    steps: tuple[tuple[str, str], ...]  # what, and who does it


AIMS = (
    Aim(
        "housing", "a lease of her own", "live in a flat with a lease", "A door that I can lock.",
        "nights in the own flat", "sleeps at a cousin's", "every night for a month",
        (("bring the pay slips and the identity card", "client"),
         ("send the housing application", "worker"), ("look at two flats", "client")),
    ),
    Aim(
        "income", "money for the second half of the month", "the benefits are paid in full",
        "Not to ask my brother again.", "days without money", "nine a month", "none",
        (("bring the letters of the last half year", "client"),
         ("write the appeal with legal aid", "worker"),
         ("call the office about the missing page", "client")),
    ),
    Aim(
        "mental_health", "sleep, and somebody to talk to", "sleep through most nights",
        "I want to wake up and not dread it.", "nights slept through", "one a week", "five a week",
        (("go to the first hour at the clinic", "client"),
         ("send the referral to the clinic", "worker"),
         ("walk for half an hour a day", "client")),
    ),
    Aim(
        "employment", "work with hours that fit the school", "work twenty hours a week",
        "To pay for the shoes myself.", "hours worked a week", "none", "twenty",
        (("write down the last three jobs", "client"),
         ("find a course with childcare", "worker"), ("three applications", "client")),
    ),
    Aim(
        "transport", "a way to treatment", "get to every treatment", "I hate to be late again.",
        "treatments missed", "two a month", "none",
        (("ask the neighbour about Tuesdays", "client"), ("bus pass from the county", "provider")),
    ),
    Aim(
        "family_and_relationships", "calm evenings with the children",
        "three evenings a week without shouting", "They should laugh at supper.",
        "calm evenings a week", "none", "three",
        (("supper at the table, without telephones", "family"),
         ("the parents' group on Thursdays", "client")),
    ),
)  # fmt: skip
ASSESSED = ("safety", "housing", "income", "physical_health", "mental_health", "social_support")
STRENGTHS = (
    "keeps what she promises", "two good friends nearby", "knows how the offices work",
    "a sister who calls every day", "has been sober for a year",
)  # fmt: skip
SUMMARIES = (
    "Knows what comes first, and says so.", "More in hand than it looks from outside.",
    "Tired of telling it again; brought everything all the same.",
)  # fmt: skip
RISKS = ("medical", "homelessness tonight", "abuse or neglect", "overdose")
PROGRESS_NOTES = {
    -1: ("The form came back, so it begins again.", "Two bad weeks; nothing is lost."),
    0: ("As we said it would be.", "Slow, and steady."),
    1: ("Further than we thought by now.", "Did the hard part alone."),
}
VOICES = {
    2: "Too many people ask me the same.",
    3: "It helps when you call first.",
    4: "You do what you say.",
    5: "For once somebody listened.",
}
PHQ9_BANDS = (
    (4, "minimal"), (9, "mild"), (14, "moderate"), (19, "moderately severe"), (27, "severe"),
)  # fmt: skip
