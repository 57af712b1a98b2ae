from mappers.statement import statements


def _stated(reading):
    return statements(reading.source.note, reading.coded)


def test_mentions_of_one_concept_and_meaning_are_one_statement(read):
    reading = read(
        "On {metformin|DRUG|0.71}. Continue {Glucophage|DRUG|0.93456}. {metformin|DRUG|0.5} again."
    )
    (statement,) = _stated(reading).stated
    assert [m.entity.span.text for m in statement.mentions] == [
        "metformin",
        "Glucophage",
        "metformin",
    ]
    assert statement.text == "metformin"
    assert statement.confidence == 0.935


def test_text_without_codes_is_compared_without_case_and_spacing(read):
    reading = read("{Odd  Feeling|SYMPTOM}, {odd\nfeeling|SYMPTOM}, {odd feelings|SYMPTOM}")
    assert [len(each.mentions) for each in _stated(reading).stated] == [2, 1]


def test_another_meaning_is_another_statement(read):
    reading = read(
        "{asthma|DISEASE} {asthma|DISEASE|absent} {asthma|DISEASE|historical} "
        "{asthma|DISEASE|possible} {asthma|DISEASE}"
    )
    assert [each.meaning.key for each in _stated(reading).stated] == [
        "present.current",
        "absent.current",
        "present.historical",
        "possible.current",
    ]


def test_statements_come_in_text_order_whatever_the_order_of_the_entities(read):
    reading = read("{asthma|DISEASE} {metformin|DRUG} {colonoscopy|PROCEDURE} {cough|SYMPTOM}")
    expected = _stated(reading).stated
    assert statements(reading.source.note, reading.coded[::-1]).stated == expected
    assert [each.text for each in expected] == ["asthma", "metformin", "colonoscopy", "cough"]


def test_what_is_omitted_is_counted_by_reason(read):
    reading = read(
        "{left knee|ANATOMY} {5.1|LAB_VALUE} {potassium|LAB_TEST} {asthma|DISEASE|other} "
        "mother takes {metformin|DRUG|family}, no {asthma|DISEASE|family|absent}, "
        "{\x00 \x01|DISEASE}"
    )
    found = _stated(reading)
    assert found.stated == ()
    assert found.omitted == {
        "label": 2,
        "result": 1,
        "experiencer": 2,
        "meaning": 1,
        "text": 1,
    }


def test_a_relatives_disease_is_a_statement_for_each_relative(read):
    reading = read(
        "Mother has {asthma|DISEASE|family}, brother has {asthma|DISEASE|family}. "
        "Mother's {asthma|DISEASE|family} is worse."
    )
    found = _stated(reading).stated
    assert [(each.relative.code, len(each.mentions)) for each in found] == [("MTH", 2), ("BRO", 1)]


def test_a_span_with_two_labels_counts_once_as_evidence(read):
    reading = read("{asthma|DISEASE}")
    twice = (reading.coded[0], reading.coded[0])
    (statement,) = statements(reading.source.note, twice).stated
    assert len(statement.spans) == 1
