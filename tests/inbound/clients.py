"""Answers as mail programs write them: their headers, their charsets, their way to quote. Made up; no mail of anybody's.

`SAYS` is what each of them answers. A sample holds {to}, {sender} and {id}; CRLF is made when it is sent.
"""

import quopri
from base64 import encodebytes

SAYS = "Helemaal mee eens: bij ons in café De Zwaan hoor je ’s avonds niets.\n\nMaar overdag is dat heel anders."
LONG = (
    "Bij ons in de straat is het precies andersom, want daar wordt elke woensdag de markt opgebouwd en hoor je van zes "
    "uur ’s ochtends af alleen maar ijzer op ijzer."
)
QUOTED = """Lotte Hagedoorn
https://klankkast.example/
woensdag 26 november 2026 om 9:11

Hangt boven mijn bureau.

Lees verder en antwoord: https://luisterkamer.example/reactions/7/

----
Je krijgt deze mail omdat je op 1 november 2026 hebt gevraagd om bericht.

Stop deze berichten: https://luisterkamer.example/subscriptions/abcdefghijklmnopqrstuvwxyz012345/unsubscribe/"""
US = "Luisterkamer <reacties@luisterkamer.example>"


def marked(text: str = QUOTED, mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def mail(
    *headers: str, body: str | bytes, charset: str = "utf-8", transfer: str = "8bit", kind: str = "plain"
) -> bytes:
    raw = body if isinstance(body, bytes) else body.encode(charset)
    if transfer == "quoted-printable":
        raw = quopri.encodestring(raw)
    elif transfer == "base64":
        raw = encodebytes(raw)
    lines = [
        "Return-Path: <{sender}>",
        "Delivered-To: {to}",
        "From: Sanne Kuipers <{sender}>",
        "To: Luisterkamer <{to}>",
        "Subject: Re: Nieuwe reactie op: Het stille uur",
        "Message-ID: <{id}@post.voorbeeld.example>",
        "In-Reply-To: <r7.abcdefghijklmnopqrstuv@luisterkamer.example>",
        "Date: Thu, 26 Nov 2026 10:04:11 +0100",
        "MIME-Version: 1.0",
    ]
    if not any(line.lower().startswith("content-type:") for line in headers):
        lines.append(f"Content-Type: text/{kind}; charset={charset}")
    lines += [f"Content-Transfer-Encoding: {transfer}", *headers]
    return "\n".join(lines).encode() + b"\n\n" + raw


def alternative(plain: str, html: str) -> bytes:
    body = "\n".join(
        [
            "--=_grens",
            'Content-Type: text/plain; charset="UTF-8"',
            "Content-Transfer-Encoding: quoted-printable",
            "",
            quopri.encodestring(plain.encode()).decode(),
            "--=_grens",
            'Content-Type: text/html; charset="UTF-8"',
            "Content-Transfer-Encoding: quoted-printable",
            "",
            quopri.encodestring(html.encode()).decode(),
            "--=_grens--",
            "",
        ]
    )
    return mail('Content-Type: multipart/alternative; boundary="=_grens"', body=body, transfer="7bit")


def with_picture(plain: str) -> bytes:
    """Apple Mail: text, a picture, and the rest of the text."""
    first, second = plain.split("\n\n", 1)
    body = "\n".join(
        [
            "--Apple-Mail=_A",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
            "",
            first,
            "--Apple-Mail=_A",
            "Content-Disposition: inline; filename=foto.png",
            "Content-Type: image/png; name=foto.png",
            "Content-Transfer-Encoding: base64",
            "",
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
            "--Apple-Mail=_A",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
            "",
            second,
            "--Apple-Mail=_A--",
            "",
        ]
    )
    return mail('Content-Type: multipart/mixed; boundary="Apple-Mail=_A"', body=body)


def html(*paragraphs: str) -> str:
    return "".join(f"<div>{words or '<br>'}</div>" for words in paragraphs)


FIRST, SECOND = SAYS.split("\n\n")
GMAIL_NL = (
    f"{SAYS}\n\nOp do 26 nov 2026 om 10:02 schreef Luisterkamer <\nreacties@luisterkamer.example>:\n\n{marked()}\n"
)
GMAIL_EN = (
    f"{SAYS}\n\nOn Thu, Nov 26, 2026 at 10:02 AM Luisterkamer <reacties@luisterkamer.example>\nwrote:\n\n{marked()}\n"
)
OUTLOOK_NL = (
    f"{SAYS}\n\nVan: {US}\nVerzonden: donderdag 26 november 2026 10:02\nAan: Sanne Kuipers <{{sender}}>\n"
    f"Onderwerp: Nieuwe reactie op: Het stille uur\n\n{QUOTED}\n"
)
OUTLOOK_EN = (
    f"{SAYS}\n\n-----Original Message-----\nFrom: {US}\nSent: Thursday, November 26, 2026 10:02 AM\n"
    f"To: Sanne Kuipers <{{sender}}>\nSubject: Nieuwe reactie op: Het stille uur\n\n{QUOTED}\n"
)
OUTLOOK_MOBILE = (
    f"{SAYS}\n\nOutlook voor iOS<https://aka.ms/o0ukef> downloaden\n________________________________\n"
    f"Van: {US}\nVerzonden: donderdag 26 november 2026 10:02\nAan: {{sender}}\n\n{QUOTED}\n"
)
GMAIL_HTML = (
    f'<div dir="ltr">{html(FIRST, "", SECOND)}</div><br><div class="gmail_quote gmail_quote_container">'
    '<div dir="ltr" class="gmail_attr">Op do 26 nov 2026 om 10:02 schreef Luisterkamer &lt;reacties@luisterkamer.example'
    f'&gt;:<br></div><blockquote class="gmail_quote">{QUOTED}</blockquote></div>'
)
OUTLOOK_HTML = (
    f'<html><head><style>p {{{{ margin: 0 }}}}</style></head><body><p class="MsoNormal">{FIRST}<o:p></o:p></p>'
    f'<p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">{SECOND}</p>'
    '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Van:</b> Luisterkamer &lt;reacties@luisterkamer.example'
    f"&gt;<br><b>Verzonden:</b> donderdag</div><div>{QUOTED}</div></body></html>"
)
APPLE_HTML = (
    f"<html><body>{FIRST}<div><br></div><div>{SECOND}</div><br><div dir=ltr>Verstuurd vanaf mijn iPad</div>"
    f'<blockquote type="cite">Op 26 nov 2026 om 10:02 heeft Luisterkamer het volgende geschreven:{QUOTED}</blockquote>'
)
FLOWED = (
    f"{FIRST[:40]}{FIRST[40:44].rstrip()} \n{FIRST[44:].lstrip()}\n\n{SECOND}\n\n-- \nSanne\nTel 06 12 34 56 78\n\n"
)

SAMPLES: dict[str, bytes] = {
    "Gmail, nl": alternative(GMAIL_NL, GMAIL_HTML),
    "Gmail, en": alternative(GMAIL_EN, GMAIL_HTML),
    "Gmail, only HTML": mail(body=GMAIL_HTML, kind="html", transfer="base64"),
    "Outlook, nl": mail(body=OUTLOOK_NL, charset="windows-1252", transfer="quoted-printable"),
    "Outlook, to whom we are in the address book": mail(body=OUTLOOK_NL.replace(f"Van: {US}", "Van: Luisterkamer")),
    "Outlook, en": mail(body=OUTLOOK_EN, charset="utf-8", transfer="base64"),
    "Outlook, only HTML": mail(body=OUTLOOK_HTML.replace("{{", "{").replace("}}", "}"), kind="html"),
    "Outlook for iOS": mail(body=OUTLOOK_MOBILE),
    "Apple Mail, nl": mail(
        body=f"{SAYS}\n\n> Op 26 nov 2026, om 10:02 heeft {US} het volgende geschreven:\n> \n{marked()}\n",
        transfer="quoted-printable",
    ),
    "Apple Mail, en": mail(body=f"{SAYS}\n\n> On 26 Nov 2026, at 10:02, {US} wrote:\n> \n{marked()}\n"),
    "iPhone, nl": mail(
        body=f"{SAYS}\n\nVerstuurd vanaf mijn iPhone\n\n> Op 26 nov 2026 om 10:02 heeft {US} het volgende geschreven:\n> \n"
        f"> \ufeff\n{marked()}\n",
        transfer="base64",
    ),
    "iPad, only HTML": mail(body=APPLE_HTML, kind="html"),
    "Apple Mail, a picture between": with_picture(
        f"{SAYS}\n\n> Op 26 nov 2026, om 10:02 heeft {US} het volgende geschreven:\n> \n{marked()}\n"
    ),
    "Thunderbird, nl": mail(
        "Content-Type: text/plain; charset=UTF-8; format=flowed",
        body=f"{SAYS}\n\nOp 26-11-2026 om 10:02 schreef Luisterkamer:\n{marked()}\n\n",
    ),
    "Thunderbird, en": mail(
        "Content-Type: text/plain; charset=UTF-8; format=flowed",
        body=f"{SAYS}\n\nOn 11/26/26 10:02 AM, Luisterkamer wrote:\n{marked()}\n\n",
    ),
    "Thunderbird, below the quote": mail(
        "Content-Type: text/plain; charset=UTF-8; format=flowed; delsp=no",
        body=f"Op 26-11-2026 om 10:02 schreef Luisterkamer:\n{marked()}\n\n{FLOWED}",
    ),
    "K-9, nl": mail(
        body=f"{SAYS}\n-- \nVerstuurd vanaf mijn Android apparaat met K-9 Mail.\n\n"
        f"Op 26 november 2026 10:02:00 CET schreef {US}:\n{marked(mark='>')}\n",
    ),
    "K-9, en": mail(
        body=f"{SAYS}\n-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.\n\n"
        f"On 26 November 2026 10:02:00 CET, {US} wrote:\n{marked(mark='>')}\n",
    ),
    "Yahoo, nl": mail(
        body=f" {FIRST}\n\n{SECOND}\n    Op donderdag 26 november 2026 om 10:02:00 CET schreef {US}:  \n \n{QUOTED}\n"
    ),
    "Samsung": mail(
        body=f"{SAYS}\n\nVerzonden vanaf mijn Galaxy\n\n\n-------- Oorspronkelijk bericht --------\nVan: {US}\n"
        f"Datum: 26-11-2026 10:02 (GMT+01:00)\nAan: {{sender}}\nOnderwerp: Nieuwe reactie\n\n{QUOTED}\n"
    ),
    "in Swedish": mail(
        body=f"{SAYS}\n\nDen tors 26 nov. 2026 kl 10:02 skrev Luisterkamer <\nreacties@luisterkamer.example>:\n\n{marked()}\n"
    ),
    "in a language that nobody taught us": mail(
        body=f"{SAYS}\n\nLuisterkamer <reacties@luisterkamer.example> kirjoitti to 26. marrask. 2026 klo 10:02:\n\n{marked()}\n"
    ),
    "says Latin 1, is UTF-8": mail("Content-Type: text/plain; charset=iso-8859-1", body=GMAIL_NL.encode()),
    "says nothing, is Windows": mail("Content-Type: text/plain", body=GMAIL_NL.encode("cp1252")),
    "says an alphabet that does not exist": mail("Content-Type: text/plain; charset=x-unknown", body=GMAIL_NL.encode()),
}


def sample(name: str, *, to: str, sender: str, message_id: str = "een") -> bytes:
    return fill(SAMPLES[name], to=to, sender=sender, message_id=message_id)


def fill(raw: bytes, *, to: str, sender: str, message_id: str = "een") -> bytes:
    for word, value in ((b"{to}", to), (b"{sender}", sender), (b"{id}", message_id)):
        raw = raw.replace(word, value.encode())
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
