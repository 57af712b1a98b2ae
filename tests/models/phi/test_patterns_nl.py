import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.phi.patterns import find
from tests.models.phi_found import found, is_linear


def test_the_label_of_a_number_stays():
    assert ("ID", "BSN 111222333") not in found("BSN 111222333, MRN 1234567", "nl")
    assert {("ID", "111222333"), ("ID", "1234567")} <= found("BSN 111222333, MRN 1234567", "nl")


@pytest.mark.parametrize(
    ("text", "category", "span"),
    [
        ("gezien op 2024-03-05T10:15:00Z", "DATE", "2024-03-05T10:15:00Z"),
        ("gezien 03-05-2024.", "DATE", "03-05-2024"),
        ("gezien 3-5-24,", "DATE", "3-5-24"),
        ("geb. 03-05-'31", "DATE", "03-05-'31"),
        ("op 3/5/2024", "DATE", "3/5/2024"),
        ("op 05.03.2024", "DATE", "05.03.2024"),
        ("op 3 mei 2024", "DATE", "3 mei 2024"),
        ("op 3 mei", "DATE", "3 mei"),
        ("op 12 mrt '24", "DATE", "12 mrt '24"),
        ("op 12-okt-2023", "DATE", "12-okt-2023"),
        ("OP 3 MEI 2024", "DATE", "3 MEI 2024"),
        ("in mei 2024", "DATE", "mei 2024"),
        ("controle 12-3 gepland", "DATE", "12-3"),
        ("wo 26-2 poli", "DATE", "26-2"),
        ("geboortedatum: 03 05 1931", "DATE", "03 05 1931"),
        ("een 92-jarige man", "AGE", "92"),
        ("vrouw, 94 jaar", "AGE", "94"),
        ("dhr 101 jr", "AGE", "101"),
        ("leeftijd: 95", "AGE", "95"),
        ("een negentigjarige vrouw", "AGE", "negentigjarige"),
        ("tel 06-12345678", "CONTACT", "06-12345678"),
        ("0612345678", "CONTACT", "0612345678"),
        ("030 123 45 67", "CONTACT", "030 123 45 67"),
        ("(0314) 12 34 56", "CONTACT", "(0314) 12 34 56"),
        ("+31 6 12345678", "CONTACT", "+31 6 12345678"),
        ("+32 470 12 34 56", "CONTACT", "+32 470 12 34 56"),
        ("02 123 45 67", "CONTACT", "02 123 45 67"),
        ("0800-1234567", "CONTACT", "0800-1234567"),
        ("sein 4521", "CONTACT", "4521"),
        ("fax: 030-1234567", "CONTACT", "030-1234567"),
        ("a.b@praktijk.example", "CONTACT", "a.b@praktijk.example"),
        ("zie https://x.example/p?q=1, graag", "CONTACT", "https://x.example/p?q=1"),
        ("zie www.praktijk.example", "CONTACT", "www.praktijk.example"),
        ("zie mijnpraktijk.nl/afspraak", "CONTACT", "mijnpraktijk.nl/afspraak"),
        ("vanaf 192.168.1.20", "CONTACT", "192.168.1.20"),
        ("BSN 111222333", "ID", "111222333"),
        ("nummer 1112.22.333 op pas", "ID", "1112.22.333"),
        ("rijksregisternr 85.07.30-033.28", "ID", "85.07.30-033.28"),
        ("patiëntnummer 5550001", "ID", "5550001"),
        ("patnr: 00-12-AB", "ID", "00-12-AB"),
        ("ZIS 5550001", "ID", "5550001"),
        ("polisnummer VG-12345", "ID", "VG-12345"),
        ("BIG-nummer 49012345601", "ID", "49012345601"),
        ("AGB-code 01012345", "ID", "01012345"),
        ("UZI 900012345", "ID", "900012345"),
        ("rijbewijsnummer 5001234567", "ID", "5001234567"),
        ("paspoortnr NX12AB345", "ID", "NX12AB345"),
        ("NL91 ABNA 0417 1643 00", "ID", "NL91 ABNA 0417 1643 00"),
        ("4111 1111 1111 1111", "ID", "4111 1111 1111 1111"),
        ("in auto AB-123-C", "ID", "AB-123-C"),
        ("kenteken 12-ABC-3", "ID", "12-ABC-3"),
        ("serienummer AB-12345", "ID", "AB-12345"),
        ("VIN 1M8GDM9AXKP042788", "ID", "1M8GDM9AXKP042788"),
        ("mac 00:1A:2B:3C:4D:5E", "ID", "00:1A:2B:3C:4D:5E"),
        ("woont Merelstraat 12a", "LOCATION", "Merelstraat 12a"),
        ("Burgemeester de Wildtlaan 3", "LOCATION", "Burgemeester de Wildtlaan 3"),
        ("Laan van Terpwoude 14", "LOCATION", "Laan van Terpwoude 14"),
        ("1234 AB Terpwoude", "LOCATION", "1234 AB Terpwoude"),
        ("1234AB", "LOCATION", "1234AB"),
        ("B-1234 Terpwoude", "LOCATION", "B-1234 Terpwoude"),
        ("Postbus 12", "LOCATION", "Postbus 12"),
        ("woont te Terpwoude", "LOCATION", "Terpwoude"),
        ("op vakantie in Terpwoude geweest", "LOCATION", "Terpwoude"),
        ("in Ziekenhuis Molenrade", "LOCATION", "Ziekenhuis Molenrade"),
        ("Streekziekenhuis De Terp", "LOCATION", "Streekziekenhuis De Terp"),
        ("in het Molenrade Ziekenhuis", "LOCATION", "Molenrade Ziekenhuis"),
        ("naar UMC Molenrade", "LOCATION", "UMC Molenrade"),
        ("Huisartsenpraktijk De Linde", "LOCATION", "Huisartsenpraktijk De Linde"),
        ("dhr. Hazelaar komt", "NAME", "Hazelaar"),
        ("Mw. van der Heuvelrug belt", "NAME", "van der Heuvelrug"),
        ("mevrouw A. Hazelaar-de Linden", "NAME", "A. Hazelaar-de Linden"),
        ("dr. J.P. ten Hazelaar", "NAME", "J.P. ten Hazelaar"),
        ("prof. dr. Hazelaar", "NAME", "Hazelaar"),
        ("drs. Özcan", "NAME", "Özcan"),
        ("MW. VAN HAZELAAR kwam", "NAME", "VAN HAZELAAR"),
        ("Naam: Jan Hazelaar", "NAME", "Jan Hazelaar"),
        ("Naam: Hazelaar, J.P.", "NAME", "Hazelaar, J.P."),
        ("Huisarts: P. van 't Heemskamp", "NAME", "P. van 't Heemskamp"),
        ("dochter Wieke gebeld", "NAME", "Wieke"),
        ("gezien door internist Hazelaar", "NAME", "Hazelaar"),
        ("Geachte heer Hazelaar,", "NAME", "Hazelaar"),
        ("Met vriendelijke groet,\nJ. Hazelaar", "NAME", "J. Hazelaar"),
        ("J.P. Hazelaar, cardioloog", "NAME", "J.P. Hazelaar"),
        ("Wieke Hazelaar, 54 jaar", "NAME", "Wieke Hazelaar"),
    ],
)
def test_finds(text, category, span):
    assert (category, span) in found(text, "nl")


@pytest.mark.parametrize(
    "text",
    [
        "RR 120/80, kracht 5/5, souffle 2/6",
        "INR 2,0, Hb 8,5, trombo's 250",
        "HNP L4-5 en C5-6",
        "een 45-jarige man",
        "89 jaar",
        "sinds 2012",
        "paracetamol 1000 mg 4dd",
        "hydrocortison 20-10-10 mg",
        "hydrocortison 10-5-5",
        "heparine 5000 IE",
        "apgar 8/9/10",
        "24/7 bereikbaar",
        "ziekte van Parkinson",
        "M. Crohn",
        "moeder Alzheimer",
        "zus Graves",
        "V. Cava",
        "N. Facialis",
        "E. coli in de kweek",
        "H. pylori positief",
        "C. difficile",
        "Galweg 12 mm",
        "Luchtweg vrij",
        "polikliniek",
        "patiënt ontkent pijn",
        "98% bij kamerlucht",
        "pols 93 regulair",
        "Foley-katheter",
        "ligt in Trendelenburg",
        "spreekt Turks, uitleg in Engels",
        "90 jaar geleden",
        "bel bij koorts 112",
        "Mw klaagt over pijn",
        "man met hoest",
        "vrouw van 45",
        "5 dagen 3x daags 500 mg",
        "1800 ml in 24 uur",
        "gewicht 84,6 kg, BMI 31,4",
        "NRS 4, EMV 15, EWS 6",
        "QTc 446, HF 112",
    ],
)
def test_leaves_clinical_text_alone(text):
    assert found(text, "nl") == set()


def test_checksums_tell_a_number_from_another():
    assert ("ID", "111222333") in found("nr. 111222333", "nl")
    assert found("ratio 111.222.334", "nl") == set()


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("Dr.Ab 1/-@:,\n#é😀\x00'vande"), max_size=60))
def test_spans_read_back(text):
    for phi in find(text, "nl"):
        assert text[phi.span.start : phi.span.end] == phi.span.text
        assert phi.method == "pattern"


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1-",
        "1 ",
        "Aa ",
        "AA ",
        "a@",
        "a.",
        "A.",
        "dr. Aa ",
        "van de ",
        "Aa van ",
        "naam: ",
        "Jan ",
        "JAN DE ",
        "jan de ",
        "Aa, ",
        "Aa-",
        "mw aa ",
        "/a",
        "1A",
        "(01)",
        "Aa 1 ",
        "in Aa ",
        "\tA.",
    ],
)
def test_time_grows_with_length_only(piece):
    assert is_linear(piece, "nl", 60_000)


def test_the_verb_before_an_address_stays() -> None:
    assert {phi.span.text for phi in find("Woont Kerkweg 12.", "nl")} >= {"Kerkweg 12"}
    assert all(phi.span.start >= len("Woont ") for phi in find("Woont Kerkweg 12.", "nl"))
