"""Names of months, weekdays and feasts, and the days they fall on."""

import calendar
from collections.abc import Callable
from datetime import date, timedelta

_MONTH_NAMES = (
    "january jan januar janvier januari gennaio janeiro enero jänner januray janurary janaury",
    "february feb februari febbraio fevereiro februar février fevrier febrero febuary feburary",
    "march mar maart março märz maerz mars marzo",
    "april apr avril abril aprile apirl",
    "may mai mayo mei maggio maio",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet julio luglio julho",
    "august aug août aout agosto augustus augst",
    "september sept sep septembre septiembre settembre setembro setember septmber septemeber",
    "october oct okt oktober ottobre outubro octobre octubre ocotber",
    "november nov novembro novembre noviembre novemeber novmber",
    "december dec dez dezember décembre decembre diciembre dicembre dezembro decmber decemeber desember deceber",
)
MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}
_WEEKDAY_NAMES = (
    "monday mon montag lundi lunes mondays",
    "tuesday tues tue dienstag mardi martes tuseday tuesdays",
    "wednesday weds wed mittwoch mercredi miércoles miercoles wendesday wensday wednsday wednesdays",
    "thursday thurs thur thu donnerstag jeudi jueves thrusday thursdays",
    "friday fri freitag vendredi viernes firday fridays",
    "saturday sat samstag samedi sábado sabado saturdays satuday",
    "sunday sun sonntag dimanche domingo sundays",
)
WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAY_NAMES) for name in names.split()}

# Feasts of the lunar calendars have no formula worth its length here; Gregorian dates from published calendars.
_DIWALI = {2025: (10, 20), 2026: (11, 8), 2027: (10, 29), 2028: (10, 17), 2029: (11, 5), 2030: (10, 26)}
_LUNAR = {2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3)}
_EID = {2025: (3, 30), 2026: (3, 20), 2027: (3, 10), 2028: (2, 27), 2029: (2, 15), 2030: (2, 5)}
_RAMADAN = {2025: (3, 1), 2026: (2, 18), 2027: (2, 8), 2028: (1, 28), 2029: (1, 16), 2030: (1, 6)}
_HANUKKAH = {2025: (12, 14), 2026: (12, 4), 2027: (12, 24), 2028: (12, 12), 2029: (12, 1), 2030: (12, 20)}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (anonymous Gregorian computus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth such weekday of a month; -1 is the last one. A fifth that does not exist is the last one."""
    days = [d for d in range(1, calendar.monthrange(year, month)[1] + 1) if date(year, month, d).weekday() == weekday]
    return date(year, month, days[-1] if nth < 0 or nth > len(days) else days[nth - 1])


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _table(days: dict[int, tuple[int, int]]) -> Callable[[int], date]:
    return lambda year: date(year, *days[min(max(year, min(days)), max(days))])


def _thanksgiving(year: int) -> date:
    return nth_weekday(year, 11, 3, 4)


FEASTS: tuple[tuple[str, Callable[[int], date]], ...] = (
    (r"black friday(?: weekend| week)?", lambda y: _thanksgiving(y) + timedelta(1)),
    (r"cyber monday", lambda y: _thanksgiving(y) + timedelta(4)),
    (r"giving tuesday", lambda y: _thanksgiving(y) + timedelta(5)),
    (r"small business saturday", lambda y: nth_weekday(y, 12, 5, 1)),
    (r"thanksgiving(?: day)?", _thanksgiving),
    (r"christmas eve|xmas eve|heiligabend|nochebuena", _fixed(12, 24)),
    (r"boxing day|st\.? stephen'?s day", _fixed(12, 26)),
    (
        r"christmas(?: day| time)?|christmastime|xmas|x-mas|weihnachten|noël|noel|navidad|natale|natal|kerst(?:mis)?",
        _fixed(12, 25),
    ),
    (r"new year'?s eve|nye|silvester", _fixed(12, 31)),
    (r"new year'?s day|new years? day|(?<!in the )new year(?:'s)?(?! campaign)", _fixed(1, 1)),
    (
        r"(?:sa[in]n?t?[ -])?valentine?'?s?(?:'? day)?|valentin(?:stag)?|san valent[ií]n|saint-valentin|san valentino",
        _fixed(2, 14),
    ),
    (r"st\.? patrick'?s(?: day)?|paddy'?s day|st\.? paddy'?s(?: day)?", _fixed(3, 17)),
    (r"international women'?s day|women'?s day", _fixed(3, 8)),
    (r"pancake (?:day|tuesday)|shrove tuesday|mardi gras", lambda y: easter(y) - timedelta(47)),
    (r"mothering sunday|mother'?s'? day(?: uk)?|mothers'? day", lambda y: easter(y) - timedelta(21)),
    (r"whit(?:sun)? monday|pfingstmontag", lambda y: easter(y) + timedelta(50)),
    (r"ascension(?: day)?", lambda y: easter(y) + timedelta(39)),
    (r"epiphany", _fixed(1, 6)),
    (r"twelfth night|12th night", _fixed(1, 5)),
    (r"galentine'?s(?: day)?", _fixed(2, 13)),
    (r"st\.? david'?s day", _fixed(3, 1)),
    (r"st\.? andrew'?s(?: day)?|saint andrew'?s day", _fixed(11, 30)),
    (r"st\.? nicholas(?:' day)?|nikolaus(?:tag)?", _fixed(12, 6)),
    (r"australia day", _fixed(1, 26)),
    (r"anzac day", _fixed(4, 25)),
    (r"canada day", _fixed(7, 1)),
    (r"cinco de mayo", _fixed(5, 5)),
    (r"juneteenth", _fixed(6, 19)),
    (r"world book day", lambda y: nth_weekday(y, 3, 3, 1)),
    (r"martin luther king(?: jr\.?)? day|mlk day", lambda y: nth_weekday(y, 1, 0, 3)),
    (r"presidents'? day", lambda y: nth_weekday(y, 2, 0, 3)),
    (r"good friday", lambda y: easter(y) - timedelta(2)),
    (r"easter saturday|holy saturday|karsamstag", lambda y: easter(y) - timedelta(1)),
    (r"easter monday|ostermontag", lambda y: easter(y) + timedelta(1)),
    (r"easter(?: sunday| weekend)?|ostern|pâques|pascua|pasqua|pasen|páscoa", easter),
    (r"earth day", _fixed(4, 22)),
    (r"father'?s'? day|fathers'? day", lambda y: nth_weekday(y, 6, 6, 3)),
    (r"(?:the )?4th of july|fourth of july|independence day", _fixed(7, 4)),
    (r"bastille day", _fixed(7, 14)),
    (r"memorial day", lambda y: nth_weekday(y, 5, 0, -1)),
    (r"labou?r day", lambda y: nth_weekday(y, 9, 0, 1)),
    (r"burns night", _fixed(1, 25)),
    (r"(?:early |first )?may (?:bank holiday|day)", lambda y: nth_weekday(y, 5, 0, 1)),
    (r"(?:spring|late may|whitsun) bank holiday", lambda y: nth_weekday(y, 5, 0, -1)),
    (r"(?:august|summer) bank holiday", lambda y: nth_weekday(y, 8, 0, -1)),
    (r"whit ?sun(?:day)?|pentecost|pfingsten|pentecôte|pentecostés", lambda y: easter(y) + timedelta(49)),
    (
        r"advent(?: sunday)?(?! calendars?)",
        lambda y: _fixed(12, 24)(y) - timedelta((_fixed(12, 24)(y).weekday() + 1) % 7 + 21),
    ),
    (r"st\.? george'?s day", _fixed(4, 23)),
    (r"halloween", _fixed(10, 31)),
    (r"bonfire night|guy fawkes(?: night)?", _fixed(11, 5)),
    (r"singles'? day", _fixed(11, 11)),
    (r"remembrance day|veterans day", _fixed(11, 11)),
    (r"diwali|deepavali", _table(_DIWALI)),
    (r"(?:chinese|lunar) new year", _table(_LUNAR)),
    (r"eid(?: al-fitr)?", _table(_EID)),
    (r"ramadan", _table(_RAMADAN)),
    (r"hanukkah|chanukah", _table(_HANUKKAH)),
)


def us_mothers_day(year: int) -> date:
    """Mother's Day where it is the second Sunday in May."""
    return nth_weekday(year, 5, 6, 2)
