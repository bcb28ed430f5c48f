"""Letters that look like another: what protects the names of the staff, and what shows a false host for what it is.

Our own choice out of what Unicode calls confusable: what passes in a name at reading size, in Latin, Cyrillic, Greek,
Armenian, Cherokee, Lisu and the digits. Accents are taken off before, so that only bare letters stand here; case is kept, because a
capital may resemble another letter than its small one does (Greek Ν is an N, ν is a v).
"""


def _pairs(table: str) -> dict[str, str]:
    return {pair[0]: pair[1:] for pair in table.split()}


LOOKALIKES = (
    _pairs("аa вb еe һh іi јj кk мm нh оo рp сc ѕs тt уy хx ԁd ԛq ԝw ѵv ьb гr пn ӏl үy ҽe ԍg ғf қk ңh өo ӊh ҡk ҝk ҥh")
    | _pairs("АA ВB ЕE ІI ЈJ КK МM НH ОO РP СC ЅS ТT УY ХX ԌG ԚQ ԜW ѴV ЬB ГR ӀL ҮY ҼE ҒF ҚK ҢH ӨO З3 ҺH ҠK ҤH Ԁd Пn")
    | _pairs("αa βb γy εe ζz ηn ιi κk μu νv οo πn ρp σo ςc τt υu χx ωw ϲc ϳj ϝf ϰk ϱp")
    | _pairs("ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ͿJ ϜF")
    | _pairs("հh ոn սu ցg քp օo զq յj ՕO ՍU ՏS ԼL Ոn")
    | _pairs("łl Łl øo Øo đd Đd ðd Ðd ħh Ħh ŧt Ŧt ıi ĸk ŋn Ŋn ƚl ɨi ƀb ɓb ɗd ƙk ɑa ɡg ɩi ɪi ɴn ʀr ʙb ʏy ɢg ʟl ʜh ɵo")
    | _pairs("ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴌl ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꜱs ꞁl ɫl ɬl æae Æae œoe Œoe þth Þth ßss ẞss")
    | _pairs("ɍr Ɍr ɇe Ɇe ǝe Ǝe əe Əe ɘe ꬲe ȼc Ȼc ƶz Ƶz ⱥa Ⱥa ɉj Ɉj ɏy Ɏy ꞃr")
    | _pairs("ᎪA ᏴB ᏟC ᎠD ᎬE ᏀG ᎻH ᎫJ ᏦK ᏞL ᎷM ᏢP ᎡR ᏒR ᏚS ᎢT ᏙV ᎳW ᏃZ")
    | _pairs("ꓐB ꓑP ꓒd ꓓD ꓔT ꓖG ꓗK ꓙJ ꓚC ꓜZ ꓝF ꓠN ꓡL ꓢS ꓣR ꓦV ꓧH ꓪW ꓫX ꓬY ꓮA ꓰE ꓲI ꓳO ꓴU")
    | _pairs("0o 1l |l !l 3e 5s $s @a €e £l")
)
TWO_AS_ONE = (("rn", "m"), ("vv", "w"))

# A label of these letters only reads as a Latin one, whatever the typeface.
SEEN_AS_LATIN = frozenset("авеһіјорсѕухԁԛԝѵьгпӏүҽԍαγικνορτυχωϲϳηհոսցքօզյ")
