"""What the statements about tables are about: queries, and the words people use for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """A query that gives a key and one number a row."""

    table: str
    sql: str
    says: str
    """With `{key}` and `{number}`, such as `{key} has {number} penguins`."""
    denies: str
    tops: str
    """With `{most}`, `{key}` and `{number}`."""
    most: tuple[str, str] = ("most", "fewest")
    compares: str
    """With `{key}`, `{more}` and `{other}`."""
    more: tuple[str, str] = ("more", "fewer")
    totals: str = ""
    """With `{total}`, where adding up makes sense."""
    gaps: str = ""
    """With `{gap}`, `{key}` and `{other}`."""
    unit: str = ""
    units: tuple[str, ...] = ()
    """Other units that would be wrong."""
    decimals: int = 0
    strangers: tuple[str, ...]
    """Keys that are not in the data."""
    frozen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """A query for one number, under conditions that the sentence has to name."""

    table: str
    sql: str
    """With `{where}`."""
    says: str
    """With `{which}` and `{number}`."""
    denies: str
    choices: Mapping[str, str]
    """Words for a condition, and the condition."""
    unit: str = ""
    units: tuple[str, ...] = ()
    decimals: int = 0
    strangers: tuple[str, ...] = ()
    """Words for conditions that are not in the data."""
    frozen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A query that gives a number for each year."""

    table: str
    sql: str
    says: str
    """With `{date}` and `{number}`."""
    denies: str
    grows: str
    """With `{rose}`, `{first}`, `{start}`, `{last}` and `{end}`."""
    rose: tuple[str, str] = ("rose", "fell")
    unit: str = ""
    units: tuple[str, ...] = ()
    decimals: int = 0
    frozen: bool = False


MASSES = ("kg", "pounds", "mm")
LENGTHS = ("cm", "inches", "g")
_BY_SPECIES = "SELECT species, {} FROM penguins GROUP BY species ORDER BY species"
_PENGUINS = ("Emperor", "Macaroni", "Rockhopper")
_CARRIERS = (
    "SELECT airlines.name AS airline, {} FROM flights JOIN airlines USING (carrier) "
    "GROUP BY airlines.name ORDER BY airline"
)
_AIRLINES = ("Lufthansa", "Air Canada", "Qantas Airways")

GROUPED = (
    Grouped(
        table="penguins",
        sql="SELECT island, count(*) AS n FROM penguins GROUP BY island ORDER BY island",
        says="{key} has {number} penguins",
        denies="{key} does not have {number} penguins",
        tops="{key} has the {most} penguins, with {number}",
        compares="{key} has {more} penguins than {other}",
        totals="There are {total} penguins on the islands in all",
        gaps="{key} has {gap} more penguins than {other}",
        strangers=("Crozet", "Deception Island", "Anvers"),
    ),
    Grouped(
        table="penguins",
        sql=_BY_SPECIES.format("avg(body_mass_g) AS avg_body_mass_g"),
        says="The average body mass of {key} penguins is {number}",
        denies="The average body mass of {key} penguins is not {number}",
        tops="{key} penguins have the {most} average body mass, {number}",
        most=("highest", "lowest"),
        compares="On average, {key} penguins are {more} than {other} penguins",
        more=("heavier", "lighter"),
        gaps="On average, {key} penguins weigh {gap} more than {other} penguins",
        unit="g",
        units=MASSES,
        decimals=1,
        strangers=_PENGUINS,
    ),
    Grouped(
        table="penguins",
        sql=_BY_SPECIES.format("max(flipper_length_mm) AS longest_flipper_mm"),
        says="The longest flipper of a {key} penguin measures {number}",
        denies="The longest flipper of a {key} penguin does not measure {number}",
        tops="Of the three species, {key} has the {most} maximum, {number}",
        most=("largest", "smallest"),
        compares="The longest flipper of a {key} penguin is {more} than that of any {other}",
        more=("longer", "shorter"),
        unit="mm",
        units=LENGTHS,
        strangers=_PENGUINS,
    ),
    Grouped(
        table="flights",
        sql=_CARRIERS.format("count(*) AS flights"),
        says="{key} had {number} flights on that day",
        denies="{key} did not have {number} flights on that day",
        tops="{key} had the {most} flights: {number}",
        compares="{key} had {more} flights than {other}",
        totals="Together the airlines had {total} flights",
        gaps="The difference between {key} and {other} is {gap} flights",
        strangers=_AIRLINES,
    ),
    Grouped(
        table="flights",
        sql=_CARRIERS.format("avg(dep_delay) AS avg_delay_minutes"),
        says="Flights of {key} left {number} late on average",
        denies="Flights of {key} did not leave {number} late on average",
        tops="The {most} average delay is that of {key}, at {number}",
        most=("longest", "shortest"),
        compares="The average delay of {key} was {more} than that of {other}",
        more=("longer", "shorter"),
        unit="minutes",
        units=("hours", "seconds", "days"),
        decimals=1,
        strangers=_AIRLINES,
    ),
    Grouped(
        table="flights",
        sql="SELECT dest, max(distance) AS distance_miles FROM flights GROUP BY dest ORDER BY dest",
        says="{key} is {number} away",
        denies="{key} is not {number} away",
        tops="The {most} destination is {key}, at {number}",
        most=("farthest", "nearest"),
        compares="{key} is {more} away than {other}",
        more=("farther", "less far"),
        unit="miles",
        units=("km", "feet", "hours"),
        strangers=("LHR", "CDG", "NRT"),
    ),
    Grouped(
        table="planes",
        sql="SELECT engine, count(*) AS planes FROM planes GROUP BY engine ORDER BY engine",
        says="{number} planes have a {key} engine",
        denies="There are not {number} planes with a {key} engine",
        tops="{key} is the {most} common engine, on {number} planes",
        most=("most", "least"),
        compares="{key} engines are {more} common than {other} engines",
        more=("more", "less"),
        totals="The register has {total} planes in total",
        gaps="There are {gap} more planes with {key} engines than with {other} engines",
        strangers=("Electric", "Rotary", "Scramjet"),
        frozen=True,
    ),
    Grouped(
        table="planes",
        sql="SELECT manufacturer, avg(seats) AS avg_seats FROM planes GROUP BY manufacturer "
        "HAVING count(*) > 50 ORDER BY manufacturer",
        says="On average, planes made by {key} have {number} seats",
        denies="On average, planes made by {key} do not have {number} seats",
        tops="{key} planes have the {most} seats on average, {number}",
        compares="Planes by {key} have {more} seats than those by {other}",
        decimals=1,
        strangers=("TUPOLEV", "SUKHOI", "COMAC"),
        frozen=True,
    ),
    Grouped(
        table="statecrime",
        sql="SELECT state, murder AS murders_per_100k FROM statecrime WHERE state IN ('Alabama', "
        "'Alaska', 'Iowa', 'Maine', 'Nevada', 'Ohio', 'Texas', 'Utah') ORDER BY state",
        says="{key} had {number} murders per 100k people",
        denies="{key} did not have {number} murders per 100k people",
        tops="Of the eight states, {key} had the {most} rate, with {number}",
        most=("highest", "lowest"),
        compares="The rate of {key} was {more} than that of {other}",
        more=("higher", "lower"),
        decimals=1,
        strangers=("Bavaria", "Ontario", "Queensland"),
        frozen=True,
    ),
    Grouped(
        table="grunfeld",
        sql="SELECT firm, sum(invest) AS invested_million_usd FROM grunfeld GROUP BY firm "
        "ORDER BY firm",
        says="{key} invested {number} over the years",
        denies="{key} did not invest {number} over the years",
        tops="{key} invested the {most}, {number}",
        most=("most", "least"),
        compares="{key} invested {more} than {other}",
        more=("more", "less"),
        totals="Altogether the firms invested {total}",
        gaps="{key} invested {gap} more than {other}",
        unit="million dollars",
        units=("billion dollars", "million euros", "dollars"),
        decimals=1,
        strangers=("Toyota", "Siemens", "Boeing"),
        frozen=True,
    ),
    Grouped(
        table="cpunish",
        sql="SELECT STATE AS state, INCOME AS median_income_usd FROM cpunish ORDER BY state",
        says="The median income of {key} was {number}",
        denies="The median income of {key} was not {number}",
        tops="The {most} median income was that of {key}, {number}",
        most=("highest", "lowest"),
        compares="The median income of {key} was {more} than that of {other}",
        more=("higher", "lower"),
        gaps="The median incomes of {key} and {other} differ by {gap}",
        unit="dollars",
        units=("euros", "thousand dollars", "yen"),
        strangers=("Hawaii", "Vermont", "Puerto Rico"),
        frozen=True,
    ),
    Grouped(
        table="committee",
        sql="SELECT COMMITTEE AS committee, STAFF AS staff FROM committee ORDER BY committee",
        says="The committee {key} has a staff of {number}",
        denies="The committee {key} does not have a staff of {number}",
        tops="The committee {key} has the {most} staff: {number}",
        most=("largest", "smallest"),
        compares="The committee {key} has a {more} staff than the committee {other}",
        more=("larger", "smaller"),
        totals="The sum over all committees is {total}",
        gaps="The committee {key} has {gap} more staff than the committee {other}",
        strangers=("Ethics", "Homeland Security", "Intelligence"),
        frozen=True,
    ),
)

FILTERED = (
    Filtered(
        table="penguins",
        sql="SELECT avg(bill_length_mm) AS avg_bill_length_mm FROM penguins WHERE {where}",
        says="The average bill length of {which} penguins is {number}",
        denies="The average bill length of {which} penguins is not {number}",
        choices={
            "female": "sex = 'female'",
            "male": "sex = 'male'",
            "Gentoo": "species = 'Gentoo'",
            "female Chinstrap": "species = 'Chinstrap' AND sex = 'female'",
            "Dream": "island = 'Dream'",
            "male Adelie": "sex = 'male' AND species = 'Adelie'",
            "female Gentoo": "sex = 'female' AND species = 'Gentoo'",
            "Torgersen": "island = 'Torgersen'",
            "male Biscoe": "island = 'Biscoe' AND sex = 'male'",
        },
        unit="mm",
        units=LENGTHS,
        decimals=2,
        strangers=("Emperor", "Crozet"),
    ),
    Filtered(
        table="flights",
        sql="SELECT count(*) AS n FROM flights JOIN airlines USING (carrier) WHERE {where}",
        says="{number} flights {which} are in the data",
        denies="The data do not have {number} flights {which}",
        choices={
            "from JFK": "origin = 'JFK'",
            "to BOS": "dest = 'BOS'",
            "of Delta Air Lines Inc. from LGA": "name = 'Delta Air Lines Inc.' AND origin = 'LGA'",
            "of JetBlue Airways": "name = 'JetBlue Airways'",
            "from EWR to IAH": "origin = 'EWR' AND dest = 'IAH'",
            "to LAX": "dest = 'LAX'",
            "of US Airways Inc. to CLT": "name = 'US Airways Inc.' AND dest = 'CLT'",
            "of Envoy Air from LGA": "name = 'Envoy Air' AND origin = 'LGA'",
        },
        strangers=("of Lufthansa", "to Narita"),
    ),
    Filtered(
        table="planes",
        sql="SELECT avg(seats) AS avg_seats FROM planes WHERE {where}",
        says="On average, planes {which} have {number} seats",
        denies="On average, planes {which} do not have {number} seats",
        choices={
            "by EMBRAER": "manufacturer = 'EMBRAER'",
            "with a Turbo-jet": "engine = 'Turbo-jet'",
            "made in 2004 by AIRBUS": "year = 2004 AND manufacturer = 'AIRBUS'",
            "by BOEING with a Turbo-fan": "manufacturer = 'BOEING' AND engine = 'Turbo-fan'",
            "made in 1999": "year = 1999",
            "by CESSNA": "manufacturer = 'CESSNA'",
            "of the type Rotorcraft": "type = 'Rotorcraft'",
        },
        decimals=1,
        strangers=("by Sukhoi", "with a Wankel"),
        frozen=True,
    ),
    Filtered(
        table="grunfeld",
        sql="SELECT avg(value) AS avg_value_million_usd FROM grunfeld WHERE {where}",
        says="The average value of {which} was {number}",
        denies="The average value of {which} was not {number}",
        choices={
            "IBM": "firm = 'IBM'",
            "US Steel": "firm = 'US Steel'",
            "Goodyear": "firm = 'Goodyear'",
            "Chrysler": "firm = 'Chrysler'",
            "Westinghouse": "firm = 'Westinghouse'",
        },
        unit="million dollars",
        units=("billion dollars", "million pounds"),
        decimals=1,
        strangers=("Toyota", "Siemens"),
        frozen=True,
    ),
)

DATED = (
    Dated(
        table="penguins",
        sql="SELECT year, count(*) AS n FROM penguins GROUP BY year ORDER BY year",
        says="In {date}, {number} penguins were observed",
        denies="In {date}, {number} penguins were not observed",
        grows="The number of penguins {rose} from {first} in {start} to {last} in {end}",
    ),
    Dated(
        table="penguins",
        sql="SELECT year, avg(flipper_length_mm) AS avg_flipper_mm FROM penguins GROUP BY year "
        "ORDER BY year",
        says="Flippers measured {number} on average in {date}",
        denies="Flippers did not measure {number} on average in {date}",
        grows="The average flipper length {rose} from {first} in {start} to {last} in {end}",
        rose=("increased", "decreased"),
        unit="mm",
        units=LENGTHS,
        decimals=1,
    ),
    Dated(
        table="nile",
        sql="SELECT year, volume AS volume_million_m3 FROM nile WHERE year < 1885 ORDER BY year",
        says="The volume of the river was {number} in {date}",
        denies="The volume of the river was not {number} in {date}",
        grows="The volume {rose} from {first} in {start} to {last} in {end}",
        frozen=True,
    ),
    Dated(
        table="macrodata",
        sql="SELECT year, avg(unemp) AS unemployment_percent FROM macrodata WHERE year BETWEEN "
        "1990 AND 2000 GROUP BY year ORDER BY year",
        says="Unemployment averaged {number} in {date}",
        denies="Unemployment did not average {number} in {date}",
        grows="Unemployment {rose} from {first} in {start} to {last} in {end}",
        unit="percent",
        units=("people", "dollars"),
        decimals=1,
        frozen=True,
    ),
)

KEPT: Mapping[str, str] = {
    "statecrime": "statecrime/statecrime.csv",
    "grunfeld": "grunfeld/grunfeld.csv",
    "cpunish": "cpunish/cpunish.csv",
    "committee": "committee/committee.csv",
    "macrodata": "macrodata/macrodata.csv",
    "nile": "nile/nile.csv",
}
"""Tables that the package `statsmodels` carries, all of them frozen."""
