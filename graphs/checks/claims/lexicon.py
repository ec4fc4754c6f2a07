"""Lexicon: the English words that turn a claim round, rank what it speaks of, or measure it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

NEGATION = re.compile(
    r"\b(?:not|never|no|none|nothing|nobody|neither|nor|cannot|without)\b|n['’]t\b", re.IGNORECASE
)
_RISING = """more higher larger bigger greater longer heavier taller farther further wider deeper
richer stronger broader busier steeper warmer hotter thicker costlier dearer older above""".split()
_FALLING = """fewer less lower smaller shorter lighter nearer closer narrower shallower poorer
weaker thinner cooler colder cheaper younger below""".split()
COMPARATIVES: Mapping[str, int] = {
    **dict.fromkeys(_RISING, 1),
    **dict.fromkeys(_FALLING, -1),
}
"""Words that compare, and which way."""

_HIGHEST = """most highest largest biggest greatest longest heaviest tallest farthest furthest
widest deepest richest strongest busiest maximum top warmest hottest thickest""".split()
_LOWEST = """fewest least lowest smallest shortest lightest nearest closest narrowest shallowest
poorest weakest minimum thinnest coolest coldest""".split()
SUPERLATIVES: Mapping[str, int] = {**dict.fromkeys(_HIGHEST, 1), **dict.fromkeys(_LOWEST, -1)}
"""Words that rank, and which end they mean."""

ROSE = re.compile(
    r"\b(?:ros[e]|rises?|risen|rising|grew|grows?|grown|growing|increas\w+|climb\w*|gain\w*|"
    r"jump\w*|went up|goes up|soar\w*|doubled|tripled)\b",
    re.IGNORECASE,
)
FELL = re.compile(
    r"\b(?:fell|falls?|fallen|falling|drop\w*|decreas\w+|declin\w+|reduc\w+|shr[aiu]nk\w*|"
    r"went down|goes down|sank|sinks?|halved|plunge\w*|lost)\b",
    re.IGNORECASE,
)

EXCEEDS = re.compile(
    r"\b(?:(?P<more>exceed(?:s|ed)?|outnumber(?:s|ed)?|surpass(?:es|ed)?|outperform(?:s|ed)?|"
    r"outweigh(?:s|ed)?|(?:is|are|was|were) ahead of)|trail(?:s|ed)?|lag(?:s|ged)? behind|"
    r"(?:falls?|fell) short of|(?:is|are|was|were) behind)\b",
    re.IGNORECASE,
)
"""Verbs that compare, and whether what stands before them has more."""

_OPPOSITES = """always/never all/none every/no every/none all/no before/after first/last
more/fewer more/less most/fewest most/least highest/lowest higher/lower largest/smallest
larger/smaller longest/shortest longer/shorter oldest/newest older/newer maximum/minimum
above/below increase/decrease increases/decreases increased/decreased rise/fall rises/falls
rose/fell allow/forbid allows/forbids allowed/forbidden accept/reject accepts/rejects
accepted/rejected accepts/refuses accepted/refused enable/disable enables/disables
enabled/disabled trusted/untrusted public/private include/exclude includes/excludes
included/excluded earliest/latest earlier/later early/late success/failure succeeds/fails
passed/failed wins/loses won/lost male/female north/south northern/southern east/west
eastern/western inside/outside internal/external local/remote valid/invalid known/unknown
required/optional best/worst better/worse only/never strictly/never""".split()


def _pairs() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES:
        one, other = pair.split("/")
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


OPPOSITES: Mapping[str, frozenset[str]] = _pairs()
"""Words and phrases, with those that mean the opposite."""

QUANTIFIERS: Mapping[str, frozenset[str]] = {
    "only": frozenset("only sole solely just exclusively nothing alone single one".split()),
    "always": frozenset("always every each all any whenever never".split()),
    "never": frozenset("never no not none nothing nobody without cannot nowhere neither".split()),
    "every": frozenset("every each all any always everybody everything whole".split()),
    "all": frozenset("all every each any both whole everything everybody entire always no".split()),
    "none": frozenset("none no not nothing never nobody without neither cannot".split()),
    "no": frozenset(
        "no not none never nothing nobody without neither nor cannot absent empty lack".split()
    ),
    "first": frozenset("first earliest initial begin begins began start starts before 1st".split()),
    "last": frozenset("last latest final end ends ended newest recent terminal".split()),
}
"""Words that say of how many something holds, with what evidence has when it says the same."""

_UNITS: Mapping[str, tuple[str, ...]] = {
    "mass:1": ("g", "gram", "grams", "gramme", "grammes"),
    "mass:1000": ("kg", "kilogram", "kilograms", "kilo", "kilos"),
    "mass:0.001": ("mg", "milligram", "milligrams"),
    "mass:1000000": ("tonne", "tonnes"),
    "mass:453.59237": ("lb", "lbs", "pound", "pounds"),
    "mass:28.349523": ("oz", "ounce", "ounces"),
    "length:0.001": ("mm", "millimetre", "millimetres", "millimeter", "millimeters"),
    "length:0.01": ("cm", "centimetre", "centimetres", "centimeter", "centimeters"),
    "length:1": ("m", "metre", "metres", "meter", "meters"),
    "length:1000": ("km", "kilometre", "kilometres", "kilometer", "kilometers"),
    "length:0.0254": ("inch", "inches"),
    "length:0.3048": ("ft", "foot", "feet"),
    "length:0.9144": ("yd", "yard", "yards"),
    "length:1609.344": ("mi", "mile", "miles"),
    "time:0.001": ("ms", "msec", "millisecond", "milliseconds"),
    "time:0.000001": ("µs", "us", "microsecond", "microseconds"),
    "time:1": ("s", "sec", "secs", "second", "seconds"),
    "time:60": ("min", "mins", "minute", "minutes"),
    "time:3600": ("h", "hr", "hrs", "hour", "hours"),
    "time:86400": ("day", "days"),
    "time:604800": ("week", "weeks"),
    "time:2629746": ("month", "months"),
    "time:31556952": ("year", "years"),
    "size:1": ("byte", "bytes"),
    "size:1000": ("kb", "kilobyte", "kilobytes"),
    "size:1000000": ("mb", "megabyte", "megabytes"),
    "size:1000000000": ("gb", "gigabyte", "gigabytes"),
    "size:1000000000000": ("tb", "terabyte", "terabytes"),
    "size:1024": ("kib",),
    "size:1048576": ("mib",),
    "size:1073741824": ("gib",),
    "share:0.01": ("%", "percent", "pct", "percentage"),
    "money:-1": ("usd", "$", "dollar", "dollars"),
    "money:-2": ("eur", "€", "euro", "euros"),
    "money:-3": ("gbp", "£", "sterling"),
    "money:-4": ("jpy", "¥", "yen"),
    "temperature:-1": ("°c", "celsius"),
    "temperature:-2": ("°f", "fahrenheit"),
    "power:1": ("w", "watt", "watts"),
    "power:1000": ("kw", "kilowatt", "kilowatts"),
    "text:-1": ("token", "tokens"),
    "text:-2": ("character", "characters", "chars"),
    "text:-3": ("word", "words"),
    "people:-1": ("people", "persons", "person"),
}


class Unit(tuple[str, float]):
    """What a unit measures, and what one of it is worth."""

    __slots__ = ()

    @property
    def measures(self) -> str:
        """What it measures, such as `mass`."""
        return self[0]

    @property
    def worth(self) -> float:
        """How many of its kind's plainest unit it is; below zero where nothing converts."""
        return self[1]

    def per(self, other: Unit) -> float | None:
        """Return how many of `other` make one of this; None when they cannot be converted."""
        if self.measures != other.measures or self.worth < 0 or other.worth < 0:
            return None
        return self.worth / other.worth


def _units() -> dict[str, Unit]:
    return {
        word: Unit((key.partition(":")[0], float(key.partition(":")[2])))
        for key, spelled in _UNITS.items()
        for word in spelled
    }


UNITS: Mapping[str, Unit] = _units()
"""Words for units."""

UNIT_BEHIND = re.compile(
    rf"[\s-]?({'|'.join(map(re.escape, sorted(UNITS, key=len, reverse=True)))})(?![\w/])"
)
_CURRENCY = re.compile(r"[$€£¥]")


def units_in(text: str) -> frozenset[Unit]:
    """Return the units that a text, such as the name of a column, speaks of."""
    parts: Iterable[str] = re.split(r"[\W_]+", text.lower())
    found = {UNITS[part] for part in parts if part in UNITS}
    found |= {UNITS[sign] for sign in _CURRENCY.findall(text)}
    return frozenset(found | ({UNITS["%"]} if "%" in text else set()))


def unit_behind(text: str, end: int) -> Unit | None:
    """Return the unit of the number that ends at `end`."""
    match = UNIT_BEHIND.match(text, end)
    return UNITS[match[1]] if match is not None else None
