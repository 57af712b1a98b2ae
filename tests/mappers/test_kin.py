import pytest

from mappers.kin import relative
from models.types import Note, Span

CASES = [
    ("en", "Mother with [diabetes], father with gout", "MTH"),
    ("en", "Mother with diabetes, father with [gout]", "FTH"),
    ("en", "Diabetes in the mother and [gout] in the father", "FTH"),
    ("en", "Mother: lupus\nFather: [gout]\nSister: well", "FTH"),
    ("en", "Her father died of gout\n\n[Lupus]", "FAMMEMB"),
    ("en", "The mother and the father with [gout]", "FTH"),
    ("en", "His father had gout, stroke and [diabetes]", "FTH"),
    ("en", "[Gout], diabetes in her uncle", "UNCLE"),
    ("en", "Her mother's sister has [lupus]", "MAUNT"),
    ("en", "Her mother\u2019s [lupus]", "MTH"),
    ("en", "MATERNAL\n  GRANDMOTHER: [lupus]", "MGRMTH"),
    ("en", "The mother-in-law has [lupus]", "MTHINLAW"),
    ("en", "Half brother with [asthma]", "HBRO"),
    ("en", "Family history: [lupus]. Mother came along", "FAMMEMB"),
    ("en", "Grandmotherly advice on [lupus]", "FAMMEMB"),
    ("en", "S\u0130STER with [lupus]", "FAMMEMB"),
    ("en-GB", "Mum has [lupus]", "MTH"),
    ("es", "Abuela materna con [asma]", "MGRMTH"),
    ("es", "Padre con [asma]", "FTH"),
    ("es", "Madre con asma, padre con [gota]", "FTH"),
    ("es", "AF: padre fallecido por [IAM]; madre con HTA", "FTH"),
    ("es", "AF: padre fallecido por IAM; madre con [HTA]", "MTH"),
    ("es", "Hermano con asma y hermana con [celiaqu\u00eda]", "SIS"),
    ("es", "Dos hermanos con [asma]", "SIB"),
    ("es", "T\u00eda materna con [c\u00e1ncer de mama]", "MAUNT"),
    ("es", "Tia paterna con [lupus]", "PAUNT"),
    ("es", "Una hermana de su madre tuvo [ictus]", "MAUNT"),
    ("es", "Hermano de padre con [epilepsia]", "HBRO"),
    ("es", "Abuelo por parte de padre con [gota]", "PGRFTH"),
    ("es", "T\u00edo abuelo con [demencia]", "EXT"),
    ("es", "Prima hermana con [lupus]", "COUSN"),
    ("es", "Primo materno con [hemofilia]", "MCOUSN"),
    ("es", "Bisabuela con [demencia]", "GGRMTH"),
    ("es", "Hijos con [asma]", "CHILD"),
    ("es", "Hija mayor con [asma]", "DAUC"),
    ("es", "Ambos padres con [diabetes]", "PRN"),
    ("es", "Su gemela tiene [psoriasis]", "TWINSIS"),
    ("es", "Suegra con [gripe]", "MTHINLAW"),
    ("es", "Sobrina con [fibrosis qu\u00edstica]", "NIECE"),
    ("es", "ABUELA PATERNA:\n[GLAUCOMA]", "PGRMTH"),
    ("es", "Antecedentes familiares de [glaucoma]", "FAMMEMB"),
    ("es", "Patrimonio y padrinos; [asma] en la familia", "FAMMEMB"),
    ("nl", "Oma van moederszijde had [astma]", "MGRMTH"),
    ("nl", "Vader had [astma]", "FTH"),
    ("nl", "Moeder had de ziekte van Alzheimer, broer [diabetes]", "BRO"),
    ("nl", "Moeder [borstkanker], zus gezond", "MTH"),
    ("nl", "Vader hypertensie en moeder [jicht]", "MTH"),
    ("nl", "Fam: broers en zussen met [DM2]", "SIB"),
    ("nl", "Oom met [darmkanker]", "UNCLE"),
    ("nl", "Tante mz met [mammacarcinoom]", "MAUNT"),
    ("nl", "Tante (moederszijde) met [mammacarcinoom]", "MAUNT"),
    ("nl", "Een zus van haar vader had [MS]", "PAUNT"),
    ("nl", "Moeders broer had [epilepsie]", "MUNCLE"),
    ("nl", "Opa vz overleden aan een [hartinfarct]", "PGRFTH"),
    ("nl", "Opa van vaders kant had [parkinson]", "PGRFTH"),
    ("nl", "Een neef met [hemofilie]", "EXT"),
    ("nl", "Nicht van moederszijde met [CF]", "MCOUSN"),
    ("nl", "Halfzus met [co\u00e9liakie]", "HSIS"),
    ("nl", "Schoonmoeder heeft [griep]", "MTHINLAW"),
    ("nl", "Tweelingbroer heeft [psoriasis]", "TWINBRO"),
    ("nl", "Dochtertje met [waterpokken]", "DAUC"),
    ("nl", "Zoons met [ADHD]", "SONC"),
    ("nl", "Overgrootmoeder met [dementie]", "GGRMTH"),
    ("nl", "Kleinzoon heeft [RS-virus]", "GRNDSON"),
    ("nl", "Beide ouders met [hypertensie]", "PRN"),
    ("nl-BE", "MAMA: [struma]", "MTH"),
    ("nl", "Familieanamnese: [glaucoom] positief", "FAMMEMB"),
    ("nl", "Moedervlek en [melanoom] in de familie", "FAMMEMB"),
    ("fr", "M\u00e8re avec [asthme]", "FAMMEMB"),
]


@pytest.mark.parametrize(("language", "marked", "code"), CASES)
def test_who_it_is(language, marked, code):
    start, end = marked.index("["), marked.index("]") - 1
    note = Note(marked.replace("[", "").replace("]", ""), language)
    found = relative(note, Span.of(note.text, start, end))
    assert found.code == code
    assert (found.span is None) == (code == "FAMMEMB")
    assert found.display
    if found.span:
        assert note.text[found.span.start : found.span.end] == found.span.text


def test_a_note_without_any_full_stop_is_searched_in_a_window_only():
    note = Note("mother " + "x " * 1000 + "gout", "en")
    found = relative(note, Span.of(note.text, len(note.text) - 4, len(note.text)))
    assert found.code == "FAMMEMB"
