"""Personal names in English texts, by the words that introduce a person.

A name is one to three capitalised words after an introduction, or begins with a given name that
is hardly ever anything else ("Fatima made my day"); others are left to the names known from the
CRM.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp_jobs.text.given_names import FAMOUS_NAMES, GIVEN_NAMES

_WORD = r"(?:[A-Z]['’])?[A-Z][a-z]+(?:['’-][A-Z]?[a-z]+)?"
_NOT_NAMES = (
    "Customer|Service|Services|Support|Manager|Team|Store|Head|Office|The|This|That|It|He|She|"
    "They|We|You|My|His|Her|Your|Our|Reception|Security|Amazon|Apple|Google|Argos|Tesco|Very|"
    "Not|So|Just|Still|Really|Never|Always|Sorry|Happy|Disappointed|Delivery|Please|Thank|"
    "Thanks|Black|Royal|Mail|Online|Technical|Sales|Mr|Mrs|Ms|Dr|Christmas|Monday|Tuesday|"
    "Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|June|July|August|"
    "September|October|November|December|English|Chinese|London|Paris|Live|Chat|Great|Good|"
    "Excellent|Poor|Bad|Awful|What|When|Where|Why|How|If|In|On|At|And|But|Order|Refund|"
    "Returns|Billing|Everyone|Everything|Someone|Contact|Nobody|Letter|Muscle|Jet|JetBlue|United|"
    "American|Delta|Southwest|Virgin|Experian|Equifax|Financial|Payment|Facebook|Twitter|Ebay|"
    "Walmart|Target|Costco|Ikea|Currys|Asda|Hermes|Samsung|Sony|Microsoft|Netflix|Sir|Madam|"
    "Disgusting|Terrible|Horrible|Rubbish|Worst|Best|Amazing|Brilliant|Absolutely|Lady|Gaga|"
    "Beat|Bean|Potato|Sheen|Whippy|Coffee|Bucks|Pepper|Whoopee|Oetker|Barista"
    "|Bank|Visa|Paypal|Involvement|Assistance|Covid|Vodafone|Finally|Apply|Spain|Staff|Hi|"
    "Citizens|Kipling|Healthcare|Or|"
    "All|Each|Every|No|Yes|Ok|Okay|After|Before|Then|There|Here|Why|As|For|From|To|Because|Even|"
    "Now|Today|Yesterday|Tomorrow|Who|Which|Some|Any|More|Most|Much|Two|Three|One|Also|Only|Such|"
    "Unfortunately|Honestly|Overall|Flight|Phone|Website|Email|Account|Desk|Counter|Airport|"
    "Ward|Hospital|Clinic|Department|Centre|Center|Shop|Warehouse|Kitchen|Home|House|Street|Care|"
    "Claims|Accounts|Repairs|Parts|Product|Card|Gift|Deliveries|God|Lord|Jesus|Heavens|Goodness"
)
_PERSON = rf"(?P<name>(?!(?:{_NOT_NAMES})\b)(?:[A-Z]\.\s)?{_WORD}(?:\s(?:[A-Z]\.|{_WORD})){{0,2}})"
_LOWER_PERSON = (
    r"(?P<name>[A-Za-z][a-z'’-]+(?:\s(?:[A-Z]\.|[A-Z][A-Za-z'’-]+)){0,2}(?:(?<![A-Z][a-z])\s"
    r"(?!(?:and|i|from|but|my|the|is|was|here|with|on|who|so|in|at)\b)[a-z'-]+(?=[.,;!]|$))?)"
)
_ROLE = (
    "(?:[Ss]taff member|team member|member of staff|assistant manager|barista"
    "|porter|midwife|consultant"
    "|surgeon|physio|dentist|therapist|handyman|plumber|electrician|builder"
    "|carer|host|hostess|server"
    "|trainer|instructor|guide|concierge|specialist|associate|account holder|cardholder|passenger"
    "|tenant|recipient|aunt|uncle|cousin|nephew|niece|boss|fianc[eé]e?|[Ll]ady"
    "|[Mm]an|[Ww]oman|[Gg]uy|[Gg]irl|[Bb]loke|[Cc]hap|[Gg]entleman|[Aa]gent|rep"
    "|representative|[Aa]dvisor|[Aa]dviser|[Dd]river|[Ee]ngineer|[Tt]echnician"
    "|[Mm]anager|[Nn]urse|[Dd]octor"
    "|[Rr]eceptionist|[Ww]aiter|[Ww]aitress|[Cc]olleague|[Aa]ssistant"
    "|[Oo]perator|[Ss]alesman|[Cc]lerk"
    "|[Cc]ashier|[Ii]nstaller|[Ss]upervisor|[Cc]ustomer|[Cc]ontact|[Ff]itter|[Cc]ourier|someone"
    "|somebody|in-law"
    "|mum|mom|dad|mother|father|wife|husband|son|daughter|partner|neighbour"
    "|neighbor|friend|sister|brother)"
)
_CONTACT = (
    r"(?:[Ss]p(?:oke|eak|oken|eaking) (?:to|with)|[Tt]alk(?:ed|ing) (?:to|with)|[Dd]ealt with"
    r"|[Ss]erved by"
    r"|[Hh]elped by|[Nn]ame of|[Tt]ell|through to|[Aa]sk(?:ed)? for|[Tt]hanks to|[Tt]hank you,?"
    r"|[Aa]ssisted by|[Ss]een by"
    r"|(?:[Mm]et|[Vv]isited|[Gg]reeted|told|[Hh]andled|[Ss]igned|[Aa]dvised|[Ff]itted|[Ii]nstalled"
    r"|[Dd]elivered|[Cc]alled|[Tt]reated|[Ll]ooked after|[Cc]ared for|[Tt]aken"
    r"|[Cc]ollected|[Pp]acked"
    r"|[Ss]old|[Rr]eceived|[Bb]ooked|[Oo]rdered) by"
    r"|[Mm]et with|(?:emailed|texted|messaged|phoned)|[Cc]hat(?:ted|ting)? (?:to"
    r"|with)|[Ss]hout ?out to"
    r"|[Kk]udos to|[Cc]redit to|[Pp]rops to|[Cc]ompliments to|[Hh]ats off to|[Gg]rateful to"
    r"|[Ww]ell done,?|addressed to|attention of|in the name of|under the name(?: of)?|registered to"
    r"|[Ss]igned for by|[Aa]ccepted by|[Hh]anded to|[Ll]eft with"
    r"|account of|care of|on behalf of|[Cc]ustomer name(?: is|:)?|[Aa]ttn:?|[Ff][Aa][Oo]:?|c/o"
    rf"|[Aa]ttended by|name on the \w+ is|{_ROLE}[,:]?(?:\s\()?)"
)
_AFTER = (
    r"(?=['’]s\b|\s(?:with|to|by|again|today|yesterday|wasn't|didn't|just|really"
    r"|very|about|over|if|then"
    r"|gave|went|put|made|sent|fixed|sorted|explained|answered|listened|seemed"
    r"|also|always|this|last"
    r"|will|can|should|does|whose|or|as|but|a|an|my|so|when|while|until|after"
    r"|before|who|was|is|has|had|at|from|in|on|and|said|told|for|did|took|the|came|went|could|would"
    r"|it|it['’]s|loves?|likes?|needs?|wants?|says?|uses?|bought|because|hung|helped|never|kept|promised|refused|called|rang|signed|thank"
    r"|that|how|once|twice)\b|\s?[-,.!?;:)&(\n—–]|$)"
)
_PATTERNS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"\b(?:[Mm]y (?:full |first |last |middle )?name(?: is|'s|:)|[Ii](?: a|')m called"
        r"|[Nn]ame\s?:)"
        rf"\s*{_LOWER_PERSON}",
        rf"\b(?:[Tt]his is|[Ii]t(?:'s| is)|I(?:'m| am)|[Hh]ere is)\s{_PERSON}"
        r"(?=\s(?:speaking|here|from|calling|at|again)\b|,?\s(?:and\s)?I\b"
        r"|,\s(?:a|an|the|your|my|account|order)\b)",
        rf"\b{_CONTACT}\s?{_PERSON}{_AFTER}",
        rf"\b{_ROLE}\s(?:called|named)\s{_PERSON}",
        r"\b(?:[Hh]is|[Hh]er|[Tt]heir|whose|\w+['’]s)(?: first| last)? name (?:was|is)\s"
        rf"{_PERSON}",
        rf"\b(?:{_ROLE}|[Ii]nstaller|[Ff]itter|[Dd]river)\s(?:was|is)\s{_PERSON}(?=,)",
        rf"\b(?:[Aa]ccording to|[Ss]ent by|[Oo]rder is under|[Bb]ooked under)\s{_PERSON}{_AFTER}",
        rf"(?:^|[.!?]\s)(?:Hi|Hello),?\s{_PERSON}(?= here\b)",
        r"\b(?:named|(?:was|is|he's|she's|a|the|an|some) (?!company|place|shop"
        r"|brand|store|product|app|game|film|book|dish|website|firm|thing|hotel"
        r"|cafe|pub|bar)(?:\w{2,20} )?called)\s"
        rf"{_PERSON}{_AFTER}",
        rf"(?:^|[.!?]\s){_PERSON}(?=\s(?:here[,.:!]|from (?:your|customer)\b))",
        rf"{_PERSON}(?=\s(?:from|in|on|at) (?:your |the |customer )?(?:\w+ )?"
        r"(?:team|desk|department|tills?|checkouts?|support|services?|billing|reception|returns|complaints)\b)",
        rf"(?:^|\s)[-—–~]\s?{_PERSON}(?=[.!]?$)",
        r"(?:^|[.!?]\s)(?:(?:[Kk]ind |[Bb]est |[Ww]arm )?[Rr]egards|[Ss]incerely|[Yy]ours|[Cc]heers"
        r"|(?:[Mm]any )?[Tt]hanks|[Ss]igned|[Ff]aithfully|[Tt]ruly|[Ww]ishes|[Yy]ours \w+|[Ll]ove)"
        rf"[,.!\s—–-]+{_PERSON}(?=[.!]?$)",
        r"\b(?:M[Rr]|M[Rr][Ss]|M[Ss]|Miss|Dr|Doctor(?!\.)|Mx|Prof|Professor|Sir"
        r"|Nurse|Sister)\b\.?\s"
        rf"(?P<name>(?:[A-Z]\.?\s)?(?!(?:{_NOT_NAMES})\b){_WORD}(?:\s(?!(?:{_NOT_NAMES})\b){_WORD})?)",
        r"\b(?:mr|mrs|ms)\.?\s(?!(?:muscle|beat|bean|potato|sheen|whippy|coffee"
        r"|pepper|and|or|right)\b)(?P<name>[a-z]{3,15})\b",
        rf"\b(?:Dear|Hi|Hello)\s{_PERSON}(?=,)",
    )
)
# a capital inside a sentence, or what stands before a name in small letters
_SIGN = re.compile(
    r" (?<![.!?] )\(?(?:[A-Z][a-z.]|M[RS])|\n[A-Z]"
    r"|\b(?:M[Rr][Ss]?|M[Ss]|Dr)\. [A-Z]|[—–~-] ?[A-Z]|[Nn]ame(?: is|'s|s? ?:)"
    r"|(?:^| )[Mm](?:[Rr][Ss]?|[Ss])\.? "
)
# Every text with a name to be found here holds one of these.
ENGLISH_SIGNS = (
    *(
        "Tell ",
        "tell ",
        "name was",
        "anded to",
        "eft with",
        "epted by",
        "heers",
        "rough to",
        "in-law",
    ),
    *(
        "name is",
        "name's",
        "ame:",
        "ame :",
        "called",
        "named",
        "This is ",
        "this is ",
        "I'm ",
        "I am ",
    ),
    *(
        "t's ",
        "It is ",
        "ere is ",
        "poke ",
        "peak ",
        "poken ",
        "peaking",
        "alked ",
        "alking ",
        "ealt w",
    ),
    *(
        "erved by",
        "elped by",
        "ame o",
        "sk for",
        "sked for",
        "hank",
        "sisted by",
        "een by",
        "tended by",
    ),
    *(
        "ady",
        "man",
        "guy",
        "girl",
        "loke",
        "hap ",
        "gent",
        "rep ",
        "represe",
        "dvis",
        "river",
        "ngineer",
    ),
    *(
        "echnician",
        "anager",
        "urse",
        "octor",
        "ceptionist",
        "aite",
        "aitress",
        "olleague",
        "ssistant",
    ),
    *(
        "perator",
        "lerk",
        "ashier",
        "nstaller",
        "upervisor",
        "ustomer ",
        "ontact",
        "itter",
        "ourier",
    ),
    *(
        "someo",
        "someb",
        "mum",
        "mom",
        "dad ",
        "mother",
        "father",
        "wife",
        "husband",
        "son ",
        "daughter",
    ),
    *(
        "partner",
        "neighb",
        "friend",
        "sister",
        "brother",
        " here",
        " from ",
        "egards",
        "incerely",
        "ours",
    ),
    *(
        "heers",
        "igned",
        "Mr",
        "Ms",
        "MR",
        "MS",
        "Miss ",
        "Dr",
        "Mx",
        "Prof",
        "Sir",
        "Madam",
        "mr",
        "Dear ",
    ),
    *(
        "Hi ",
        "Hello ",
        "udos",
        "redit to",
        "rops to",
        "iments to",
        "ats off",
        "rateful to",
        "out to",
    ),
    *("ell done", "ttn", "FAO", "c/o", "account of", "care of", "behalf of", "ssed to", "tion of"),
    *("ered to", "hat with", "atted", "et with", " from ", "old by", "ted by", "set by", "dled by"),
    *("led by", "fter by", "for by", "ken by", "ked by", "sed by", "red by", "ived by", "ned by"),
    *(
        "- ",
        "— ",
        "—",
        "mailed ",
        "exted ",
        "essaged ",
        "honed ",
        "ishes",
        "ove,",
        "aithfully",
        "ruly",
        "octor",
        "urse ",
        "Sister",
    ),
    *sorted(GIVEN_NAMES),
)


# "spoke to karen", by given name only
_LOWER_CONTACT = re.compile(
    r"\b(?:sp(?:oke|eak|oken|eaking)|talk(?:ed|ing)|chatt?(?:ed|ing)?|dealt|served|helped|seen)"
    r" (?:to|with|by) (?P<name>[a-z]{3,12})\b"
    r"|\b(?:thanks|cheers),? (?:to )?(?P<thanked>[a-z]{3,12})\b"
)
_CONTACT_SIGN = re.compile("spoke|speak|talk|chat|dealt|served|helped|seen|thanks|cheers")
_CAPITALISED = re.compile(r"[A-Z](?<![\w&@#./’'-].)[a-z]+(?:-[A-Z][a-z]+)?(?![\w]|-[a-z]|\.\w)")
_MORE_NAME = re.compile(rf"(?:\s(?:[A-Z]\.|(?!(?:{_NOT_NAMES})\b){_WORD})){{0,2}}")
_FAMOUS = re.compile(rf"(?:{FAMOUS_NAMES})")
_NO_PERSON_BEFORE = re.compile(
    r"(?:\b(?:S[Tt]\.?|San|King|Queen|Prince|Santa|Fort|Lake|Jack|Papa"
    r"|[Hh]urricane|[Ss]torm|del|[Mm]c[Dd]onnell)|&)\s$"
)
_NO_PERSON_AFTER = re.compile(
    r"\s(?:&|(?:Street|Road|Avenue|Lane|Airport|Hospital|Ward|University|Square"
    r"|Park|Centre|Lodge|House|Unit"
    r"|[Hh]ospital|[Ww]ard|[Bb]ank)\b)"
)


def _find_given(text: str) -> Iterator[tuple[int, int]]:
    """ "Is Tariq still there?", "Fatima on the tills": names by their first word."""
    for match in _CAPITALISED.finditer(text):
        start = match.start()
        if (
            match[0].split("-")[0] not in GIVEN_NAMES
            or _FAMOUS.match(text, start)
            or _NO_PERSON_BEFORE.search(text, max(0, start - 12), start)
            or _NO_PERSON_AFTER.match(text, match.end())
        ):
            continue
        more = _MORE_NAME.match(text, match.end())
        end = more.end() if more else match.end()
        if not _NO_PERSON_AFTER.match(text, end):
            yield start, end


def find_english_names(text: str) -> Iterator[tuple[int, int]]:
    """My name is Jane Doe; Mr Brown; spoke to Karen; a lady called Helen; Regards, Tom."""
    if _SIGN.search(text) or _OPENING.match(text):
        for pattern in _PATTERNS:
            for match in pattern.finditer(text):
                if not _FAMOUS.match(text, match.start("name")):
                    yield match.span("name")
    yield from _find_given(text)
    for match in _LOWER_CONTACT.finditer(text) if _CONTACT_SIGN.search(text) else ():
        group = "name" if match["name"] else "thanked"
        if match[group].capitalize() in GIVEN_NAMES:
            yield match.span(group)


_OPENING = re.compile(rf"{_WORD}(?:\s{_WORD})?\s(?:here|from)\b")
