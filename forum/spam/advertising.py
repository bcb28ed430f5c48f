"""Does a text call readers to what its writer sells or wants to grow? Sentences, not loose words, in English and Dutch.

A reader who mentions a video, a casino or his own blog is no advertiser: held is who bids others to go to what is his
own, who begs for followers, or who speaks a salesman's phrase and gives the way to the shop.
"""

import re

from forum.spam.reading import Reading


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OWN = "(?:my|our|mijn|m'n|mn|onze|ons)"
_OUTLETS = _words(
    "channel channels page pages site website websites blog blogs webshop shop store vid vids video videos vidio vidios clip "
    "clips music song songs track tracks beat beats remix remixes cover covers album mixtape rap raps stream livestream "
    "profile playlist podcast giveaway merch twitter facebook instagram insta tiktok soundcloud youtube twitch telegram "
    "onlyfans patreon kanaal pagina filmpje filmpjes webwinkel winkel muziek nummer nummers profiel aanbod aanbieding "
    "aanbiedingen shopje"
)
_OUTLET = f"(?:{'|'.join(sorted(_OUTLETS))})"
_SEE = (
    "(?:check(?:ed)?(?: out| it out)?|checkout|visit|subscribe|subscribing|suscribe|sub|subs|follow|watch|view|listen|stream"
    "|look|peep|come|go|add|join|support|like|share|bezoek|bekijk|kijk|luister|volg|abonneer|klik|steun|deel|check"
    "|(?:neem|breng) (?:[^ ]+ ){0,3}(?:kijkje|bezoek))"
)
_BEGGED = "(?:subscribe|subscribing|suscribe|subcribe|sub)"
_BEGGING = _words(
    "subscribe subscribing suscribe subcribe sub check follow add volg voeg please pls plz plse plese pliz plizz like abonneer"
)
_FOLLOWERS = _words("subs subscribers followers likes volgers abonnees backlinks")
_NOT_HE_WHO = "(?<!\\bi )(?<!\\bik )(?<!\\bwe )(?<!\\bhe )(?<!\\bshe )(?<!\\bthey )(?<!\\bwij )(?<!\\bze )(?<!\\bhij )(?<!\\bzij )"
_GAP = "(?:[^ ]+ )"

_OWN_OUTLET = re.compile(f"{_NOT_HE_WHO}\\b{_SEE} {_GAP}{{0,4}}{_OWN} {_GAP}{{0,3}}{_OUTLET}\\b")
_BIDDEN = re.compile(
    f"{_NOT_HE_WHO}\\b(?:(?:check|checkout|checked) out|(?:take|have) a look at|checkout) (?:this|the|these|a) {_GAP}{{0,3}}"
    "(?:channels?|playlist|videos?|vids?|remix(?:es)?|covers?|songs?|music|beats?|mixtape|webshop|store|giveaway)\\b"
)
_CHANNEL = re.compile(
    "\\b(?:my|our|mijn) (?:new |own |youtube |yt |gaming |music |nieuwe |eigen )?(?:channel|kanaal)\\b"
)
_OWN_FIRST = re.compile(f"\\b(?:check|look at|see|have|put) {_OWN} {_GAP}{{0,2}}{_OUTLET} (?:out|please|plz|pls)\\b")
_OWN_SELF = re.compile(
    f"{_NOT_HE_WHO}\\b(?:{_BEGGED} {_GAP}{{0,2}}(?:me|us|back|now|here|please|plz|pls|mij)"
    f"|check (?:me|us|mij|ons) out"
    f"|(?:follow|add|volg|voeg) (?:me|us|mij|ons|mijn|my|our) {_GAP}{{0,1}}(?:on|at|here|op|toe|via)"
    f"|(?:please|pls|plz|plse|plese|pliz|plizz) {_GAP}{{0,1}}(?:{_BEGGED}|like|follow (?:me|us))(?! to\\b)"
    f"|{_BEGGED} {_GAP}{{0,1}}(?:4|four|for|and) (?:sub|like|share)"
    f"|like (?:and|en|or|&) {_BEGGED}|{_BEGGED} {_GAP}{{0,1}}(?:like|comment|and share)"
    f"|like this (?:comment|page|facebook)|abonneer (?:je|jullie|u) (?:op|nu|gratis|allemaal))\\b"
)
_SUBSCRIBE = re.compile(
    f"{_NOT_HE_WHO}(?:^|\\b(?:please|pleas|pls|plz|guys|hey|hi|click|now|and|like|channel|chanell?) )"
    "(?:subscribe?|suscribe|subcribe)\\b(?! to (?:that|this|the|his|her|their|your|an?)\\b)"
    "|\\bsub?s?c?ri[bp]\\w* (?:to |2 |on |a |en )?(?:my|me|us|our|mi|mein(?:en)?)\\b"
    "|\\binscreva(?: se)? (?:[^ ]+ )?(?:no|em) meu|\\babonne\\w* (?:[^ ]+ )?(?:a )?ma chaine"
)
_VOTES = re.compile(
    "\\bthumbs? (?:(?:this|my|the)(?: comment)? up|up (?:so|this|to this))|\\bso (?:more|others?)(?: people)? can see (?:this|it)\\b"
    "|\\b(?:give|drop|leave|hit) (?:(?:it|me|us|this|him) )?(?:a |the )(?:like|sub|follow|thumbs up)\\b"
    f"|(?:^|\\b(?:please|pls|guys|and) ){_NOT_HE_WHO}share this (?:video|link|post|page|comment|to #+)\\b"
    "|\\b(?:help me|become my|be my|want #+|bored of #+|reach #+) (?:[^ ]+ ){0,4}(?:subs|subscribers?|followers?|volgers|abonnees)\\b"
)
_ARTIST = re.compile(
    "\\b(?:im|i am|ik ben|we are|were|my name is) (?:[^ ]+ ){0,6}(?:rappers?|singers?|producers?|remixer|youtuber|songwriter|musicians?|duo|dj"
    "|gamer|zanger|zangeres|muzikant|producent)\\b"
)
_HEARD = re.compile(
    "\\b(?:me (?:just )?a chance|check|checking|subscribe|(?:listen to|search|look up|watch) (?:my|me|our|us)|a listen|type in"
    "|my channel|mijn kanaal|luister naar mijn|beluister)\\b"
)
_GROWTH = re.compile(
    "(?<!\\bhas )(?<!\\bhave )(?<!\\bhad )(?<!\\bheeft )(?<!\\bhebben )\\b(?:need|want|buy|gain|more|free|get #+|have #+|koop|gratis|meer|wil) "
    "(?:[^ ]+ ){0,2}" + f"(?:{'|'.join(sorted(_FOLLOWERS))})\\b"
)
_TRADE = re.compile(
    "\\b(?:(?:earn|make|win|get|verdien|geld|need) (?:[^ ]+ ){0,2}(?:money|cash|dollars|euro|geld|verdienen|income|bitcoins?)"
    "|(?:free|gratis) (?:[^ ]+ ){0,1}(?:gift|giftcards?|iphone|itunes|codes?|robux|spins|downloads?|trial|proefpakket)"
    "|gift ?cards?|promo ?codes?|kortingscodes?|(?:work|earn|werken|verdienen|verdien) (?:from|at|vanuit|vanaf|thuis|online)"
    "|(?:online|beste|best|new|nieuw) casinos?|casino ?bonus|sports? ?betting|viagra|cialis|kamagra|levitra|tramadol"
    "|forex|crypto (?:trading|investment|signals?|invest)|bitcoin (?:trading|investment|broker|recovery)|trading bot"
    "|payday loans?|personal loans?|loan offer|lening zonder|geld lenen|snel geld|hack(?:ed|ing)? (?:[^ ]+ ){0,2}(?:accounts?|password)"
    "|seo (?:services?|diensten|expert)|guest ?posts?|backlinks?|first page of google|hoger in google"
    "|replica (?:watch(?:es)?|bags?|horloges?)|designer (?:bags|outlet)|cheap (?:[^ ]+ ){0,2}(?:online|shoes|watches|jerseys)"
    "|goedkope? (?:[^ ]+ ){0,2}(?:online|bestellen|kopen)|(?:lose|losing) weight|weight loss|afslankpil(?:len)?"
    "|lottery winner|spell caster|love spell|escort(?:s|service)?|hot (?:girls|singles)|sexdate|sexdating|dating ?site"
    "|inboedel verkopen|kom langs in onze|tot #+ procent korting|#+ (?:procent )?korting)\\b"
)
_WAY = re.compile(
    "\\b(?:click|klik|visit|bezoek|contact|whats ?app|telegram|sign ?up|register|registreer|inschrijven|meld je aan|bestel"
    "|order|call|bel|mail|app|download|go here|check out|try|probeer|kijk op|google)\\b"
)


def is_advertising(text: Reading) -> bool:
    """A pattern is tried only when a word that it cannot do without was said: most texts are done after three looks."""
    said = " ".join(text.words)
    words = set(text.words)
    if words & _OUTLETS and any(bidding.search(said) for bidding in (_OWN_OUTLET, _BIDDEN, _CHANNEL, _OWN_FIRST)):
        return True
    if words & _BEGGING and _OWN_SELF.search(said):
        return True
    if _SUBSCRIBE.search(said) or _VOTES.search(said) or (_ARTIST.search(said) and _HEARD.search(said)):
        return True
    if words & _FOLLOWERS and _GROWTH.search(said):
        return True
    reached = text.links or text.mails or _WAY.search(said)
    return bool(reached and _TRADE.search(said))
