"""Search parameters, order and pages."""

import pytest

LOINC = "http://loinc.org"


def document(name, **changes):
    return {
        "resourceType": "DocumentReference",
        "id": name,
        "status": "current",
        "subject": {"reference": "Patient/p1"},
        "content": [{"attachment": {"contentType": "text/plain"}}],
        **changes,
    }


DOCUMENTS = [
    document(
        "d1",
        identifier=[{"system": "http://a", "value": "one"}, {"value": "bare"}],
        type={"coding": [{"system": LOINC, "code": "34117-2"}, {"code": "hp"}]},
        category=[{"coding": [{"system": "http://c", "code": "clinical-note"}]}],
        date="2026-03-01T10:00:00+01:00",
        context={"encounter": [{"reference": "Encounter/e1"}]},
        meta={
            "tag": [{"system": "http://t", "code": "x"}],
            "security": [{"system": "http://s", "code": "AIAST"}],
            "profile": ["http://p|1"],
        },
    ),
    document(
        "d2",
        status="superseded",
        subject={"reference": "http://store.test/fhir/Patient/p2"},
        date="2026-03-02T00:00:00Z",
        masterIdentifier={"system": "http://a", "value": "a|b,c"},
    ),
    document("d3", subject={"reference": "http://elsewhere/Patient/p1"}),
    document("d4", subject={"reference": "Group/p1"}, date="2026-04-01T00:00:00Z"),
    document("d5", subject={"identifier": {"system": "http://mrn", "value": "77"}}),
]


@pytest.fixture
async def documents(client):
    for body in DOCUMENTS:
        answer = await client.put(f"DocumentReference/{body['id']}", json=body)
        assert answer.status_code == 201, answer.text
    return client


async def found(client, query, resource_type="DocumentReference"):
    bundle = (await client.get(f"{resource_type}?{query}")).json()
    assert bundle["resourceType"] == "Bundle", bundle
    names = [entry["resource"]["id"] for entry in bundle.get("entry", [])]
    assert bundle["total"] == len(names)
    return " ".join(sorted(names))


async def test_each_parameter_finds_what_it_means(documents):
    expected = {
        "_id=d1": "d1",
        "_id=d1,d3,nope": "d1 d3",
        "identifier=http://a|one": "d1",
        "identifier=one": "d1",
        "identifier=|bare": "d1",
        "identifier=|one": "",
        "identifier=bare": "d1",
        "identifier=http://a|": "d1 d2",
        r"identifier=http://a|a\|b\,c": "d2",
        "identifier=http://a|one,|bare": "d1",
        "identifier=http://a|one&identifier=|bare": "d1",
        "identifier=http://a|one&status=superseded": "",
        "subject=Patient/p1": "d1",
        "subject=p1": "d1 d4",
        "subject:Patient=p1": "d1",
        "subject:Group=Patient/p1": "",
        "patient=p1": "d1",
        "patient=Patient/p1,Patient/p2": "d1 d2",
        "patient=http://store.test/fhir/Patient/p2": "d2",
        "subject=http://elsewhere/Patient/p1": "d3",
        "patient=http://elsewhere/Patient/p1": "",
        "subject:identifier=http://mrn|77": "d5",
        "subject:missing=false": "d1 d2 d3 d4 d5",
        "date:missing=true": "d3 d5",
        "type=34117-2": "d1",
        f"type={LOINC}|34117-2": "d1",
        "type=|hp": "d1",
        "type:not=hp": "d2 d3 d4 d5",
        "category=clinical-note": "d1",
        "status=current": "d1 d3 d4 d5",
        "status=superseded,current": "d1 d2 d3 d4 d5",
        "status=http://hl7.org/fhir/document-reference-status|superseded": "d2",
        "encounter=Encounter/e1": "d1",
        "_tag=http://t|x": "d1",
        "_security=AIAST": "d1",
        "_profile=http://p|1": "d1",
        "contenttype=text/plain&_id=d1": "d1",
        "date=2026-03-01": "d1",
        "date=2026-03": "d1 d2",
        "date=ne2026-03": "d4",
        "date=ge2026-03-02": "d2 d4",
        "date=gt2026-03-02": "d4",
        "date=lt2026-03-02": "d1",
        "date=le2026-03-02T00:00:00Z": "d1 d2",
        "date=sa2026-03-01": "d2 d4",
        "date=eb2026-03-02": "d1",
        "date=2026-03-01T09:00Z": "d1",
        "date=2026-03-01T10:00:00%2B01:00": "d1",
        "date=2026-03-01T10:00:00+01:00": "d1",
        "date=ge2026-03-01&date=lt2026-03-02": "d1",
        "date=2026-03-01,2026-04-01": "d1 d4",
    }
    actual = {query: await found(documents, query) for query in expected}
    assert actual == expected


async def test_last_updated_splits_exactly(documents):
    moments = [
        (await documents.get(f"DocumentReference/d{n}")).json()["meta"]["lastUpdated"]
        for n in (1, 5)
    ]
    assert "d1" not in await found(documents, f"_lastUpdated=gt{moments[0]}")
    assert "d1" in await found(documents, f"_lastUpdated=ge{moments[0]}")
    assert "d1" in await found(documents, f"_lastUpdated={moments[0]}")
    assert await found(documents, f"_lastUpdated=le{moments[1]}") == "d1 d2 d3 d4 d5"
    assert await found(documents, f"_lastUpdated=lt{moments[0]}") == ""
    assert await found(documents, "_lastUpdated=lt2020") == ""
    assert await found(documents, "_lastUpdated=ne2020") == "d1 d2 d3 d4 d5"


async def test_names_of_patients(client):
    for name, family, given in [
        ("a", "Núñez", "Ana María"),
        ("b", "Nunes", "Bo"),
        ("c", "O_x", "%"),
    ]:
        body = {"resourceType": "Patient", "id": name}
        body["name"] = [{"use": "official", "family": family, "given": [given]}]
        await client.put(f"Patient/{name}", json=body)
    expected = {
        "name=nun": "a b", "name=nuñez": "a", "family=NUNES": "b", "given=ana": "a",
        "name=official": "", "name=o_": "c", "given=%25": "c", "name:contains=ex": "",
        "name:contains=une": "a b", "name=bo,ana": "a b",
    }  # fmt: skip
    assert {q: await found(client, q, "Patient") for q in expected} == expected


async def test_provenance_by_target_and_entity(client):
    body = {
        "resourceType": "Provenance",
        "id": "v",
        "target": [{"reference": "Condition/c1"}, {"reference": "Patient/p"}],
        "recorded": "2026-01-01T00:00:00Z",
        "agent": [{"who": {"reference": "Device/m"}}],
        "entity": [{"role": "source", "what": {"reference": "DocumentReference/d/_history/2"}}],
    }
    assert (await client.put("Provenance/v", json=body)).status_code == 201
    expected = {
        "target=Condition/c1": "v", "patient=p": "v", "entity=DocumentReference/d": "v",
        "entity=DocumentReference/d/_history/2": "v", "entity=DocumentReference/d/_history/3": "",
        "agent=Device/m": "v", "recorded=2026": "v",
    }  # fmt: skip
    assert {q: await found(client, q, "Provenance") for q in expected} == expected


async def test_what_was_changed_or_deleted_is_found_as_it_is(documents):
    changed = document("d1", identifier=[{"system": "http://a", "value": "two"}])
    await documents.put("DocumentReference/d1", json=changed)
    await documents.delete("DocumentReference/d2")
    assert await found(documents, "identifier=one") == ""
    assert await found(documents, "identifier=two") == "d1"
    assert await found(documents, "status=superseded") == ""
    assert await found(documents, "") == "d1 d3 d4 d5"


async def test_post_search_takes_form_and_url(documents):
    answer = await documents.post(
        "DocumentReference/_search?status=current", data={"subject": "Patient/p1"}
    )
    assert [entry["resource"]["id"] for entry in answer.json()["entry"]] == ["d1"]
    refused = await documents.post("DocumentReference/_search", json={"subject": "x"})
    assert refused.status_code == 415


async def test_values_too_long_for_an_index_are_found(client):
    long = "x" * 5000
    for name, value in [("a", long + "a"), ("b", long + "b")]:
        body = {"resourceType": "Patient", "id": name, "name": [{"text": value}]}
        body["identifier"] = [{"system": "http://" + long, "value": value}]
        assert (await client.put(f"Patient/{name}", json=body)).status_code == 201
    assert await found(client, f"identifier=http://{long}|{long}a", "Patient") == "a"
    assert await found(client, f"identifier={long}b", "Patient") == "b"


@pytest.mark.parametrize(
    "query",
    [
        "unheard=1", "status:exact=current", "status=", "identifier=a,,b", "date=yesterday",
        "date=ap2026", "date=2026-13", "date=xx2026", "_sort=status", "_count=few", "_count=-1",
        "_summary=text", "_total=some", "_cursor=zzz", "_cursor=WyJhIl0", "subject.name=x",
        "_cursor=WyJhIiwiYiJd", "_include=DocumentReference:subject", "status:missing=maybe",
        "_lastUpdated=soon",
    ],
)  # fmt: skip
async def test_what_is_not_known_is_refused(documents, query):
    answer = await documents.get(f"DocumentReference?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["issue"][0]["code"] == "not-supported"


async def test_lenient_leaves_out_and_says_so(documents):
    answer = await documents.get(
        "DocumentReference?unheard=1&status=superseded", headers={"Prefer": "handling=lenient"}
    )
    assert answer.json()["total"] == 1
    assert answer.json()["link"][0]["url"].endswith("/DocumentReference?status=superseded")


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("_lastUpdated", "d1 d2 d3 d4 d5"), ("-_lastUpdated", "d5 d4 d3 d2 d1"),
        ("-_id", "d5 d4 d3 d2 d1"), ("date", "d1 d2 d4 d3 d5"), ("-date", "d4 d2 d1 d3 d5"),
        ("-date,-_id", "d4 d2 d1 d5 d3"),
    ],
)  # fmt: skip
async def test_pages_follow_the_order(documents, order, names):
    seen, url = [], f"DocumentReference?_sort={order}&_count=2&status=current,superseded"
    while url:
        page = (await documents.get(url)).json()
        assert page["total"] == 5
        seen += [entry["resource"]["id"] for entry in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
    assert " ".join(seen) == names


async def test_pages_stay_whole_while_others_write(client):
    names = [f"p{n:02}" for n in range(12)]
    for name in names:
        await client.put(f"Patient/{name}", json={"resourceType": "Patient", "id": name})
    seen, url, round_ = [], "Patient?_sort=_id&_count=3&_total=none", 0
    while url:
        page = (await client.get(url)).json()
        assert "total" not in page
        seen += [entry["resource"]["id"] for entry in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
        await client.delete(f"Patient/{names[round_]}")
        await client.post("Patient", json={"resourceType": "Patient"})
        round_ += 1
    assert [name for name in seen if name in names] == names
    assert len(set(seen)) == len(seen)


async def test_counting_alone(documents):
    for query in ("_summary=count", "_count=0"):
        bundle = (await documents.get(f"DocumentReference?status=current&{query}")).json()
        assert bundle["total"] == 4
        assert "entry" not in bundle
