"""Is a text in a language far from the article's? Dutch and English are both at home here. By its alphabet, and by the small words that no sentence does without.

Silent about short texts, and about languages it has no words of: who cannot tell does not hold.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from forum.characters import script

AT_HOME = frozenset({"nl", "en"})  # under an article in one of them readers write in either
LEAST_WORDS = 20
LEAST_LETTERS = 60
FOREIGN_LETTERS = 0.5  # share of letters of another alphabet
ENOUGH_OWN = 2  # small words of the article's language: a sentence of it stands beside the other
OWN_AT_MOST = 0.05  # share of small words that only the article's language has; a text in Dutch has three in ten
OTHER_AT_LEAST = 0.2  # that only the other one has
DIFFERENT_WORDS = 5  # of them; a piece of code that says the same few over and over is no language

_SMALL_WORDS = {
    "nl": "de het een en van ik dat is niet in op te zijn voor met je die er maar ook aan om als nog wel naar heb heeft dit "
    "wat bij was hij ze we kan of door uit zo geen meer mijn over wordt worden deze dan omdat echt gewoon",
    "en": "the a an and of to in is it that i you for was with on are this be have not but they he she we my your so what "
    "there all can at from or by as if about just will has had would who do",
    "de": "der die das und ist nicht ich ein eine zu mit den von auf es sie auch dass wir im fur aber wie dem sich so nur "
    "noch hat haben war bei oder als wenn auf sind mein kann wird man",
    "fr": "le la les de des un une et est que qui je pas vous nous il elle pour dans en sur avec ce cette mais plus au du "
    "sont ne se par tout bien comme mon ma votre on ont etre fait",
    "es": "el la los las de que y en un una es no se por con para mi lo como pero mas esta este su muy si al del me yo todo "
    "tiene hay son fue cuando porque nos ser",
    "it": "il lo la gli le di che e un una non per con sono mi si ma come piu questo questa ho ha del della nel anche tutto "
    "io molto se al alla dei nella perche",
    "pt": "o os as de que e um uma nao em para com por mais mas se eu voce muito meu minha no na do da dos das isso esta "
    "como ele ela foi tem ser quando",
    "pl": "i w z na nie to jest sie ze do jak ale o co po tak za od dla ja mi juz czy przez bardzo tylko moj jego ten ta",
    "tr": "bir ve bu da de icin ile cok ne var ben sen o mi gibi daha kadar ama her en olarak olan sonra",
    "id": "yang dan di ini itu dengan untuk tidak dari saya anda kami adalah pada akan juga bisa ada ke dalam sudah lebih",
}
_LANGUAGES: dict[str, frozenset[str]] = {
    word: frozenset(language for language, words in _SMALL_WORDS.items() if word in words.split())
    for words in _SMALL_WORDS.values()
    for word in words.split()
}
SMALL_WORDS = frozenset(_LANGUAGES) | frozenset(
    ["me", "im", "us", "them", "your", "jij", "jullie", "jou", "jouw", "mij", "hun", "hem", "haar"]
)
_UNKNOWN: frozenset[str] = frozenset()


def is_other_language(text: str, words: Sequence[str], language: str) -> bool:
    """`words` are the folded words of `text`; `language` is the article's."""
    if language not in _SMALL_WORDS:
        return False
    own = AT_HOME if language in AT_HOME else frozenset({language})
    letters = [] if text.isascii() else list(islice((char for char in text if char.isalpha()), 400))
    if len(letters) >= LEAST_LETTERS:
        foreign = sum(not char.isascii() and script(char) != "LATIN" for char in letters)
        if foreign / len(letters) > FOREIGN_LETTERS:
            return sum(bool(own & _LANGUAGES.get(word, _UNKNOWN)) for word in words[:400]) < ENOUGH_OWN
    sample = [word for word in words[:400] if len(word) > 1 and word.isalpha()]
    if len(sample) < LEAST_WORDS:
        return False
    spoken = [_LANGUAGES.get(word, _UNKNOWN) for word in sample]
    foreign_words = Counter(other for languages in spoken if not own & languages for other in languages)
    other, in_other = max(foreign_words.items(), key=lambda item: item[1], default=("", 0))
    in_own = sum(bool(own & languages) and other not in languages for languages in spoken)
    kinds = {word for word in sample if other in _LANGUAGES.get(word, _UNKNOWN) and not own & _LANGUAGES[word]}
    if len(kinds) < DIFFERENT_WORDS:
        return False
    return in_other >= OTHER_AT_LEAST * len(sample) and in_own <= OWN_AT_MOST * len(sample)
