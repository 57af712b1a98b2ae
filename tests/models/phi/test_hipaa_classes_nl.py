"""The eighteen classes of HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(A) to (R), in Dutch forms.

What stands between « and » identifies somebody: no letter or digit of it may be left.
"""

from collections.abc import Callable

import pytest

from models.phi.patterns import find
from tests.models.phi_found import MARK, left

NAMES = [
    "dhr. «Hazelaar» belt",
    "Mw.«Hazelaar» komt",
    "mevrouw A. «Hazelaar-de Linden» zag",
    "de heer\n«Hazelaar» kwam",
    "DR «HAZELAAR» IN CONSULT",
    "MW. «VAN DEN HAZELAAR» KWAM",
    "dr. «Foley» plaatste een Foley-katheter",
    "mw «de vries» belde",
    "pt «bakker» slaapt",
    "dhr «gerard hazelaar» komt",
    "cc: J.P. «Hazelaar», W. «Dekkers» en P. «Aalbers»",
    "Aanwezig: «Hazelaar», «Dekkers»",
    "Patiënt: «Wieke Hazelaar»",
    "Naam: «Hazelaar, Wieke»",
    "Naam: «HAZELAAR, W.»",
    "naam «Wieke Hazelaar»",
    "«Hazelaar, Wieke» is gezien",
    "gezien door «Wieke Hazelaar»",
    "«Joris Hageman» heeft de ziekte van Hageman",
    "«John Parkinson» heeft de ziekte van Parkinson",
    "zijn broer «Anil» belde",
    "haar zus, «Fatima», tolkt",
    "dochter «(Saskia)» gebeld",
    "«Saskia», dochter",
    "de moeder van «Youssef» belt",
    "Met vriendelijke groet,\n«W. Hazelaar»",
    "Hoogachtend,\n\n«Wieke Hazelaar»",
    "«Wieke Hazelaar»\nklinisch geriater",
    "«J.P. ten Hazelaar», cardioloog",
    "«Hazelaar» (nefroloog i.o.)",
    "Kind 4 jr, «Youssef», met vader",
    "«Youssef», 5 j, dag 2",
    "collega «Van der Hazelaar» akkoord",
    "besproken met v.d. «Hazelaar» zelf",
    "mw. R. «Chin-A-Loi», 29 j",
    "Mw Wil «Haringman», 68 jr",
    "in de ochtend wil «Xanthippa» niet eten",
    "«Xanthippa» ontkent pijn",
    "dhr Tesfay «G.», 26 jr",
    "JAN «DE HAZELAAR» OPGENOMEN",
    "paraaf «DRG» op de lijst",
    "dienstdoende SO («Wiarda») akkoord",
    "MW «JANSEN-DE BOER» BELT",
    "noraly v.d. «Hazelaar» gebeld",
    "«gerard hazelaar» gebeld",
    "MDL «Hazelaar» op de hoogte",
    "A «de Jong» tekent",
]
NO_NAMES = [
    "ziekte van Parkinson",
    "syndroom van Sjögren",
    "bekend met Crohn en Bechterew",
    "Foley-katheter en Redondrain",
    "ligt in Trendelenburg",
    "Apgar 8/9/10",
    "Babinski beiderzijds afwezig",
    "M. Kahler",
    "N. Facialis intact",
    "V. Cava inferior",
    "St. Jude-klep klikt",
    "May-Thurner uitgesloten",
    "moeder Alzheimer, zus Graves",
    "Glasgow Coma Scale 15",
    "teken van Murphy negatief",
    "gestart met Augmentin en Ventolin",
    "Klebsiella in de kweek",
    "spreekt Turks en Berbers",
    "Mw klaagt over pijn",
    "arts heeft uitgelegd",
    "iris normaal, wondroos li been",
]
PLACES = [
    "woont in «Terpwoude»",
    "woont te «Terpwoude» bij haar zoon",
    "Adres: «Merelkant 12»",
    "«Burgemeester de Wildtlaan 3 bis»",
    "op de «Eikenlaan» gevallen",
    "adres «turfschipperstraat 46», 7727 AB Terpwoude",
    "«Merelkant 31»\n«3684 EB Terpwoude»",
    "«1234 AB»",
    "«B-9300 Aalst»",
    "«Postbus 1234»",
    "overgeplaatst uit «Ziekenhuis Molenrade»",
    "«Molenrade Ziekenhuis» belde",
    "in het «Terpziekenhuis» gezien",
    "«Huisartsenpraktijk De Linde»",
    "«Verpleeghuis Het Baken» vol",
    "via «UMC Molenrade» gekomen",
    "gemeente «Terpwoude»",
    "woont in de regio «Kennemerland»",
    "afkomstig uit «Paramaribo»",
    "DHR WOONT IN «TERPWOUDE»",
    "DR JANSEN IN «BREDA»",
    "vakantie «Ameland»",
    "afd. «4 West», kamer «12»",
    "bed «14b»",
    "woont in «hoogeveen» met vrouw",
    "school «De Vuurvogel»",
]
NO_PLACES = [
    "Luchtweg vrij, Galweg 12 mm",
    "in overleg met de patiënt",
    "polikliniek cardiologie",
    "naar huis met thuiszorg",
    "PCOS volgens Rotterdam",
    "factor V Leiden",
    "Rome IV-criteria",
    "Boston brace",
    "bloedverlies 200 ml",
    "vermagering 4 kg",
    "D-dimeer 310",
    "revalidatie 12 weken",
]
DATES = [
    "gezien «2024-03-05T10:15:00Z»",
    "gezien «03-05-2024».",
    "geb. «03-05-'31»",
    "op «05.03.2024»",
    "op «3 mei 2024»",
    "op «3 mei»",
    "OP «3 MEI 2024»",
    "op «12-okt-2023»",
    "van «3 t/m 5 mei 2024»",
    "opname «3-4» mei, ontslag «11-5»",
    "wo «26-2» poli",
    "controle «12/3»",
    "in «mei 2024»",
    "stopte in «november»",
    "sinds «jan '23»",
    "op de «3e» gezien",
    "«14e» dezer",
    "maandag «12» opgenomen",
    "op «eerste kerstdag» gevallen",
    "tijdens «Koningsdag 2019»",
    "«voorjaar 2021» geopereerd",
    "in «week 14 van 2024»",
    "«3e kwartaal 2023»",
    "«vijf mei» gevallen",
    "afname «20240305»",
    "geboren in «1929»",
    "«4/12» afdeling orthopedie",
    "datum: «03 05 1931»",
    "opgenomen «3/1-7/1»",
    "«sept/okt 2022» gestopt",
    "scan «2019-11»",
    "woensdag «25 juni 2014»",
]
NO_DATES = [
    "RR 120/80",
    "kracht 5/5, souffle 2/6",
    "HNP L4-5 en C5-6",
    "24/7 bereikbaar",
    "2-3 dagen rust",
    "1-2 tabletten",
    "hydrocortison 20-10-10 mg",
    "Hb 8,5 en INR 2,0",
    "dag 3 postoperatief",
    "op de 5e dag ontslag",
    "sinds 2012",
    "4x daags",
    "om 10.15 uur",
]
AGES = [
    "een «92»-jarige man",
    "vrouw, «94» jaar",
    "dhr «101» jr",
    "leeftijd: «95»",
    "vrouw van «91»",
    "mw Hazelaar («93»)",
    "een «tweeënnegentigjarige» vrouw",
    "een «negentiger»",
    "hij is «102» en kookt zelf",
    "Vr «93», gevallen",
    "werd «98» op zondag",
    "man/«96»",
]
NO_AGES = [
    "89 jaar",
    "een 45-jarige",
    "pols 93 regulair",
    "saturatie 98%",
    "90 jaar geleden",
    "RR 95/60",
    "CRP 92",
    "gewicht 91 kg",
]
PHONES = [
    "tel «06-12345678»",
    "«0612345678»",
    "«030 123 45 67»",
    "«(0314) 12 34 56»",
    "«+31 6 12345678»",
    "«+32 470 12 34 56»",
    "«0800-1234567»",
    "sein «4521»",
    "pieper: «88-20»",
    "tst. «3320»",
    "bel *«1844»",
    "bereikbaar op «06 12 34 56 78»",
    "T «0223-671120»",
    "mobiel: «0031612345678»",
    "«+44 20 7946 0958»",
]
NO_PHONES = [
    "bel bij koorts 112",
    "leuko 8.4, trombo 250",
    "kreat 112 eGFR 44",
    "1800 ml in 24 uur",
    "6 12 18 24",
    "2-3 x 500 mg",
    "hydrocortison 10-5-5",
    "NRS 4",
]
FAXES = [
    "fax: «030-1234567»",
    "Fax «030 123 45 67»",
    "FAX: «+31 30 1234567»",
    "faxnummer «0301234567»",
    "faxnr. «030-1234567»",
    "fax naar «030-1234567»",
    "F «0223-671121»",
    "per fax («030-1234567»)",
]
MAILS = [
    "«a.b@praktijk.example»",
    "mail «jan_hazelaar+werk@post.example.org».",
    "<«j.hazelaar@ziekenhuis.nl»>",
    "e-mail:«info@praktijk.be»",
    "«J.HAZELAAR@PRAKTIJK.NL»",
    "«hazelaar(at)praktijk.nl»",
    "«hazelaar apenstaartje praktijk punt nl»",
    "instagram: «@wieke.hazelaar»",
]
SOCIAL = [
    "BSN «111222333»",
    "bsn: «1112.22.333»",
    "nummer «111 222 333» op de pas",
    "burgerservicenummer «111222333»",
    "sofinummer «111222334»",
    "rijksregisternr «85.07.30-033.28»",
    "RR-nr «85.07.30-033.29»",
    "INSZ «85073003328»",
    "«111.222.333»",
]
NO_SOCIAL = [
    "ratio 111.222.334",
    "leuko 123,4",
    "100.000 kopieën",
    "20-10-10 mg",
    "RR 145/90",
    "300.000 IE",
    "RR 168/101",
    "trombo 231",
]
RECORDS = [
    "patiëntnummer «5550001»",
    "patnr: «00-12-AB»",
    "ZIS «5550001»",
    "MRN «AB-4451»",
    "dossiernummer: «LV-2023-118»",
    "Dossiernummer ........ «071913»",
    "pat.id «9902-441-7»",
    "EPD-nr «88123»",
    "opnamenr «2309-11»",
    "znr «7740-8812»",
    "#«5550001»",
    "cliëntnr «7742»",
]
PLANS = [
    "polisnummer «VG-12345»",
    "polisnr. «5520917384»",
    "verz.nr «2063-99471»",
    "verzekerdennummer «123456789»",
    "UZOVI «3311»",
    "zorgpasnr «8031 2277»",
    "relatienummer «40123»",
    "mutualiteit nr «319/4471»",
    "zorgverzekering nr «POL 635172»",
]
ACCOUNTS = [
    "«NL91 ABNA 0417 1643 00»",
    "«NL91ABNA0417164300»",
    "IBAN: «BE68 5390 0754 7034»",
    "rekening «NL00ABNA0417164300»",
    "«4111 1111 1111 1111»",
    "rekeningnummer «41.71.64.300»",
    "rek. «4505-7474»",
    "factuurnr «2024-00918»",
    "klantnummer «K-44871»",
    "BTW «NL123456789B01»",
]
LICENCES = [
    "BIG-nummer «49012345601»",
    "BIG «49021177201»",
    "AGB-code «01012345»",
    "RIZIV «1-12345-67-890»",
    "rijbewijsnummer «5001234567»",
    "UZI «900012345»",
    "KvK «12345678»",
    "certificaatnummer «C-2020-118»",
    "diplomanr «20-4471»",
    "vergunningnummer «8841-B»",
]
VEHICLES = [
    "in auto «AB-123-C»",
    "kenteken «12-ABC-3»",
    "kenteken «mz-610-a»",
    "kenteken: «ZX12YK»",
    "nummerplaat «1-ABC-123»",
    "«1-XYZ-987» reed door",
    "VIN «1M8GDM9AXKP042788»",
    "chassisnummer «WVWZZZ1JZ3W386752»",
    "«99-GBB-9» geparkeerd",
    "meldcode «2788»",
]
NO_VEHICLES = [
    "fractuur L4-L5",
    "HLA-B27 positief",
    "CA 19-9 verhoogd",
    "NYHA III",
    "T3N1M0",
    "COVID-19",
    "SARS-CoV-2",
    "vitamine B12",
]
DEVICES = [
    "serienummer «AB-12345»",
    "S/N «K55381»",
    "serienr: «SN 39315552»",
    "serie nr apparaat «81V736557Y»",
    "lotnummer «2231A»",
    "batch «FDB-2311-07»",
    "UDI «(01)08717648200274(17)250101(10)A12345(21)9981»",
    "«+H123ABC0123456/$$52023A99»",
    "REF «A4417-22»",
    "mac «00:1A:2B:3C:4D:5E»",
    "implantaatnummer «778-91»",
    "partijnr «L8841»",
]
NO_DEVICES = [
    "ICD in situ",
    "stent 3.0 x 18 mm",
    "CH 16 katheter",
    "schroef 4,5 mm",
    "Vicryl 3-0",
    "pacemaker DDD 60",
    "naald 22G",
    "tube 7,5 op 22 cm",
]
URLS = [
    "zie «https://x.example/p?q=1», graag",
    "«www.praktijk.example»",
    "«mijnpraktijk.nl/afspraak»",
    "portaal.«ziekenhuis.be»",
    "«HTTP://X.EXAMPLE»",
    "(«https://portaal.example.nl/a/b.html»)",
    "«ftp://bestanden.example/a»",
    "linkedin: «wieke-hazelaar»",
]
ADDRESSES = [
    "vanaf «192.168.1.20»",
    "IP «10.35.111.78»",
    "IP-adres: «203.0.113.26».",
    "«192.168.1.20»:8080",
    "«2001:0db8:0000:0000:0000:ff00:0042:8329»",
    "«2001:db8::ff00:42:8329»",
    "«fe80::1ff:fe23:4567:890a»",
    "«00-1A-2B-3C-4D-5E»",
    "«001a.2b3c.4d5e»",
]
NO_ADDRESSES = [
    "paragraaf 1.2.3.4",
    "om 12:30:15",
    "ratio 1:2",
    "I.3.2",
    "versie 2.1",
    "2.5.1",
    "10:15-11:00",
    "EMV 4-6-5",
]
BIOMETRICS = [
    "vingerafdruk: «FP-99812»",
    "vingerafdruk-id «VA-442024»",
    "irisscan «IRIS-5358-7915»",
    "iriscode: «9981AB»",
    "stemopname «STEM15f81589»",
    "gelaatsscan nr «GS-2024-11»",
    "handscan «HS-00912»",
    "DNA-profiel «DP-88123»",
    "biometrisch kenmerk: «BIO-7712»",
]
PHOTOS = [
    "foto «IMG_2034.jpg»",
    "«DSC00123.JPG» toegevoegd",
    "pasfoto «hazelaar-wieke.png»",
    "«/foto/pat/3875/portret-96.jpeg»",
    "«wond_Hazelaar_5363.png» en film «gang.mp4»",
    "bijlage «brief_hazelaar.pdf»",
    "«C:/scans/gelaat_12.tiff»",
    "opname «hazelaar.dcm»",
]
OTHERS = [
    "accessionnummer «RX-20240305-12»",
    "ordernummer «771-99812»",
    "monsternr «M48821»",
    "monster «4K5536G»",
    "PA-nr «T23-40918»",
    "studienummer «NL-7521-445»",
    "deelnemer «S-0012»",
    "«NCT01234567»",
    "EudraCT «2019-001234-12»",
    "paspoortnr «NX12AB345»",
    "paspoort «AT7721980»",
    "V-nummer «291.704.8831»",
    "zaaknummer «C/13/2023-118»",
    "proces-verbaal nr «PL1300-2024118»",
    "nr. «5550001»",
    "kenmerk: «2024/118-JH»",
    "«550e8400-e29b-41d4-a716-446655440000»",
]
NO_OTHERS = [
    "thrombo 250 en leuko 9",
    "heparine 5000 IE",
    "vitamine D 20.000 IE",
    "APTT 29, PT 12",
    "WBC 22.400",
    "FEV1 58%",
    "H71.9",
    "G20210A-mutatie",
    "5 dagen 3x daags 500 mg",
    "CHA2DS2-VASc 4",
]


def hides(forms: list[str]) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    assert all(MARK.search(form) for form in forms)
    return pytest.mark.parametrize("marked", forms)


@hides(NAMES)
def test_a_names(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(PLACES)
def test_b_places_smaller_than_a_state(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(DATES)
def test_c_dates(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(AGES)
def test_c_ages_over_89(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(PHONES)
def test_d_telephone_numbers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(FAXES)
def test_e_fax_numbers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(MAILS)
def test_f_electronic_mail_addresses(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(SOCIAL)
def test_g_social_security_numbers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(RECORDS)
def test_h_medical_record_numbers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(PLANS)
def test_i_health_plan_numbers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(ACCOUNTS)
def test_j_account_numbers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(LICENCES)
def test_k_certificate_and_licence_numbers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(VEHICLES)
def test_l_vehicle_identifiers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(DEVICES)
def test_m_device_identifiers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(URLS)
def test_n_web_locators(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(ADDRESSES)
def test_o_internet_addresses(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(BIOMETRICS)
def test_p_biometric_identifiers(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(PHOTOS)
def test_q_photographs(marked: str) -> None:
    assert left(marked, "nl") == []


@hides(OTHERS)
def test_r_any_other_number_or_code(marked: str) -> None:
    assert left(marked, "nl") == []


@pytest.mark.parametrize(
    ("category", "text"),
    [
        (category, text)
        for category, texts in (
            ("NAME", NO_NAMES),
            ("LOCATION", NO_PLACES),
            ("DATE", NO_DATES),
            ("AGE", NO_AGES),
            ("CONTACT", NO_PHONES + NO_ADDRESSES),
            ("ID", NO_SOCIAL + NO_VEHICLES + NO_DEVICES + NO_OTHERS),
        )
        for text in texts
    ],
)
def test_what_identifies_nobody(category: str, text: str) -> None:
    assert [phi.span.text for phi in find(text, "nl")] == [], category
