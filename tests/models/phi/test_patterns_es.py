import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.phi.patterns import find
from tests.models.phi_found import found, is_linear


@pytest.mark.parametrize(
    "text", ["fractura del 1/3 distal", "el 2/3 medio", "del 3/4 inferior, y", "tomar 3/4."]
)
def test_a_part_of_a_bone_is_no_date(text):
    assert not found(text, "es")


def test_an_address_ends_with_its_sentence():
    assert ("CONTACT", "juan@x.es. Calle") not in found("juan@x.es. Calle Mayor 5", "es")


@pytest.mark.parametrize(
    ("text", "category", "span"),
    [
        ("Hb 12,3 el 3/4. Control", "DATE", "3/4"),
        ("visto el 3/4 por neurología", "DATE", "3/4"),
        ("Hb 12,3 el 3/4", "DATE", "3/4"),
        ("juan@x.es. Calle Mayor 5", "CONTACT", "juan@x.es"),
        # names
        ("vista por la Dra. Olmedilla hoy", "NAME", "Olmedilla"),
        ("Dr.Pinarejo", "NAME", "Pinarejo"),
        ("el Dr. José Luis de la Dehesa Solana", "NAME", "José Luis de la Dehesa Solana"),
        ("DRA. OLMEDILLA", "NAME", "OLMEDILLA"),
        ("D. Ciro Pinarejo Solana acude", "NAME", "Ciro Pinarejo Solana"),
        ("Dña. Iria refiere", "NAME", "Iria"),
        ("Dª Iria Solana", "NAME", "Iria Solana"),
        ("la Sra. Mª Iria Solana", "NAME", "Mª Iria Solana"),
        ("don Ciro. Don Elías Pinarejo", "NAME", "Elías Pinarejo"),
        ("Paciente: Iria Solana Dehesa", "NAME", "Iria Solana Dehesa"),
        ("Apellidos: SOLANA DEHESA", "NAME", "SOLANA DEHESA"),
        ("Nombre: Iria.", "NAME", "Iria"),
        ("Paciente: SOLANA DEHESA, IRIA", "NAME", "SOLANA DEHESA, IRIA"),
        ("Fdo.: Ciro Pinarejo", "NAME", "Ciro Pinarejo"),
        ("Cirujano: Ciro Pinarejo", "NAME", "Ciro Pinarejo"),
        ("Responsable clínico: Iria Solana", "NAME", "Iria Solana"),
        ("Ciro Pinarejo Solana, col. 282812345", "NAME", "Ciro Pinarejo Solana"),
        ("Estimada Dra. Solana:", "NAME", "Solana"),
        ("Dres. Solana y Pinarejo", "NAME", "Pinarejo"),
        # dates
        ("el 3 de mayo de 2021", "DATE", "3 de mayo de 2021"),
        ("el 3 de mayo", "DATE", "3 de mayo"),
        ("1º de Mayo del 2021", "DATE", "1º de Mayo del 2021"),
        ("el 03/05/21.", "DATE", "03/05/21"),
        ("03-05-2021", "DATE", "03-05-2021"),
        ("el 3.5.2021", "DATE", "3.5.2021"),
        ("12/ene/2020", "DATE", "12/ene/2020"),
        ("12-III-2020", "DATE", "12-III-2020"),
        ("en mayo de 2021", "DATE", "mayo de 2021"),
        ("en MAYO 2021", "DATE", "MAYO 2021"),
        ("desde 05/2021", "DATE", "05/2021"),
        ("cita el martes 6.", "DATE", "martes 6"),
        ("el viernes 7 de marzo", "DATE", "viernes 7 de marzo"),
        ("el día 14/3 acude", "DATE", "14/3"),
        ("2021-05-03T10:15", "DATE", "2021-05-03T10:15"),
        ("F. nac.: 3 5 1950", "DATE", "3 5 1950"),
        # ages over 89
        ("mujer de 92 años", "AGE", "92"),
        ("varón 94a con tos", "AGE", "94"),
        ("Edad: 101", "AGE", "101"),
        ("paciente nonagenaria", "AGE", "nonagenaria"),
        ("noventa y dos años", "AGE", "noventa y dos"),
        # contact
        ("tel 612 345 678", "CONTACT", "612 345 678"),
        ("912345678,", "CONTACT", "912345678"),
        ("91 234 56 78", "CONTACT", "91 234 56 78"),
        ("+34 612 34 56 78", "CONTACT", "+34 612 34 56 78"),
        ("celular: 55 1234 5678", "CONTACT", "55 1234 5678"),
        ("+52 55 1234 5678", "CONTACT", "+52 55 1234 5678"),
        ("hija 301 555 2288", "CONTACT", "301 555 2288"),
        ("busca 4411", "CONTACT", "4411"),
        ("fax 912-345-678", "CONTACT", "912-345-678"),
        ("correo iria.muñoz@example.es.", "CONTACT", "iria.muñoz@example.es"),
        ("véase https://x.example/p?q=1, y", "CONTACT", "https://x.example/p?q=1"),
        ("desde 192.168.1.20", "CONTACT", "192.168.1.20"),
        # numbers
        ("DNI 12345678Z", "ID", "12345678Z"),
        ("con 12.345.678-Z ya", "ID", "12.345.678-Z"),
        ("NIE X1234567L", "ID", "X1234567L"),
        ("sin letra buena DNI: 12345678A", "ID", "12345678A"),
        ("NUSS 28/12345678/40", "ID", "28/12345678/40"),
        ("NASS: 23 45065909 38", "ID", "23 45065909 38"),
        ("NHC: 704418", "ID", "704418"),
        ("Historia clínica nº 70/4418", "ID", "70/4418"),
        ("CIP ABCD1234567890", "ID", "ABCD1234567890"),
        ("muestra B23-09981", "ID", "B23-09981"),
        ("NSS 51 79 62 0418-3", "ID", "51 79 62 0418-3"),
        ("colegiada 28/28/12345", "ID", "28/28/12345"),
        ("NºCol: 28 28 54712", "ID", "28 28 54712"),
        ("póliza 88-1234", "ID", "88-1234"),
        ("CURP GOMC900514HDFRRR09", "ID", "GOMC900514HDFRRR09"),
        ("RUT 12.345.678-5", "ID", "12.345.678-5"),
        ("cuenta ES91 2100 0418 4502 0005 1332", "ID", "ES91 2100 0418 4502 0005 1332"),
        ("matrícula 1234 BCD", "ID", "1234 BCD"),
        ("bastidor 1M8GDM9AXKP042788", "ID", "1M8GDM9AXKP042788"),
        ("marcapasos nº de serie AB-12345", "ID", "AB-12345"),
        ("tarjeta 4111 1111 1111 1111", "ID", "4111 1111 1111 1111"),
        # places
        ("C/ Mayor 12, 3º B", "LOCATION", "C/ Mayor 12, 3º B"),
        ("Avda. de la Estación nº 4", "LOCATION", "Avda. de la Estación nº 4"),
        ("calle Alta s/n", "LOCATION", "calle Alta s/n"),
        ("28013 Valdelirios", "LOCATION", "28013 Valdelirios"),
        ("CP: 28013", "LOCATION", "28013"),
        ("natural de Torrealba del Soto", "LOCATION", "Torrealba del Soto"),
        ("vive en Navaluz (Soria)", "LOCATION", "vive en Navaluz (Soria)"[8:15]),
        ("en el Hospital Comarcal de Herradura", "LOCATION", "Hospital Comarcal de Herradura"),
        ("Centro de Salud Vegaverde", "LOCATION", "Centro de Salud Vegaverde"),
        ("Apartado de correos 12", "LOCATION", "Apartado de correos 12"),
    ],
)
def test_finds(text, category, span):
    assert any(kind == category and span in said for kind, said in found(text, "es"))
    assert not any(kind != category and said == span for kind, said in found(text, "es"))


@pytest.mark.parametrize(
    "text",
    [
        "TA 120/80, FC 93 lpm, SatO2 98%",
        "mujer de 45 años",
        "89 años",
        "omeprazol 20 mg 1-0-0, enalapril 1-0-1",
        "paracetamol 1 g cada 8 h si dolor",
        "leucocitos 17850 neutrófilos 86%",
        "LDH 1200 PCR 3, plaquetas 250.000",
        "discopatía L4-L5 y C5-C6",
        "hernia discal L5-S1 desde 2012",
        "vitamina D. Control en tres meses",
        "enfermedad de Parkinson y signo de Babinski",
        "sonda de Foley, maniobra de Valsalva",
        "ingresa en el Hospital de Día",
        "la Clínica del Dolor",
        "temperatura de 36,5 ºC. Consciente",
        "afecta a 2/3 del espesor",
        "FEVI del 8-10%",
        "VSG 100 a la segunda hora",
        "CI de 100",
        "la muestra 2 es negativa",
        "metotrexato los lunes 10 mg",
        "polígono de Willis",
        "balance de +2.360 ml",
        "vive en su domicilio",
        "Paciente: Refiere dolor",
        "may 2 comprimidos",
    ],
)
def test_leaves_clinical_text_alone(text):
    assert found(text, "es") == set()


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("Dr.aÁñb 1/-@:,\nºª#é😀\x00"), max_size=60))
def test_spans_read_back(text):
    for phi in find(text, "es"):
        assert text[phi.span.start : phi.span.end] == phi.span.text
        assert phi.method == "pattern"


@pytest.mark.parametrize(
    "piece",
    ["a", "1-", "1 ", "Aa ", "AA ", "a@", "a.", "a_", "Dr. Aa ", "C/ Aa ", "de ", "hija ", "nº 1"],
)
def test_time_grows_with_length_only(piece):
    assert is_linear(piece, "es", 40_000)
