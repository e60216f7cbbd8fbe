"""Words of a text as search sees them: lower case, without accents, brought back to their stem. Pure functions."""

import re
import unicodedata
from functools import lru_cache
from importlib import import_module
from typing import Final, Protocol, cast

_WORD: Final = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+|[^\W\d_]+(?:['’][^\W\d_]+)*")
LONGEST_WORD: Final = 40
# What follows the last letter that two forms of a word share: cure and curing, stop and stopped, city and cities.
_INFLECTION: Final = re.compile(r"(\w)\1?(?:s|es|e|ed|d|ing|y|ies|ied)?")

# Words that carry no topic. Question words are read apart, where a question is understood.
SILENT: Final = frozenset(
    re.findall(
        r"\w+",
        "a an the this that these those it its of in on at to for from by with about into over after before as and or "
        "but if then than so not no nor because while is are was were be been being am do does did done doing have has "
        "had having will would can could should shall may might must i you he she they we me him her them us my your "
        "his their our mine yours hers ours theirs myself yourself himself herself itself themselves who whom whose "
        "which what when where why how there here up out off down just very too also any some all each both more most "
        "other such only own same again once s t d ll m re ve don didn doesn isn aren wasn weren won wouldn couldn "
        "hadn hasn haven shouldn oh ah hey hi hello yes yeah yep no nope ok okay well really quite please thanks thank",
    )
)

# Forms that a stemmer of endings can't bring together: irregular verbs, plurals and comparatives.
_IRREGULAR: Final = """
arise arose arisen|awake awoke awoken|bear bore borne|beat beaten|become became|begin began begun|bend bent|bet
bind bound|bite bit bitten|bleed bled|blow blew blown|break broke broken|breed bred|bring brought|broadcast
build built|burn burnt|buy bought|catch caught|choose chose chosen|cling clung|come came|cost|creep crept|cut
deal dealt|dig dug|draw drew drawn|dream dreamt|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen
feed fed|feel felt|fight fought|find found|flee fled|fly flew flown|forbid forbade forbidden|forget forgot forgotten
forgive forgave forgiven|freeze froze frozen|get got gotten|give gave given|go goes went gone|grow grew grown
hang hung|hear heard|hide hid hidden|hold held|keep kept|kneel knelt|know knew known|lay laid|lead led|lean leant
leap leapt|learn learnt|leave left|lend lent|lie lay lain|light lit|lose lost|make made|mean meant|meet met
mistake mistook mistaken|pay paid|prove proven|read|ride rode ridden|ring rang rung|rise rose risen|run ran|say said
see saw seen|seek sought|sell sold|send sent|sew sewn|shake shook shaken|shine shone|shoot shot|show shown
shrink shrank shrunk|sing sang sung|sink sank sunk|sit sat|sleep slept|slide slid|smell smelt|sow sown
speak spoke spoken|speed sped|spell spelt|spend spent|spill spilt|spin spun|spoil spoilt|spread|spring sprang sprung
stand stood|steal stole stolen|stick stuck|sting stung|strike struck|strive strove striven|swear swore sworn
sweep swept|swell swollen|swim swam swum|swing swung|take took taken|teach taught|tear tore torn|tell told
think thought|throw threw thrown|understand understood|wake woke woken|wear wore worn|weave wove|weep wept|win won
write wrote written|child children kid|person people|man men|woman women|wife wives|foot feet|tooth teeth|mouse mice
goose geese|knife knives|loaf loaves|shelf shelves|half halves|self selves|wolf wolves|thief thieves
criterion criteria|good better best|bad worse worst|far further farther|mum mom mother mummy mommy|dad father daddy
grandma grandmother granny|grandpa grandfather grandad|photo picture pic photograph|colour color
favourite favorite|neighbour neighbor|organise organize|centre center|theatre theater|programme program
jewellery jewelry|grey gray|licence license|tyre tire|mould mold|flavour flavor
"""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802  # the library's name


_STEMMER: Final = cast("_Stemmer", import_module("Stemmer").Stemmer("english"))


def _bases() -> dict[str, str]:
    """Return the base of every irregular form, and of the stem that the stemmer makes of that form."""
    groups = [group.split() for line in _IRREGULAR.strip().splitlines() for group in line.split("|")]
    bases = {form: base for base, *forms in groups for form in forms}
    for form, base in list(bases.items()):
        bases.setdefault(_STEMMER.stemWord(form), base)
    return bases


_BASE: Final = _bases()


def words(text: str) -> list[str]:
    """Return the words in order. Numbers lose their separators of thousands, names their possessive s."""
    plain = text.casefold()
    if not plain.isascii():
        plain = _without_accents(plain.replace("’", "'"))
    found: list[str] = []
    for word in _WORD.findall(plain):
        if "'" in word:
            found += _parts(word)
        else:
            found.append(word.replace(",", "") if "," in word else word)
    return found


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the form that a word shares with its other forms."""
    if word not in _BASE:
        word = _STEMMER.stemWord(word[:LONGEST_WORD])
    return _STEMMER.stemWord(_BASE[word]) if word in _BASE else word


def inflections_of_one(word: str, other: str) -> bool:
    """Whether two words, in lower case, are forms of one by their endings alone: guarantee and guaranteed, but not
    organic and organisation, nor good and best.
    """
    if word == other:
        return True
    if _STEMMER.stemWord(word) != _STEMMER.stemWord(other):
        return False
    shared = next((at for at, pair in enumerate(zip(word, other, strict=False)) if len({*pair}) > 1), None)
    if shared is None:
        shared = min(len(word), len(other))
    return all(_INFLECTION.fullmatch(one, max(shared - 1, 0)) for one in (word, other))


def _parts(word: str) -> list[str]:
    """Take a word with an apostrophe apart: dad's is dad, don't is silent either way, O'Brien is two words."""
    return [part for part in word.split("'") if part != "s"]


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
