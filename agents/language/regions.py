"""Countries and their parts, which after a comma say where a town lies: Perth, Scotland."""

import re
from functools import cache

_REGIONS = {
    "GB": (
        "uk|united kingdom|england|scotland|wales|northern ireland|cornwall|devon|dorset|somerset|kent|sussex|surrey|"
        "essex|suffolk|norfolk|yorkshire|lancashire|cheshire|cumbria|shropshire|herefordshire|perthshire|hampshire|"
        "wiltshire|derbyshire|lincolnshire|northumberland|oxfordshire|gloucestershire"
    ),
    "US": (
        "usa|us|united states|alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|hawaii|"
        "idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|"
        "mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|"
        "north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|"
        "vermont|virginia|washington state|west virginia|wisconsin|wyoming"
    ),
    "CA": "canada|ontario|quebec|alberta|british columbia|manitoba|saskatchewan|nova scotia|new brunswick|newfoundland",
    "AU": "australia|new south wales|nsw|queensland|victoria|tasmania|western australia|south australia",
    "IE": "ireland|county (?:cork|clare|kerry|mayo|galway|wicklow|wexford|limerick|donegal|sligo|kildare|meath)",
    "NZ": "new zealand|nz|waikato|otago", "ZA": "south africa", "IN": "india|kerala|goa|punjab|gujarat|karnataka",
    "DE": "germany|deutschland|bavaria|bayern|hessen|sachsen", "FR": "france", "ES": "spain|españa",
    "IT": "italy|italia", "PT": "portugal", "NL": "netherlands|holland", "BE": "belgium", "CH": "switzerland",
    "AT": "austria", "JM": "jamaica", "NG": "nigeria", "KE": "kenya", "GH": "ghana", "PK": "pakistan", "MX": "mexico",
}  # fmt: skip


@cache
def _after() -> re.Pattern[str]:
    named = "|".join(f"(?P<{code}>{names})" for code, names in _REGIONS.items())
    return re.compile(rf",\s(?P<region>{named})(?![\w-])", re.IGNORECASE)


def region_after(text: str, end: int) -> tuple[str, str]:
    """The country's ISO code and the name of the region that follows the place ending there, or two empty texts."""
    match = _after().match(text, end)
    if match is None or not match["region"][0].isupper():
        return "", ""
    code = next(code for code in _REGIONS if match[code])
    return code, match["region"]
