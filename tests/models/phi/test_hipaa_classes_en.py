"""The eighteen classes of HIPAA Safe Harbor (45 CFR 164.514(b)(2)(i)) in English, by pattern alone.

Each row is a text and what of it must go; every letter and digit of that must be covered.
"""

import pytest

from models.phi.patterns import find
from tests.models.phi_found import left, mark

NAMES = [
    ("Seen by Dr. Wetherden.", "Wetherden"),
    ("Seen by dr wetherden.", "wetherden"),
    ("DR WETHERDEN IN CLINIC", "WETHERDEN"),
    ("cc: Ann Wetherden, Jorge Oakhanger", "Jorge Oakhanger"),
    ("Yours sincerely,\nAnn Wetherden", "Ann Wetherden"),
    ("his brother Anil, a welder", "Anil"),
    ("Wife Marlene phoned", "Marlene"),
    ("her daughter (Ingrid) agrees", "Ingrid"),
    ("lives with husband Grace", "Grace"),
    ("spoke with maria gonzalez", "maria gonzalez"),
    ("pt baker is stable", "baker"),
    ("WETHERDEN, HARUKI", "WETHERDEN, HARUKI"),
    ("Wetherden, Svetlana M.", "Wetherden, Svetlana M"),
    ("MARIA GONZALEZ WAS SEEN", "MARIA GONZALEZ"),
    ("J. Fernandez to follow", "J. Fernandez"),
    ("John Parkinson has tremor", "John Parkinson"),
    ("Dr. Foley placed it", "Foley"),
    ("Svetlana slept well", "Svetlana"),
    ("d/w Okonjo", "Okonjo"),
    ("surgeon Chatterjee aware", "Chatterjee"),
    ("Zoltan Wetherden, 66 y, for review", "Zoltan Wetherden"),
    ("a 36F Carmen Oakhanger for surgery", "Carmen Oakhanger"),
    ("Fernandez reports less pain", "Fernandez"),
    ("Patient: Wetherden", "Wetherden"),
    ("Nurse:\tFionnuala", "Fionnuala"),
    ("Drs. Wetherden and Oakhanger", "Oakhanger"),
    ("Initials: K.W.", "K.W"),
    ("Niamh O'Shaughnessy", "Niamh O'Shaughnessy"),
    ("Jean-Luc van der Oakhanger", "Jean-Luc van der Oakhanger"),
]
PLACES = [
    ("lives at 12 Old Mill Road, Apt 3", "12 Old Mill Road, Apt 3"),
    ("addr 7 millrace court", "7 millrace court"),
    ("12 OLD MILL ROAD", "12 OLD MILL ROAD"),
    ("a welder from Boise", "Boise"),
    ("from Alderford, Ohio", "Alderford"),
    ("moved here from boise", "boise"),
    ("DR WETHERDEN IN BOSTON WAS TOLD", "BOSTON"),
    ("Toledo, OH", "Toledo"),
    ("Alderford, OH 43001-1234", "43001-1234"),
    ("born in Alder County", "Alder"),
    ("lives in pottawatomie county", "pottawatomie"),
    ("P.O. Box 12", "12"),
    ("postcode LS1 4AP", "LS1 4AP"),
    ("K1A 0B1", "K1A 0B1"),
    ("at Thistledown Hospital", "Thistledown Hospital"),
    ("transferred to St. Brendan's", "St. Brendan's"),
    ("Cedarholm Eye Institute, Alderford", "Alderford"),
    ("Ward 7B, bed 12", "7B"),
    ("lives on Pinfold Close", "Pinfold Close"),
    ("attends Cedarholm High School", "Cedarholm High School"),
]
DATES = [
    ("seen 2024-03-05", "2024-03-05"),
    ("20240305", "20240305"),
    ("on 03/05/2024", "03/05/2024"),
    ("on 3/5/24", "3/5/24"),
    ("13.06.24", "13.06.24"),
    ("rtc 3/22", "3/22"),
    ("rounds 09/18 today", "09/18"),
    ("March 5, 2024", "March 5, 2024"),
    ("on the 18th of march", "18th of march"),
    ("Tuesday, January 25", "Tuesday, January 25"),
    ("May 3-7, 2024", "May 3-7, 2024"),
    ("between March and June 2023", "March and June 2023"),
    ("the stitches come out on the 8th, at home", "8th"),
    ("in early April", "April"),
    ("spring 2023", "spring 2023"),
    ("05MAR2024", "05MAR2024"),
    ("Jan '10", "Jan '10"),
    ("on Thanksgiving 2021", "Thanksgiving"),
    ("born 03 05 1950", "03 05 1950"),
]
AGES = [
    ("a 93-year-old man", "93"),
    ("aged 101.", "101"),
    ("in her nineties", "nineties"),
    ("94F with a fall", "94"),
    ("92 y/o", "92"),
    ("she turned 96 in spring", "96"),
    ("He is 94 and still plays", "94"),
    ("at 93 he still drives", "93"),
    ("ninety-two-year-old", "ninety-two"),
    ("a nonagenarian", "nonagenarian"),
    ("her 100th birthday", "100th"),
]
PHONES = [
    ("call (555) 010-0199 ext. 4", "(555) 010-0199 ext. 4"),
    ("555.010.0199", "555.010.0199"),
    ("secretary 020 7946 0182", "020 7946 0182"),
    ("+44 20 7946 0958", "+44 20 7946 0958"),
    ("ph 0400 555 871", "0400 555 871"),
    ("bleep 1177", "1177"),
    ("pager 30418", "30418"),
    ("wife 555-0123", "555-0123"),
    ("ext 34417", "34417"),
    ("01970 555311", "01970 555311"),
]
FAXES = [
    ("Fax 757-555-0198", "757-555-0198"),
    ("fax: (757) 555-0198", "(757) 555-0198"),
    ("FAX NUMBER 757 555 0198", "757 555 0198"),
    ("faxed to 757.555.0198", "757.555.0198"),
    ("Fax ....... 757-555-0198", "757-555-0198"),
    ("facsimile +1 757 555 0198", "+1 757 555 0198"),
    ("fax no. 020 7946 0182", "020 7946 0182"),
    ("fax is 5550198", "5550198"),
]
EMAILS = [
    ("a.b@c.example.org", "a.b@c.example.org"),
    ("ANN@EXAMPLE.ORG", "ANN@EXAMPLE.ORG"),
    ("ann_w+1@mail.example.com,", "ann_w+1@mail.example.com"),
    ("<ann@example.net>", "ann@example.net"),
    ("mailto:ann@example.net", "ann@example.net"),
    ("ann[at]example.org", "ann[at]example.org"),
    ("email ann-w@sub.example.co.uk", "ann-w@sub.example.co.uk"),
    ("e-mail:\nann@example.org", "ann@example.org"),
]
SOCIAL = [
    ("SSN 123-45-6789", "123-45-6789"),
    ("ssn: 123456789", "123456789"),
    ("his social, 950 00 6793, did not match", "950 00 6793"),
    ("last 4 SSN 8841", "8841"),
    ("xxx-xx-6789", "6789"),
    ("123 45 6789", "123 45 6789"),
    ("Social security no. 123.45.6789", "123.45.6789"),
    ("NINO AB 12 34 56 C", "AB 12 34 56 C"),
    ("SSN ending in 6789", "6789"),
]
RECORDS = [
    ("MRN: 00-12-AB", "00-12-AB"),
    ("Medical record no. ... 0200191", "0200191"),
    ("Chart 883310", "883310"),
    ("Hosp no W118203", "W118203"),
    ("UR 3308714", "3308714"),
    ("pt ID RT0092817", "RT0092817"),
    ("CHI 0903977712", "0903977712"),
    ("MRN\n  445566", "445566"),
    ("hosp NV338102", "NV338102"),
    ("NHS 467 330 1928", "467 330 1928"),
]
PLANS = [
    ("Member ID 0BY7-VG7-JB15", "0BY7-VG7-JB15"),
    ("Subscriber ID ........ H9055-186-16", "H9055-186-16"),
    ("OHIP 7723 401 558 RN", "7723 401 558 RN"),
    ("Medicare 2428 77816 1", "2428 77816 1"),
    ("policy no. XK-448812", "XK-448812"),
    ("group number 55120", "55120"),
    ("1EG4-TE5-MK73", "1EG4-TE5-MK73"),
    ("health card 4417 208 993 KM", "4417 208 993 KM"),
    ("Medicaid ID: 8812-33A", "8812-33A"),
]
ACCOUNTS = [
    ("Acct # 5550001", "5550001"),
    ("account number is 5550001", "5550001"),
    ("billed to account 641005.40", "641005.40"),
    ("card 4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("IBAN GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
    ("Acct no. ............. 3068210624", "3068210624"),
    ("invoice no INV-20931", "INV-20931"),
    ("guarantor account 88-20931", "88-20931"),
]
LICENCES = [
    ("license MD-44512", "MD-44512"),
    ("DEA AB1234563", "AB1234563"),
    ("NPI 1234567893", "1234567893"),
    ("GMC 7012345", "7012345"),
    ("Nursing certificate 11-466502-XA expires", "11-466502-XA"),
    ("on a license (96-632336-YK)", "96-632336-YK"),
    ("driver's license no. D4411-2200", "D4411-2200"),
    ("Reg no TNMC 61187", "61187"),
    ("provider no. 2448137J", "2448137J"),
]
VEHICLES = [
    ("VIN 1M8GDM9AXKP042788", "1M8GDM9AXKP042788"),
    ("license plate ABC 123", "ABC 123"),
    ("plate EWR-9663", "EWR-9663"),
    ("car reg KZ60 SBL", "KZ60 SBL"),
    ("his truck, plate 15 Y 7789", "15 Y 7789"),
    ("plate 22 g 6435", "22 g 6435"),
    ("ambulance MH-15-AB-2207", "MH-15-AB-2207"),
    ("pickup 9GTN374", "9GTN374"),
]
DEVICES = [
    ("serial number AB-12345", "AB-12345"),
    ("S/N 90T179989R", "90T179989R"),
    ("(Medtronic, serial RNB621)", "RNB621"),
    ("lot 22B104", "22B104"),
    ("(01)04839676123456(21)5568", "(01)04839676123456(21)5568"),
    ("UDI: 00844588003288", "00844588003288"),
    ("pump no. P-44120", "P-44120"),
    ("MAC 00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7"),
    ("IMEI 356938035643809", "356938035643809"),
]
URLS = [
    ("see https://x.example/p?q=1", "https://x.example/p?q=1"),
    ("www.example.org/ann", "www.example.org/ann"),
    ("Portal: social.example/haruki.wetherden", "social.example/haruki.wetherden"),
    ("ftp://files.example.org", "ftp://files.example.org"),
    ("HTTP://EXAMPLE.ORG/A", "HTTP://EXAMPLE.ORG/A"),
    ("blog.example.com", "blog.example.com"),
    ("example.org/u/12", "example.org/u/12"),
    ("instagram: ann_w88", "ann_w88"),
]
ADDRESSES = [
    ("from 192.168.1.20", "192.168.1.20"),
    ("10.20.30.40:8080", "10.20.30.40"),
    ("2001:db8::92f4:30a4", "2001:db8::92f4:30a4"),
    ("2001:db8:f16f:59e6:e745:a781:25:1", "2001:db8:f16f:59e6:e745:a781:25:1"),
    ("fe80::1ff:fe23:4567:890a", "fe80::1ff:fe23:4567:890a"),
    ("IP: 172.16.254.1", "172.16.254.1"),
    ("203.0.113.77/24", "203.0.113.77"),
    ("(198.51.100.23)", "198.51.100.23"),
]
BIOMETRICS = [
    ("fingerprint ID FP-9921", "FP-9921"),
    ("Enrolled with fingerprint 7ae2-b895-3353", "7ae2-b895-3353"),
    ("the voice print IRIS-1753-6161", "IRIS-1753-6161"),
    ("retina scan RS88201", "RS88201"),
    ("palm vein template PV_2291", "PV_2291"),
    ("face template no. 44-91A", "44-91A"),
    ("0764-c6a8-bf31 (palm scan)", "0764-c6a8-bf31"),
    ("iris code: 9f8e7d6c5b4a3f2e", "9f8e7d6c5b4a3f2e"),
]
PHOTOGRAPHS = [
    ("wound_3095.png", "wound_3095.png"),
    ("DSC00509.JPG", "DSC00509.JPG"),
    ("IMG_9922_face.jpg", "IMG_9922_face.jpg"),
    ("/media/pt/4901/portrait-53.jpeg", "/media/pt/4901/portrait-53.jpeg"),
    ("Wetherden_headshot.tif", "Wetherden_headshot.tif"),
    ("photo IMG_20240305_101500", "IMG_20240305_101500"),
    ("gait.mp4", "gait.mp4"),
    ("scan 1.2.840.113619.2.55.3", "1.2.840.113619.2.55.3"),
]
OTHERS = [
    ("accession RX20240511-77", "RX20240511-77"),
    ("specimen 03C897216E", "03C897216E"),
    ("trial as subject 3V2122B", "3V2122B"),
    ("passport X1234567", "X1234567"),
    ("police report 23-118840", "23-118840"),
    ("path DS24-10981", "DS24-10981"),
    ("job no YAS-771204", "YAS-771204"),
    ("Employer badge CT-3497-427", "CT-3497-427"),
    ("order #ORD-55120", "ORD-55120"),
    ("Ref KRH/DE/30718", "KRH/DE/30718"),
    ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
]
CLASSES = {
    "A names": NAMES,
    "B places below a state": PLACES,
    "C dates": DATES,
    "C ages over 89": AGES,
    "D telephone": PHONES,
    "E fax": FAXES,
    "F e-mail": EMAILS,
    "G social security": SOCIAL,
    "H medical record": RECORDS,
    "I health plan": PLANS,
    "J account": ACCOUNTS,
    "K certificate, licence": LICENCES,
    "L vehicle": VEHICLES,
    "M device": DEVICES,
    "N URL": URLS,
    "O IP address": ADDRESSES,
    "P biometric": BIOMETRICS,
    "Q photograph": PHOTOGRAPHS,
    "R other": OTHERS,
}


def test_all_classes_are_there():
    assert {name[0] for name in CLASSES} == set("ABCDEFGHIJKLMNOPQR")
    assert all(len(rows) >= 8 for rows in CLASSES.values())


@pytest.mark.parametrize(
    ("name", "text", "secret"),
    [(name, *row) for name, rows in CLASSES.items() for row in rows],
)
def test_hides(name, text, secret):
    assert left(mark(text, secret), "en") == [], name


@pytest.mark.parametrize(
    "text",
    [
        "Parkinson disease, Foley catheter, May-Thurner syndrome, Wilson's disease",
        "Apgar 9 and 10, Babinski negative, Romberg positive, St. Jude valve",
        "mother with Hodgkin lymphoma, father had Crohn's disease",
        "Ramsay Hunt syndrome, Austin Flint murmur, Marcus Gunn pupil",
        "Whipple procedure, Thomas splint, Allen test, Glasgow Coma Scale 15",
        "Ms Contin 15 mg, Tylenol, Allegra and Lasix daily",
        "The lesion may march on; she will rest in the summer",
        "BP 120/80, HR 94, RR 20, T 98.6 F, SpO2 96% on room air",
        "K 4.1, Na 138, CRP 112, pH 7.38, WBC 14.8, creat 212",
        "pain 7/10 down from 9/10, strength 5/5, murmur 2/6, vision 20/40",
        "TNM T3N1M0, GCS E3V4M6, G2P1L1, BRAF V600E, HLA-B27, CYP2D6",
        "E. coli, S. aureus, C. difficile and H. pylori",
        "aspirin 81 mg, insulin 10 units, saline 1000 mL, 12 Lead ECG",
        "bladder scan 640ml, repeat scan in 32 weeks",
        "a 45-year-old man, aged 89, since 2012",
        "platelets 1500000 cells, viral load 1200000 copies/mL",
        "L4-5 disc, C5-6, 3rd rib, 5th digit",
        "The Emergency Department and the Pain Clinic",
        "TIA, BPH and MI in the history",
    ],
)
def test_leaves_the_clinic_alone(text):
    assert [one.span.text for one in find(text, "en")] == []
