"""Spanish personal data that no list holds: told by its shape, its place or the word before it.

What stands between « and » must be hidden whole; a text without them must be left as it is. People,
numbers and stories are invented.
"""

import pytest

from models.phi.patterns import find
from tests.models.phi_found import MARK, left

NAMES = [
    "tras la cena «Ahuitzil» volvió a vomitar",
    "«Zubiandre» duerme mejor con el CPAP",
    "Revisado con «Wojtyszko», que propone esperar",
    "le acompaña «Yarnelis Quimboya» desde las nueve",
    "los tres «Etxanojauregi» tienen la mutación",
    "RECOGE LA MEDICACIÓN «ZUBIANDRE» EN FARMACIA",
    "ES LA HIJA DE «AHUITZILA» Y VIVE FUERA",
    "dice «zubiandre» que le pica la cicatriz",
    "avisar a «wojtyszko» si fiebre",
    "la hija, «yarnelis quimboya», trae los informes",
    "con «remedios» en la sala, menos agitada",
    "se lo explico a «Esperanza» y lo entiende",
    "habló «herminia» de su caída en el portal",
    "firma «encarnación lizarralde», supervisora",
    "anotado por «n. lizarralde», turno de noche",
    "cama 7  «Lizarralde»  dieta absoluta",
    "cuida de ella «Remedios Lizarralde viuda de Otxoa»",
    "don «eusebio» prefiere esperar",
    "fam «Otxoa» avisada a las 8",
    "el hijo de «De la Encina» llama por la receta",
    "Paciente «R-T-V», brazo B",
    "Sujeto «L. D.», visita 3",
    "Hablado con «MVZ»: no quiere sonda",
    "1. «V.T.» - pasar dos concentrados\n2. «K-R» - TC a las 12",
    "«V.T.R.», 54a, HTA",
    "muestra|«V/T»|negativo\nmuestra|«KZR»|dudoso",
    "drenaje 100 cc, afebril. «v.t.r.»",
]

PLACES = [
    "veraneó en «Ulzarrieta» y volvió con fiebre",
    "es de «ulzarrieta», zona ganadera",
    "trabaja de noche en «arequipa»",
    "vive con su hermana en «elche»",
    "hab;motivo\n12;caída;«Cuenca»;sola",
    "el sobre del «05123» llegó vacío",
    "le mandan al «C1425DKF» las medias",
    "consulta en «cesfam los aromos» por tos",
    "pidió cita en «clínica santa ana» y no fue",
    "se cayó en «diagonal 12» al cruzar",
    "carta a «Carrera 15 No. 8-21»",
    "vive en «privada Azucenas 12, int. 4»",
    "recogida en «Calz. del Roble 88, int. 2»",
    "por «avenida de los tilos» hay obras",
    "«Mz. C Lt. 14», sin agua corriente",
]

DATES = [
    "Vuelve el «3 del 10» con analítica",
    "empezó el «doce del 4 de 2019»",
    "lo vi el «jueves doce» en casa",
    "el «jueves (12/4)» tenía fiebre",
    "operado el «4 de sep.» sin incidencias",
    "desde «ene de 2014» con insulina",
    "retirada en «oct'08»",
    "el «veintidós mayo» empieza la diálisis",
    "Comité del «17»: quimioterapia",
    "Llamada 7-3".replace("7-3", "«7-3»") + " sin respuesta",
    "{«diciembre 13, 1972»}",
    "«03nov1969» parto normal",
]

AGES = [
    "la de «97», en el pasillo, pide agua",
    "con «98» cumplidos rechaza la válvula",
    "Nonagenaria («noventa y tres») con disfagia",
    "cumplió «ciento dos» en casa",
    "Aurora Lizarralde;«94»;caída",
    "R.T.  M  «95»  ictus",
]

CONTACTS = [
    "avisad al busca «*412»",
    "guardia de neumología («6-218»)",
    "UCI: «40312»; quirófano: «*55»",
    "al «8-024» no contestan",
    "localizador «9 4417»",
    "escribe desde «83.44.140.91:443»",
    "fax («2» 2742 7716)".replace("(«2» 2742 7716)", "«(2) 2742 7716»"),
    "mira «x.com/zubiandre» para las fotos",
]

NUMBERS = [
    "el remisero («KXW 4127») lo dejó fuera",
    "moto con placas «WV-XT-22»",
    "su taxi es el «rt-kx-41»",
    "conduce un camión «Z7C-418»",
    "en el «4471kzr» iban cuatro",
    "dominio «HX 482 KZ»",
    "sacó el «9bwzkt4519xr70021» de la grúa",
    "bastidor «9BWZKT4519XR70021», leasing",
    "la bomba, «KZ 418 220», pitó",
    "marcapasos «y4471k» en ERI",
    "prótesis «(21)KT44190»",
    "retiramos la «k4471-22»",
    "huella «FP/4e3a91c0» leída",
    "plantilla dactilar «palma-4e3a91»",
    "el visor guarda «4e3a91c09b7d52af»",
    "historial antiguo, «485746», ilegible",
    "con cargo a «7444980639/00»",
    "póliza «TSI 8354337225»",
    "bloque «pk4471» reincluido",
    "volante EXP. «918/2021» pide ferritina",
]

CLINICAL = [
    "Escala de Fazekas 2, clasificación de Schatzker IV, fototipo III de Fitzpatrick",
    "3 de 12 ganglios afectados, 5 de 10 puntos",
    "Monocitos 0,4; Basófilos 0,1; Reticulocitos 62",
    "PR 180 ms, QRS 142 ms, QTc 461 ms, FC 104 FR 22",
    "cuerpos de Heinz ausentes, cuerpos de Howell-Jolly",
    "SNOMED CT 233604007 y ATC C07AB07",
    "EVA 7/10, GRACE 140, ANA 1/160",
    "stent en 2018, marcapasos en 2020, historia desde 2015",
    "se reserva quirófano y cama de uci, dolor en hipocondrio derecho",
    "HEMOGLOBINA 9,2. PLAQUETAS 150000. FERRITINA BAJA. PENDIENTE DE GASTROSCOPIA",
    "paciente con buen estado general, la mujer no fuma, los leucocitos bajan",
    "Glucosa;98;70-110\nUrea;34;15-50\nSodio;139;135-145",
    "Apixaban 5 mg | 1-0-1 | oral\nBisoprolol 2,5 mg | 1-0-0 | oral",
    "se levanta noventa grados y camina cien metros",
]


@pytest.mark.parametrize("marked", [*NAMES, *PLACES, *DATES, *AGES, *CONTACTS, *NUMBERS])
def test_what_no_list_holds_is_hidden(marked):
    assert MARK.search(marked)
    assert left(marked, "es") == []


@pytest.mark.parametrize("text", CLINICAL)
def test_clinical_text_stays(text):
    assert [phi.span.text for phi in find(text, "es")] == []
