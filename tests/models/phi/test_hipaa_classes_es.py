"""The eighteen identifiers of 45 CFR 164.514(b)(2)(i) in Spanish notes, one table each.

What stands between « and » must be hidden whole; a text without them must be left as it is. People,
numbers and stories are invented.
"""

import pytest

from models.phi.patterns import find
from models.resolution import phi
from tests.models.phi_found import found, left, plain


def told(marked: str, category: str) -> list[str]:
    """What is still to be read of the marked, or is hidden as something else only."""
    kinds = {kind for kind, _ in found(plain(marked)[0], "es")}
    return left(marked, "es") + ([] if category in kinds else [f"no {category}"])


NAMES = [
    "Acude el Sr. «Melquíades Otero» acompañado",
    "valorado por la Dra. «Etxaburu» esta tarde",
    "el doctor «Valcárcel» pasará mañana",
    "la señora «Quiñones» no toma nada",
    "Dr: «Anselmo Pujadas Riera»",
    "Dra. «L. Monforte»",
    "dr «outeiral» avisado",
    "Paciente: «Ludivina Casal Barreiro», sin alergias",
    "PACIENTE: «BARREIRO CASAL, LUDIVINA»",
    "Pte «Hermógenes Tapias», 61 años",
    "Mujer de 44 años («Yasmina Belhaj», sin AP)",
    "«Torcuato Vílchez», 71 años, jubilado",
    "«Vílchez Arjona, Torcuato». Ingreso por ICC",
    "«Candela», 5 meses, fisura labial",
    "Niño «Oier», 3 años, con fiebre",
    "Fdo. «P. Sotomonte»",
    "Firmado: Dr. «Basilio Ferreira da Costa»",
    "Un cordial saludo,\n«Remigio Alcubierre»",
    "cc: «Eladia Montoro», «Jacinto Roldán»",
    "vive con su hija «Nekane» y su yerno",
    "Su hermano «Anil» dona un riñón",
    "avisada la madre («Soraya», muy angustiada)",
    "Hijo de «Karim» y «Samira», segundo",
    "ESPOSA «NAOUAL» PRESENTE",
    "viene con su hija «xiaomei»",
    "contacto: hermana «Consuelo»",
    "Cirujano: «Brizuela». Ayudantes: «Toloza», «Cárcamo»",
    "enf. «Rosalía» retira la vía",
    "R2 «Yaiza Cabrera» explora",
    "matrona «Queta Soler»",
    "visto por «Olmedilla» en la guardia",
    "REVISADO POR «ILUMINADA BELLOSO»",
    "trauma «Azcona» lo verá",
    "«Zárraga» refiere mejoría",
    "«BERMÚDEZ» NIEGA FIEBRE",
    "Iniciales «T. A. R.», sin datos",
    "«J. M. Berrocal» informa la placa",
    "Operada de cadera «Mª Luz Ferreiro» ayer",
    "Hablo con «Guillermo» por la tarde",
    "«Imane B.» y «Remedios T.» piden cita",
    "llamo a «benilde salguero» y no contesta",
    "«MARÍA ANTONIA REBOLLEDO LAGO» EN QUIRÓFANO",
    "Don «Próspero Nieves» y Doña «Casimira Leal»",
    "Estimado «Fermín»: gracias por remitir",
    "Dr. «Parkinson», neurología",
    "«Ernesto Wilson» tiene la enfermedad de Wilson",
    "su primo «Gilbert» vive fuera",
]


@pytest.mark.parametrize("text", NAMES)
def test_a_names(text):
    assert told(text, "NAME") == []


PLACES = [
    "Domicilio: «C/ del Arenal 14, 2º dcha, 37004 Salamanca»",
    "vive en «Avda. de los Olmos nº 7, esc. B, 3º A»",
    "«calle portero del cura 94», sin ascensor",
    "«Travesía del Molino s/n, Frómista»",
    "«Plaza Mayor, 3, bajo»",
    "Dirección: «Jr. Los Algarrobos 215, Catacaos»",
    "«28015 Madrid»",
    "«Torremolinos», a 3 de mayo de 2021",
    "natural de «Villoria de la Sierra»",
    "se ha mudado a «Torrelavit» con su nieta",
    "nacido en «Nador» y residente en «Barakaldo»",
    "trasladada desde «Guadalmira» en ambulancia",
    "procede de «Potosí», donde trabaja",
    "VIVE EN «MEDINA DEL CAMPO» SOLO",
    "vecino de «almendralejo», agricultor",
    "provincia de «granada»",
    "Hospital «San Rafael del Monte», planta 4",
    "en el «Hospital Comarcal de Herradura»",
    "«H. U. Marqués de Valmar»",
    "centro de salud «Los Tilos»",
    "ingresado en la residencia «La Encina»",
    "RX EN «CLÍNICA SANTA LUCÍA»",
    "colegio «Virgen de la Peña», 4º de primaria",
    "mutua «Fraternia», baja laboral",
    "CP: «46019»",
    "Localidad: «Xàtiva»",
    "Localidad/ Provincia: «Zuheros, Córdoba»",
    "vuelve a «Cuenca» mañana",
    "«apartado de correos 112»",
]


@pytest.mark.parametrize("text", PLACES)
def test_b_places_below_a_state(text):
    assert told(text, "LOCATION") == []


DATES = [
    "ingresa el «14/02/2023» por ICC",
    "alta «03-11-22»",
    "el «7.9.2021» se retira",
    "«2023-05-01T08:30:00Z»",
    "«20240315» laboratorio",
    "el «1º de mayo de 2020»",
    "«3 de octubre»",
    "el «23 ENE 2019»",
    "«12/ago/2020»",
    "«12-XI-2020»",
    "en «marzo de 2021» y en «junio del año pasado»",
    "desde «febrero» con tos",
    "hasta «Septiembre», revisión",
    "«05/2021»",
    "«sep-04»",
    "«Agosto 06»",
    "cita el «martes 6»",
    "el «viernes 7 de marzo»",
    "ingreso «07-08-2023»-«30-11-2023»",
    "del «2 al 24 de junio»",
    "los días «3, 4 y 5 de mayo»",
    "«11-15 de junio»",
    "analítica «06/03»: Hb 12",
    "EDA («08/11») con úlcera",
    "turno noche «18/01»",
    "ingreso «12.06» alta «15.06»",
    "sutura retirada el «22».",
    "el día «7», se quita el yeso",
    "hemocultivos del «22» negativos",
    "el «tres de mayo de dos mil veintiuno»",
    "el «15 del presente mes»",
    "en «verano de 2019»",
    "en «Nochebuena» se cayó",
    "F. nac.: «3 5 1950»",
    "Fecha de ingreso: «26708/2017»",
    "«05/25/2008»",
]


@pytest.mark.parametrize("text", DATES)
def test_c_dates(text):
    assert told(text, "DATE") == []


AGES = [
    "mujer de «92» años",
    "varón «94»a con tos",
    "V «94» a. HTA",
    "Edad: «101»",
    "«nonagenaria» independiente",
    "paciente de «noventa y tres» años",
    "tiene «93» y cocina sola",
    "cumplió «98» el mes pasado",
    "su madre llegó a los «97».",
    "hermanas de «92» y 88 años",
    "señora de «96», frágil",
    "«99»-años",
]


@pytest.mark.parametrize("text", AGES)
def test_c_ages_over_89(text):
    assert told(text, "AGE") == []


CONTACT = {
    "d telephone": [
        "tel «612 345 678»",
        "«91 234 56 78»",
        "«+34 612 34 56 78»",
        "tfno.: «976.12.34.56»",
        "(«91») «234 56 78»",
        "«34-612345678»",
        "móvil «+52 55 1234 5678»",
        "cel. «300 555 6620»",
        "«011 4567-8901»",
        "«0414-555.88.41»",
        "llamar al «612345678»",
        "busca «4471»",
        "mi busca es el «04588»",
        "ext. «5077»",
        "interno «2217»",
    ],
    "e fax": [
        "fax «912-345-678»",
        "FAX: «91 234 56 79»",
        "Fax «+34 91 234 56 79»",
        "fax. «983 11 40 62»",
        "fax nº «983114062»",
        "por fax al «983 114 063»",
        "Tel./fax: «926 51 90 02»",
        "(fax «926 51 90 02»)",
    ],
    "f e-mail": [
        "«iria.munoz@example.es»",
        "correo: «j_p+1@mail.example.org».",
        "«IRIA@EXAMPLE.COM»",
        "E-mail: «iria@gva.e»",
        "«iria (arroba) example.es»",
        "«iria.sol @ example.com»",
        "«peña@hospital.example»",
        "escribir a «citas-eco@h.invalid»",
        "<«iria@sub.dominio.example»>",
    ],
    "n URL": [
        "véase «https://x.example/p?q=1», y",
        "«www.mihistoria.example»",
        "Portal: «red.example/lyubov.yuste»",
        "«HTTP://PORTAL.EXAMPLE/A»",
        "su web «ludivina.com»",
        "«ftp://imagen.example/rx/12»",
        "instagram: «iria.solana»",
        "solo responde en «quetzalli_belan»",
        "tuitea como «@iriasolana»",
    ],
    "o IP address": [
        "desde «192.168.1.20»",
        "IP: «10.0.33.7»",
        "(«203.0.113.71»)",
        "acceso «172.16.254.1»:8080",
        "«2001:db8::8f8b:8a73»",
        "«fe80::1ff:fe23:4567:890a»",
        "«2001:0db8:85a3:0000:0000:8a2e:0370:7334»",
        "equipo «198.51.100.14».",
    ],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, rows in CONTACT.items() for text in rows]
)
def test_d_e_f_n_o_ways_to_reach_somebody(name, text):
    assert told(text, "CONTACT") == []


NUMBERS = {
    "g social security": [
        "NUSS «28/12345678/40»",
        "NASS: «23 45065909 38»",
        "NSS «51 79 62 0418-3»",
        "nº SS «12 10293847 66»",
        "seguridad social «281234567840»",
        "DNI «12345678Z»",
        "NIE «X1234567L»",
        "con «12.345.678-Z» ya",
        "NIF «47.229.150-M»",
        "DNI «43771209 Z».",
        "CI «V-9.114.720»",
        "cédula «1-0982-0417»",
        "DPI «2214 80917 0501»",
        "RUT «12.345.678-5»",
        "CURP «GOMC900514HDFRRR09»",
        "CC «71.334.902»",
    ],
    "h medical record": [
        "NHC «704418»",
        "NHC: «70-4418/2»",
        "Historia clínica nº «70/4418»",
        "«NHC305931»",
        "HC «PC-4471»",
        "Expediente: «HU-3380»",
        "Episodio «U-448120»",
        "Ficha «55.012»",
        "placas con el número «04384967»",
        "H.C.: «80-1192»",
        "CIP «BEIM 1 890227 004»",
        "pulsera «QX-88120»",
    ],
    "i health plan": [
        "póliza «88-1234»",
        "Póliza nº «AX 5512 8890»",
        "tarjeta sanitaria «93550033 77»",
        "SIP «4410926»",
        "TIS «BBBB380214998»",
        "NUHSA «AN0482291100»",
        "CIPA «2041887630»",
        "mutua nº «2210-AX»",
        "afiliado «A-0033871»",
        "Seguro: «POL-864021»",
    ],
    "j account": [
        "cuenta «ES91 2100 0418 4502 0005 1332»",
        "cuenta «2100-0418-45-0200051332»",
        "tarjeta «4111 1111 1111 1111»",
        "factura «FAC-10/94903»",
        "cargo en la cuenta «H4441368»",
        "cuenta «3382-9594»",
        "CLABE «032180000118359719»",
        "recibo nº «20240-881»",
        "cliente «C-771204»",
    ],
    "k certificate, licence": [
        "colegiada «28/28/12345»",
        "nº col. «303008812»",
        "NºCol: «28 28 54712»",
        "céd. prof. «4471983»",
        "licencia de enfermería «27441219»",
        "carné («86618942-D»)",
        "permiso de conducir «86/01/06308»",
        "pasaporte «AA7730192»",
        "pasaporte «EK 4471902»",
        "certificado de discapacidad «CD-2210-88»",
        "matrícula profesional «98017754»",
        "CMP «71884»",
    ],
    "l vehicle": [
        "matrícula «1234 BCD»",
        "coche con matrícula «4462ckw»",
        "matrícula «9156 - NEY»",
        "matrícula del coche: «M-1234-AB»",
        "placas «ABC-123»",
        "patente «AB 123 CD»",
        "moto «0847 VWX»",
        "bastidor «1M8GDM9AXKP042788»",
        "VIN «VF1LM1B0H36666155»",
    ],
    "m device": [
        "marcapasos nº de serie «AB-12345»",
        "SN «85174644»",
        "S/N: «0M00812QX7»",
        "lote «LT-88203»",
        "UDI «(01)08437001234567(21)7294A»",
        "sensor serie «PX-2028-4455»",
        "nº serie «SN 13761587»",
        "ref. «20-88147»",
        "dispositivo «HD-39-2210»",
        "MAC «00:1B:44:11:3A:B7»",
    ],
    "p biometric": [
        "huella «A9F2-771C2»",
        "huella dactilar «BIO24266076»",
        "huella vocal «VOZ888e5848»",
        "plantilla de iris «IRIS-3880-2476»",
        "reconocimiento facial «F-77120»",
        "patrón de voz nº «88120-3»",
        "biométrico «BM120934»",
        "huella palmar: «PLM-0093-11»",
    ],
    "q photograph": [
        "foto «IMG_2034.jpg»",
        "«DSC07126.JPG» adjunta",
        "imagen «herida_Zarraga_4714.png»",
        "«/fotos/pac/0604/retrato-10.jpeg»",
        "vídeo «marcha-iria.mp4»",
        "escaneado «consentimiento_ludivina.pdf»",
        "«cara.lateral.HEIC»",
        "serie «rm_iria.dcm»",
    ],
    "r other": [
        "biopsia «B23-09981»",
        "muestra «24-0318»",
        "estudio nº «H24-0291»",
        "petición «MN-77120»",
        "ficha «709127-41-S»",
        "sujeto «9Z8497D» del ensayo",
        "protocolo «2015-001234-12»",
        "nº «12-09884»",
        "atestado «2231/23»",
        "autos «214/2022»",
        "parte judicial «771/2024»",
        "EDO nº «24-0318»",
        "lista de espera nº «LEQ-55180»",
        "donante «ONT-00412»",
    ],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, rows in NUMBERS.items() for text in rows]
)
def test_g_to_r_numbers(name, text):
    assert told(text, "ID") == []


CLINICAL = [
    "enfermedad de Parkinson, corea de Huntington y mal de Pott",
    "sonda de Foley; drenaje de Penrose; catéter de Hickman",
    "signo de Babinski, maniobra de Valsalva, test de Apgar 9/10/10",
    "síndrome de May-Thurner, enfermedad de Wilson, tiroiditis de Hashimoto",
    "válvula St. Jude, prótesis de Starr-Edwards, stent de Boston",
    "escala de Barthel 60, Glasgow 15, Norton 14, índice de Katz A",
    "Guillain-Barré, Charcot-Marie-Tooth, Creutzfeldt-Jakob",
    "Candida albicans, E. coli, S. aureus y H. pylori",
    "polígono de Willis, ligamento de Cooper, tendón de Aquiles",
    "toma Yasmin, Mirena, Dalsy y Adiro",
    "Rosa de Bengala negativo, Coombs directo positivo",
    "madre con Alzheimer, padre con Crohn, hermana celíaca",
    "Padre: HTA. Madre: DM2. Hermano: asma",
    "Paciente varón de 89 años, consciente y orientado",
    "Médico: informado. Enfermería: estable",
    "Cirugía General: alta. Medicina Interna: sin cambios",
    "TA 120/80, FC 98 lpm, SatO2 96%, Tª 36,5 ºC, PIO 15/16",
    "omeprazol 20 mg 1-0-1, enalapril 5 mg 1/2-0-0",
    "ceftriaxona 2 g c/24h 7 días y cloxacilina 2 g c/4h hasta 6 semanas",
    "leucocitos 12.400, plaquetas 250.000, hematíes 4.500.000",
    "carga viral 1200000 copias/ml, penicilina 2400000 UI",
    "fuerza 4/5, soplo 3/6, EVA 8/10, Aldrete 9/10",
    "ANA 1/160, VDRL 1/32, anti-TPO 345",
    "CD138 positivo, HLA-B27 negativo, BRCA2, JAK2 V617F",
    "hernia L5-S1, D12, espacio C5-C6, segmento IV",
    "3 comprimidos al día 2 semanas; 10 sesiones",
    "FEVI del 25, fracción de 90%, VSG 95 mm",
    "peso 92 kg, talla 190 cm, perímetro 98 cm",
    "a los 90 minutos; durante 95 días",
    "vive con su hija y camina con andador",
    "ingresa en la UCI y pasa a planta",
    "colon, recto y sigma sin lesiones; recto normal",
    "Exploración: abdomen blando. Pulmonar: murmullo vesicular",
    "en decúbito supino, el 50 % de las veces",
    "grado III de la NYHA, Child B, Forrest IIb",
    "ECG: ritmo sinusal. RM: normal. TC: sin cambios",
]


@pytest.mark.parametrize("text", CLINICAL)
def test_clinical_words_are_left_alone(text):
    assert [each.span.text for each in find(text, "es")] == []


EITHER = [
    ("John Parkinson tiene enfermedad de Parkinson", ["John Parkinson"]),
    ("la Dra. Foley coloca una sonda de Foley", ["Foley"]),
    ("Ernesto Babinski, sin signo de Babinski", ["Ernesto Babinski"]),
    ("don Crohn Vidal no tiene Crohn", ["Crohn Vidal"]),
]


@pytest.mark.parametrize(("text", "people"), EITHER)
def test_who_has_the_name_of_a_disease(text, people):
    said = phi(find(text, "es"))
    assert [each.span.text for each in said if each.category == "NAME"] == people
