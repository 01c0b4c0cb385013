"""The words by which news says who speaks: verbs, pronouns, titles, and what stands between a speaker and a verb.

Lists of English words and nothing else; `speakers.py` reads sentences with them. Set by reading (2026-11), and by the
first part of the labelled sentences in tests/answering/speech_labels.json.
"""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SAYING = _set(
    """
    said says say told tells added adds wrote writes tweeted stated argued argues argue warned warns warn
    insisted insists insist claimed claims claim acknowledged acknowledges noted notes stressed stresses emphasized
    emphasised emphasizes emphasises explained explains replied replies responded responds denied denies vowed vows
    pledged pledges promised promises declared declares suggested suggests repeated repeats recalled recalls conceded
    concedes admitted admits complained complains testified testifies predicted predicts estimated estimates quipped
    joked reiterated reiterates cautioned cautions commented remarked observed maintained maintains contended contends
    alleged alleges demanded demands praised praises criticized criticised criticizes criticises
    accused accuses blamed blames hailed hails condemned condemns urged urges cited shouted asserted asserts countered
    lamented boasted mused deemed thanked lauded retorted exclaimed answered
    """
)
"""Verbs of speech that need nothing else to be one."""
QUOTING = _set("continued continues went began begins laughed sang yelled whispered cried exclaimed put")
"""Verbs that tell of speech only beside a quote ("…," she continued)."""
CLAUSAL = _set(
    """
    announced announces disclosed discloses revealed reveals reported reports report found finds showed shows confirmed
    confirms agreed states indicated indicates believes believe hopes expects think thinks feels knows
    """
)
"""Verbs of speech where a clause follows ("announced that …") or they close one ("…, Cuomo announced on Monday")."""
TELLING = _set(
    "saying adding telling claiming arguing insisting stressing warning noting writing emphasizing emphasising"
)
"""Participles after a comma: the subject of the sentence speaks."""
TRANSITIVE = _set(
    """
    told tells urged urges accused accuses blamed blames praised praises criticized criticised criticizes criticises
    hailed hails condemned condemns thanked lauded demanded demands called calls named asserted deemed
    """
)
"""Verbs behind which stands whom or what they are about, never the speaker: "…, told CNN"."""
NOUNS_TOO = _set("claims notes urges estimates demands promises reports states claim report blames praises answered")
"""Verbs that are nouns as well ("the claims"): their subject must be a name, a pronoun or a known speaker."""

OBJECTS = {
    verb: _set(objects)
    for verbs, objects in (
        ("called calls", "for on upon it that this him her them the his their its"),
        ("asked asks", "people for that the him her them congress residents whether why"),
        ("rejected rejects", "that this it any suggestions claims allegations accusations criticism"),
        (
            "voiced expressed",
            "concern concerned concerns hope regret doubt doubts support confidence outrage relief anger",
        ),
        ("questioned", "whether why how"),
        ("pointed points", "out to"),
    )
    for verb in verbs.split()
}
"""Verbs that tell of speech only before some words: "called for calm", not "called a meeting"."""
FINDINGS = _set("poll survey study")
"""What "found" without "that" is said of: "A poll found a seven-point drop"."""
LIVES = _set("life lives victory responsibility victims")
"""What is claimed without a word: "The heat claimed two lives"."""
CUT_OFF = _set("released published issued conducted commissioned obtained reviewed shared provided posted")
"""Participles behind a noun: "a poll released on Thursday"."""

BE = _set("be is was were are been being 's ’s am")
MODALS = _set("will would could should may might must can to cannot won't won’t")
NEGATIONS = _set("not never n't declined refused without")
PRONOUNS = _set("he she they it")
FIRST_PERSON = _set("i we you")
SUBORDINATORS = _set(
    "that which who whom whose what because if although though after before until since when while where how why than"
)
CONJUNCTIONS = _set("but and so or yet still then also meanwhile however as")
BESIDE_VERB = _set(
    """
    also later has had have again only even still just since already previously recently first further earlier
    once often long now soon on in late early year month week today yesterday tonight night morning afternoon evening
    did himself herself themselves itself all both
    """
)
"""Words between a speaker and the verb: "Wang Yi has also said"; words in -ly and days are such as well."""
LEADING = _set(
    """
    in on at during after before despite speaking earlier later asked while when as for from with under by although
    since because if given following amid over within through until once inside outside writing
    """
)
"""Words that open a phrase which stands before the subject: "On Tuesday …", "Speaking in Beijing, …"."""
PREPOSITIONS = _set("of for at from with in on to against by near close")
ENDS_PHRASE = _set(
    """
    in on at during after before as to when while who that with by because through until since following and
    yesterday today tonight earlier late later last this whose which about where but if reporters however over
    """
)
"""Words that end the speaker behind a verb: "said Ada Pell in a letter"."""
FINITE = _set(
    """
    is was are were has had have will would could should may might must can did does do been be became not it there
    """
)
DETERMINERS = _set(
    """
    the a an its their his her our this that these those one two three four five six seven several many some most no
    another both all other few dozens
    """
)
DAYS = _set(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december jan feb aug sept oct nov dec
    """
)
JOINERS = _set("of the de von van der den al bin for and la le di du el &")

TITLES = _set(
    """
    president secretary minister chancellor senator governor mayor judge justice general colonel captain major
    lieutenant sergeant admiral king queen prince princess pope bishop archbishop cardinal rabbi imam reverend
    professor doctor mr mrs ms miss dr sen rep gov gen prof rev lt col sgt sir dame lord lady fellow ambassador
    director chief chairman chairwoman chair spokesman spokeswoman spokesperson leader premier commissioner sheriff
    coach attorney representative congressman congresswoman councillor councilman councilwoman deputy envoy editor
    analyst economist historian officer executive ceo cfo manager owner founder author actor actress singer comedian
    journalist correspondent taoiseach regent trustee speaker detective inspector superintendent principal former
    pm mp msp engineer harbourmaster headteacher teacher
    """
)
"""Titles, as stand capitalised before a name, and as nouns for a person: "the minister added"."""
ROLES = TITLES | _set(
    """
    activist actor actress adviser advisor advocate ambassador analyst artist astronaut astronomer athlete
    attorney author banker billionaire biologist bishop boxer brother businessman businesswoman campaigner ceo
    chair chef chief climatologist co-founder coach colonel comedian commander congressman congresswoman
    consultant critic curator daughter designer detective developer diplomat director doctor driver drummer
    economist editor engineer entrepreneur epidemiologist expert farmer father filmmaker forward founder general
    golfer governor guard guitarist head historian husband imam investor judge lawmaker lawyer leader manager
    mayor meteorologist minister model mother musician novelist nurse officer organiser organizer owner pastor
    physician physicist pilot pitcher player poet pollster president priest principal producer professor
    prosecutor psychologist quarterback rabbi rapper reporter researcher runner scholar scientist senator singer
    sister skier son spokesman spokesperson spokeswoman sprinter strategist student survivor swimmer teacher
    trader veteran victim virologist widow wife writer
    """
)
"""Titles, and what else a person is called by trade or kin: "Ben Gomes, vice president of …", "his sister"."""
PLURAL_ROLES = _set(
    """
    police officials authorities prosecutors investigators researchers scientists experts critics witnesses residents
    lawyers doctors organizers organisers firefighters lawmakers republicans democrats activists analysts economists
    supporters opponents passengers neighbours neighbors parents people reporters colleagues sources teachers workers
    """
)
ORGANISATIONS = _set(
    """
    department ministry authority institute police council bank university company corp inc ltd group association party
    agency service office court committee commission board bureau union club hospital school college foundation centre
    center airlines airways house league federation government administration army navy force guard network times post
    news society museum line lines transit congress parliament senate team firm organisation organization co-operative
    line club insurer airline station charity church embassy statement report telegraph poll survey study
    """
)
NAMED_THINGS = _set(
    """
    hurricane typhoon cyclone storm bridge tower airport stadium prize prizes award awards cup bowl act bill summit
    olympics games festival challenge championship river lake mountain volcano street park dam mission project operation
    flight rocket spacecraft ship treaty united fc
    """
)
"""What is named and no person: "Hurricane Milton", "the Booker Prize", "Harrow FC"."""
NOBODY = _set("others some many most others. people it everyone nobody anyone both who which what there")
"""Subjects that name no one: "Others said"."""
SHE = _set(
    "mrs ms miss queen princess spokeswoman chairwoman actress congresswoman councilwoman dame lady mother wife sister"
    " daughter woman"
)
HE = _set(
    "mr king prince spokesman chairman actor congressman councilman sir lord pope father husband brother son man"
    " businessman"
)
HER_NAMES = _set(
    """
    mary ann anna anne jane elizabeth sarah maria laura julia emma linda susan karen nancy lisa jennifer jessica
    michelle rachel kate katherine catherine margaret hillary angela ursula christine amy emily olivia sophie helen lucy
    alice rebecca nicole victoria theresa liz nikki kamala jill melania gretchen sofia greta giorgia jacinda heather
    amanda megan diana caroline charlotte claire ellen eva hannah janet julie martha monica naomi natalie paula
    ruth sandra sara stephanie susanna teresa vanessa yvonne
    """
)
HIS_NAMES = _set(
    """
    john james robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald
    steven paul andrew joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric
    jonathan stephen larry justin scott brandon benjamin samuel peter patrick jack henry karl carl antony vladimir
    volodymyr boris emmanuel joe mike ron bob jim tom bill ben tim dan chris matt steve will elon jerome olaf narendra
    rishi lionel novak rafael roger greg keir simon philip frank harry adam alexander dmitry sergei recep benjamin
    """
)
"""First names that as good as always tell a woman or a man: only where the article shows nothing better."""
PLACE_OPENERS = _set("fort san santa los las new saint st north south east west lake mount port cape united great")
"""First words of names of places: "Fort Collins" is not a person."""
PLACES = _set(
    """
    china russia beijing moscow washington ukraine kyiv tehran iran israel france paris germany berlin london britain
    japan tokyo india delhi america us uk eu nato congress pyongyang seoul taiwan turkey ankara egypt cairo brussels
    poland warsaw italy rome spain madrid canada ottawa mexico brazil australia canberra pakistan afghanistan syria
    iraq europe asia africa apple google amazon microsoft meta facebook twitter tesla disney netflix boeing
    """
)
"""Names of one word that are no person: "China insisted … He said" is not China."""
