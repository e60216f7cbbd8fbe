"""Where it happens: towns and countries by name, and capitalised names after a preposition of place."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from agents.language.place_asides import elsewhere, left_from
from agents.language.regions import region_after
from agents.language.towns import TOWNS
from agents.language.world import town_country, towns_in

_BY_COUNTRY = {
    "GB": (
        "uk|u.k.|united kingdom|england|scotland|wales|northern ireland|great britain|britain|london|east london|"
        "south london|north london|west london|central london|leeds|bradford|manchester|birmingham|liverpool|sheffield|"
        "bristol|newcastle|newcastle upon tyne|nottingham|leicester|coventry|sunderland|hull|brighton|hove|plymouth|"
        "southampton|portsmouth|norwich|oxford|cambridge|york|exeter|gloucester|cheltenham|swindon|milton keynes|"
        "northampton|luton|derby|stoke|stoke-on-trent|wolverhampton|bolton|preston|blackpool|lancaster|carlisle|durham|"
        "middlesbrough|harrogate|wakefield|huddersfield|halifax|doncaster|lincoln|peterborough|ipswich|colchester|"
        "chelmsford|southend|canterbury|margate|folkestone|hastings|eastbourne|guildford|woking|croydon|bournemouth|"
        "poole|salisbury|taunton|truro|falmouth|cornwall|devon|dorset|somerset|kent|sussex|surrey|essex|suffolk|"
        "norfolk|yorkshire|west yorkshire|lancashire|cheshire|cumbria|lake district|peak district|cotswolds|edinburgh|"
        "glasgow|aberdeen|dundee|inverness|stirling|perthshire|cardiff|swansea|newport|wrexham|belfast|derry|hackney|"
        "shoreditch|brixton|camden|islington|peckham|walthamstow|stockport|salford|chester|shrewsbury|hereford|"
        "worcester|"
        "keighley|ilkley|otley|whitby|scarborough|macclesfield|solihull|st albans|watford|slough|basingstoke|"
        "winchester|"
        "rotherham|barnsley|oldham|bury|wigan|warrington|crewe|telford|east midlands|west midlands|midlands"
    ),
    "US": (
        "us|usa|u.s.|united states|america|new york|nyc|new york city|brooklyn|manhattan|queens|los angeles|san "
        "francisco|"
        "bay area|chicago|houston|dallas|austin|san antonio|san diego|san jose|seattle|boston|denver|atlanta|miami|"
        "philadelphia|phoenix|portland|detroit|minneapolis|nashville|charlotte|las vegas|baltimore|orlando|tampa|"
        "new orleans|salt lake city|pittsburgh|cleveland|cincinnati|kansas city|st louis|st. louis|sacramento|raleigh|"
        "texas|california|florida|oregon|colorado|ohio|michigan|arizona|illinois|brooklyn heights|silicon valley|"
        "washington|washington dc|hawaii|boulder|oakland|tucson|omaha|milwaukee|memphis|louisville|buffalo|savannah"
    ),
    "DE": (
        "germany|deutschland|berlin|hamburg|munich|münchen|muenchen|cologne|köln|koeln|frankfurt|stuttgart|düsseldorf|"
        "dusseldorf|leipzig|dresden|hannover|nuremberg|nürnberg|bremen|dortmund|essen|bonn|freiburg|heidelberg|"
        "kreuzberg|"
        "mannheim|karlsruhe|augsburg|münster|bavaria|bayern|potsdam|kiel|lübeck|mainz|prenzlauer berg|neukölln"
    ),
    "FR": (
        "france|paris|lyon|marseille|toulouse|bordeaux|lille|nantes|strasbourg|montpellier|rennes|grenoble|provence|"
        "annecy"
    ),
    "ES": (
        "spain|españa|madrid|barcelona|valencia|seville|sevilla|bilbao|malaga|málaga|granada|zaragoza|mallorca|"
        "ibiza|palma"
    ),
    "IT": (
        "italy|italia|rome|roma|milan|milano|turin|torino|florence|firenze|naples|napoli|venice|bologna|verona|"
        "sicily"
    ),
    "IE": "ireland|dublin|cork|galway|limerick|waterford|kilkenny",
    "NL": "netherlands|holland|amsterdam|rotterdam|utrecht|the hague|eindhoven|groningen|haarlem|delft",
    "BE": "belgium|brussels|antwerp|ghent|bruges",
    "AT": "austria|vienna|wien|graz|salzburg|innsbruck|linz",
    "CH": (
        "switzerland|zurich|zürich|zuerich|geneva|genève|basel|bern|lausanne|lucerne|luzern|winterthur|zug|st. "
        "gallen"
    ),
    "PL": (
        "poland|polska|warsaw|warszawa|krakow|kraków|cracow|wroclaw|wrocław|gdansk|gdańsk|poznan|poznań|lodz|łódź|"
        "katowice"
    ),
    "SE": "sweden|stockholm|gothenburg|göteborg|malmö|malmo|uppsala",
    "NO": "norway|oslo|bergen|trondheim|stavanger|tromsø",
    "DK": "denmark|copenhagen|københavn|aarhus|odense|aalborg",
    "FI": "finland|helsinki|tampere|turku|espoo",
    "PT": "portugal|lisbon|lisboa|porto|algarve|faro|braga",
    "IN": (
        "india|mumbai|delhi|new delhi|bangalore|bengaluru|hyderabad|chennai|kolkata|pune|ahmedabad|jaipur|goa|kochi|"
        "surat|"
        "gurgaon|gurugram|noida|lucknow|chandigarh|indore|kerala|karnataka|andheri|bandra"
    ),
    "AU": (
        "australia|sydney|melbourne|brisbane|perth|adelaide|gold coast|canberra|hobart|darwin|geelong|byron bay|"
        "fremantle|nsw|new south wales|queensland|tasmania|western australia|south australia|toowoomba|wollongong|"
        "wagga wagga|cairns|townsville|ballarat|bendigo|bondi|noosa|mackay|albury|dubbo|tamworth nsw|newcastle nsw|"
        "sunshine coast|parramatta|manly"
    ),
    "NZ": (
        "new zealand|nz|auckland|wellington|christchurch|queenstown|dunedin|hamilton nz|tauranga|rotorua|taupo|picton|"
        "wanaka|invercargill|whangarei|palmerston north|gisborne"
    ),
    "CA": (
        "canada|toronto|vancouver|montreal|montréal|calgary|ottawa|edmonton|winnipeg|quebec|halifax nova scotia|"
        "ontario|victoria bc|alberta|nova scotia|british columbia|manitoba|saskatchewan|new brunswick|newfoundland|"
        "brampton|mississauga|markham|kitchener|saskatoon|regina saskatchewan|red deer|kelowna|st john's|fredericton|"
        "moncton|kingston ontario|london ontario|banff|whistler|muskoka|winnipeg"
    ),
    "JP": "japan|tokyo|osaka|kyoto|yokohama|fukuoka|sapporo",
    "CN": "china|beijing|shanghai|shenzhen|guangzhou|chengdu",
    "SG": "singapore",
    "HK": "hong kong",
    "": (
        "dubai|abu dhabi|istanbul|ankara|athens|prague|praha|budapest|bucharest|sofia|zagreb|belgrade|tallinn|riga|"
        "vilnius|"
        "kyiv|kiev|tel aviv|cairo|cape town|johannesburg|durban|pretoria|nairobi|lagos|abuja|accra|mexico city|"
        "guadalajara|"
        "buenos aires|sao paulo|são paulo|rio de janeiro|bogota|bogotá|lima|santiago|medellin|medellín|bangkok|"
        "chiang mai|"
        "bali|jakarta|manila|kuala lumpur|hanoi|ho chi minh city|seoul|taipei|luxembourg|reykjavik|malta|cyprus|europe|"
        "mexico|brazil|south africa|nigeria|kenya|turkey|greece|croatia|hungary|romania|czech republic|czechia|iceland|"
        "thailand|vietnam|indonesia|philippines|malaysia|south korea|israel|uae|scandinavia|asia|africa|latin "
        "america|dach"
    ),
}  # fmt: skip
# Towns that are also everyday words: only with a capital letter and a preposition before them.
_AMBIGUOUS_WORDS = (
    "us hull bury lincoln perth essen bath reading nice mobile buffalo phoenix savannah cork split derby "
    "bergen linz stoke chester preston turkey crewe york darwin zug lima faro bergen florence victoria "
    "washington sofia deal hove orlando charlotte dallas austin houston turku kent surat palma goa "
    "brighton newport braga halifax poole porto oxford jordan rugby burton lucca como tours brest wells bend regina "
    "nelson hamilton napier madison albany rochester lund toledo bath worthing sutton durham split bude deal mayo "
    "kerry clare bari sion thun nice malvern boston ayr lewes stroud bangor georgia chile colombia guelph reno maine "
    "elgin ripon richmond windsor andover stafford halle harlem dayton lexington providence boise goa panama ulm "
    "bergamo modena cordoba jersey frome redruth kano nara kobe mesa angers metz nancy crete rhodes chur biel"
)
_AMBIGUOUS = frozenset(_AMBIGUOUS_WORDS.split()) - frozenset(
    [
        "york",
        "brighton",
        "oxford",
        "austin",
        "dallas",
        "houston",
        "goa",
        "porto",
        "kent",
        "derby",
        "stoke",
        "halifax",
        "perth",
    ]
)
_PREPOSITION = (
    r"(?:in|near|around|at|from|across|throughout|outside|outside of|within|based in|based out of|over in|to|of|for|"
    r"in and "
    r"around|inside|serving|here in|down in|up in|bei|nach|à|en|aus)"
)
_NAMED = re.compile(
    r"\b(?:in|near|around|based|based in|across|throughout|over in|outside|just outside|in and around|down in|"
    r"up in|here in|"
    r"serving|covering|close to|above|below|overlooking|at)\s{1,2}"
    r"(?P<place>(?:the |St\.? |North |South |East |West |Old |New |Upper |Lower |Greater |Central |Downtown |downtown |"
    r"central |north |south |east |west |greater )*[A-ZÀ-Ž][\w'À-ž-]+(?:\s(?:on|upon|de|of|am|le|la|"
    r"der)\s[A-Z][\w'À-ž-]+|"
    r"\s[A-ZÀ-Ž][\w'À-ž-]+){0,3})"
)
_OTHER_WORDS = (
    "january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec mon tue "
    "tues wed thu thurs fri sat sun q1 q2 q3 q4 christmas easter halloween instagram facebook linkedin "
    "twitter x tiktok youtube whatsapp pinterest threads google meta medium ghost wordpress email english "
    "german french spanish italian i black cyber valentine's valentines new ramadan diwali eid "
    "thanksgiving mother's father's mothers fathers summer winter spring autumn fall advent lent pride "
    "gbp usd eur insta fb ig the boxing bonfire blog sms ads least most first last phase women men b2b "
    "saas ai kids"
)
_NOT_PLACES = frozenset(_OTHER_WORDS.split())


@cache
def _gazetteer() -> tuple[re.Pattern[str], dict[str, str]]:
    listed = [*_BY_COUNTRY.items(), *TOWNS.items()]
    countries = {name: code for code, names in reversed(listed) for name in names.split("|")}
    by_letter: dict[str, list[str]] = {}  # one look at the first letter spares trying every name at every place
    for name in sorted(countries, key=len, reverse=True):
        by_letter.setdefault(name[0], []).append(re.escape(name[1:]))
    pattern = "|".join(f"{letter}(?:{'|'.join(names)})" for letter, names in by_letter.items())
    return re.compile(rf"(?<![\w@#/.-])(?:{pattern})(?![\w@]|\.\w|-(?!based|area|wide))", re.IGNORECASE), countries


_MARKET = re.compile(r"(?: |-)(?:only|wide|nationwide)\b|(?<=US) market\b")  # of a whole country: US only


def _gazetted(text: str) -> list[re.Match[str]]:
    pattern, _ = _gazetteer()
    kept: list[re.Match[str]] = []
    for match in pattern.finditer(text):
        name = match.group()
        before = text[max(0, match.start() - 16) : match.start()]
        placed = re.search(rf"\b{_PREPOSITION}\s+(?:the )?$", before, re.IGNORECASE) is not None
        placed = placed or is_based(text, match.end()) or _MARKET.match(text, match.end()) is not None
        if name.lower() == "us" and (name != "US" or text.isupper()):
            continue
        if name.lower() in _AMBIGUOUS and not (placed and name[0].isupper()):
            continue
        kept.append(match)
    return kept


@lru_cache(maxsize=64)
def countries_of(text: str) -> tuple[str, ...]:
    """The countries of the known places in ``text``, in order."""
    _, countries = _gazetteer()
    return tuple(dict.fromkeys(_country(text, match, countries) for match in _gazetted(text)))


def _country(text: str, match: re.Match[str], countries: Mapping[str, str]) -> str:
    return region_after(text, match.end())[0] or countries[match.group().lower()]


@lru_cache(maxsize=64)
def country_of(text: str) -> str:
    """ISO country code of the first known place in ``text``, or "" where none is named."""
    _, countries = _gazetteer()
    return next((_country(text, match, countries) for match in _gazetted(text)), "")


@lru_cache(maxsize=64)
def country_of_place(place: str) -> str:
    """ISO country code of a place by its name, small towns too; "" where it is unknown."""
    parts = [place, *(part.strip() for part in reversed(re.split(r",|\band\b|&", place)))]
    found = (country_of(f"in {part}") or town_country(part) for part in parts if part)
    return next((country for country in found if country), "")


_JOINED = re.compile(r"(?P<last>,?\s+(?:and|&|und|et|y)\s+)|,\s+")


def with_those_beside(text: str, place: str) -> str:
    """The place with the towns that stand beside it: "Manchester" of "in Manchester, Leeds and Liverpool"."""
    start = text.find(place) if place else -1
    if start < 0:
        return place
    towns = dict(towns_in(text))
    whole = end = start + len(place)
    while joined := _JOINED.match(text, end):
        if joined.end() not in towns:
            break
        end = towns[joined.end()]
        whole = end if joined["last"] else whole
    return text[start:whole]


def names_place(word: str) -> bool:
    """Whether a single word is the name of a town or country, and no everyday word."""
    plain = word.lower()
    _, countries = _gazetteer()
    return plain in countries and (plain not in _AMBIGUOUS or word[0].isupper())


def find_location(text: str) -> tuple[int, int, str] | None:
    """The place named in ``text`` with its span, and the country or region after it where the name alone is another's;
    the place a trip leaves from, then one with a preposition wins over a mere mention."""
    found = left_from(text) or _find(text)
    if found is None:
        return None
    start, end, place = found
    code, region = region_after(text, end)
    if code and code != country_of_place(place):
        return start, end + len(region) + 2, f"{place}, {region}"
    return start, end, re.sub(r"-based$", "", place)


def _find(text: str) -> tuple[int, int, str] | None:
    named = [m for m in _NAMED.finditer(text) if m["place"].split()[0].lower() not in _NOT_PLACES]
    named = [m for m in named if not (_is_event(m["place"]) or elsewhere(text, m.start("place")))]
    gazetted = [g for g in _gazetted(text) if not elsewhere(text, g.start())]
    gazetted = [g for g in gazetted if not _left(text, g.start(), g.end())]
    named = [m for m in named if not _left(text, m.start("place"), m.end("place"))]
    for match in named:
        place = _trim(match["place"])
        after = next(
            (g for g in gazetted if _BESIDE.fullmatch(text[match.start("place") + len(place) : g.start()])), None
        )
        if after and not any(g.start() == match.start("place") for g in gazetted):
            return after.start(), after.end(), _proper(after.group())
        inside = [g for g in gazetted if match.start("place") <= g.start() < match.end("place")]
        if inside or not (_NOT_VENUE.search(place) or _ACRONYM.fullmatch(place)):
            return match.start("place"), match.start("place") + len(place), place
    placed = [g for g in gazetted if _placed(text, g)]
    if chosen := (placed or gazetted):
        last = _corrected(text, chosen)
        return last.start(), last.end(), _proper(last.group())
    return None


def _placed(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 16) : match.start()]
    return re.search(rf"\b{_PREPOSITION}\s+$", before, re.IGNORECASE) is not None or is_based(text, match.end())


def is_based(text: str, end: int) -> bool:
    """Whether the place that ends there is where somebody is based: a Leeds based baker."""
    return re.match(r"[- ]based\b", text[end:], re.IGNORECASE) is not None


def _left(text: str, start: int, end: int) -> bool:
    """Whether a place is the one moved away from: from Croydon to Purley."""
    moved = re.search(r"\bfrom\s$", text[max(0, start - 6) : start], re.IGNORECASE)
    return moved is not None and re.match(r"\sto\s[A-ZÀ-Ž]", text[end : end + 5]) is not None


_ACRONYM = re.compile(r"(?!UK|US|USA|UAE|NYC|NSW|NZ|DC|EU)[A-Z]{2,4}")
_BESIDE = re.compile(r",\s|\s(?:in|,)\s")
_NOT_VENUE = re.compile(r"^(?:[A-Z]{2,4}|Company|Work|Home)$")


def _corrected(text: str, found: list[re.Match[str]]) -> re.Match[str]:
    first = found[0]
    if len(found) > 1:
        before = text[max(0, first.start() - 14) : first.start()]
        between = text[first.end() : found[1].start()]
        if re.search(r"\b(?:not|instead of|rather than)\s+(?:in )?$", before, re.IGNORECASE) or re.search(
            r"\b(?:actually|sorry|i mean|i meant|no,|rather)\b", between, re.IGNORECASE
        ):
            return found[1]
    return first


def _is_event(place: str) -> bool:
    return re.search(r"\b(?:Day|Friday|Monday|Week|Weekend|Eve|Year|Season|Festival Week|Ads)\b", place) is not None


def _trim(place: str) -> str:
    words = place.split()
    while len(words) > 1 and words[-1].lower().strip(".,'") in _NOT_PLACES:
        words.pop()
    return " ".join(words)


def _proper(name: str) -> str:
    if any(c.isupper() for c in name):
        return name
    if name in {"uk", "us", "usa", "nyc", "uae", "u.k.", "u.s."}:
        return name.upper()
    return " ".join(w if w in {"upon", "de", "of", "on"} else w[:1].upper() + w[1:] for w in name.split(" "))
