import base64
import hashlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappers.attachment import Attachment, select, text
from mappers.errors import (
    AttachmentMalformed,
    AttachmentMissing,
    AttachmentTooLarge,
    CharsetUnknown,
    ContentTypeUnsupported,
    DocumentError,
    DocumentMalformed,
    NoteEmpty,
)
from mappers.formats.limits import Limits
from mappers.formats.registry import READERS

FEVER = b"No fever."
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def inline(content_type=None, data=FEVER, **more):
    attachment = {"data": base64.b64encode(data).decode(), **more}
    return attachment if content_type is None else {"contentType": content_type, **attachment}


def linked(content_type=None, url="Binary/1", **more):
    attachment = {"url": url, **more}
    return attachment if content_type is None else {"contentType": content_type, **attachment}


def document(*attachments):
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": attachment} for attachment in attachments],
    }


def plain(**more):
    return Attachment(index=0, media_type="text/plain", **more)


def test_an_inline_attachment_is_read_as_it_stands():
    chosen = select(document(inline("Text/Plain; charset=ISO-8859-1", language="en", size=9)))
    assert chosen == Attachment(
        index=0,
        media_type="text/plain",
        charset="ISO-8859-1",
        language="en",
        data=FEVER,
        size=9,
    )


@pytest.mark.parametrize(
    "content_type",
    [
        'text/plain;charset="utf-8"',
        "text/plain; format=flowed; Charset=utf-8",
        "text/plain ;charset=utf-8",
    ],
)
def test_the_charset_is_a_parameter_of_the_content_type(content_type):
    chosen = select(document(inline(content_type)))
    assert (chosen.media_type, chosen.charset) == ("text/plain", "utf-8")


ORDER = ["text/plain", "text/html", "application/rtf", "application/xml", "application/pdf"]


@pytest.mark.parametrize("best", range(len(ORDER)))
def test_the_surest_format_is_chosen(best):
    offered = [inline("image/png", PNG), *(inline(name) for name in reversed(ORDER[best:]))]
    chosen = select(document(*offered))
    assert chosen.media_type == ORDER[best]
    assert chosen.index == len(offered) - 1


def test_inline_data_come_before_a_url_and_the_format_before_both():
    assert select(document(linked("text/plain"), inline("text/plain"))).index == 1
    assert select(document(inline("text/html"), linked("text/plain"))).index == 1
    assert select(document(inline("text/plain"), inline("text/plain"))).index == 0


def test_data_win_where_there_is_also_a_url():
    chosen = select(document({**linked("text/plain"), **inline("text/plain")}))
    assert (chosen.data, chosen.url) == (FEVER, None)


def test_a_url_is_handed_out_untouched():
    chosen = select(document(linked("text/html", "https://other.example.org/x", size=5)))
    assert (chosen.url, chosen.data, chosen.size) == ("https://other.example.org/x", None, 5)


def test_without_a_content_type_the_bytes_tell():
    assert select(document(inline(None, b"{\\rtf1 Fever}"))).media_type == "application/rtf"
    assert select(document(inline(None))).media_type == "text/plain"
    assert select(document(inline(None), linked("application/pdf"))).index == 1
    assert select(document(linked(None), inline(None))).index == 1
    chosen = select(document(linked(None)))
    assert chosen.media_type == ""
    assert text(chosen, b"<html><p>No&nbsp;fever") == "No fever"


def test_base64_may_hold_white_space():
    wrapped = base64.encodebytes(FEVER * 20).decode() + " \r\n\t"
    chosen = select(document({"contentType": "text/plain", "data": wrapped}))
    assert chosen.data == FEVER * 20


@pytest.mark.parametrize(
    "data", ["@@@@", "Tm8", "Tm8gZ=XY", "Tm8-_w==", "Tm8g=", "Tm8gAA==Tm8g", "=", "é", "Tm8gA\0=="]
)
def test_malformed_base64_is_refused_not_cut_short(data):
    with pytest.raises(AttachmentMalformed, match="base64"):
        select(document({"contentType": "text/plain", "data": data}))


def test_data_of_another_type_are_malformed():
    with pytest.raises(DocumentMalformed):
        select(document({"contentType": "text/plain", "data": 7}))


@pytest.mark.parametrize("data", ["", " \n"])
def test_empty_data_are_an_empty_note(data):
    with pytest.raises(NoteEmpty):
        select(document({"contentType": "text/plain", "data": data}))


@pytest.mark.parametrize(
    "contents",
    [
        None,
        [],
        [{}],
        [{"attachment": {}}],
        [{"attachment": {"contentType": "text/plain", "title": "x"}}],
    ],
)
def test_nothing_to_read_is_said_clearly(contents):
    with pytest.raises(AttachmentMissing):
        select({"resourceType": "DocumentReference", "status": "current", "content": contents})


def test_an_unsupported_type_is_named_with_those_that_are_read():
    with pytest.raises(ContentTypeUnsupported) as caught:
        select(document(inline("image/png", PNG), linked("Image/JPEG")))
    assert "image/jpeg, image/png" in str(caught.value)
    assert "text/plain" in str(caught.value)


def test_only_the_form_of_a_media_type_is_repeated():
    with pytest.raises(ContentTypeUnsupported) as caught:
        select(document(inline("Jane Example, born 1950", PNG)))
    assert "jane" not in str(caught.value).lower()


def test_an_undeclared_image_is_refused():
    with pytest.raises(ContentTypeUnsupported):
        select(document(inline(None, PNG)))


def test_too_many_bytes_are_refused_before_they_are_fetched_or_decoded():
    limits = Limits(max_bytes=8)
    for attachment in (inline("text/plain"), linked("text/plain", size=9)):
        with pytest.raises(AttachmentTooLarge, match="8 bytes"):
            select(document(attachment), limits=limits)
    with pytest.raises(AttachmentTooLarge):
        text(plain(), FEVER, limits=limits)
    assert select(document(inline("text/plain")), limits=Limits(max_bytes=9)).data == FEVER


def test_too_many_characters_are_refused():
    assert text(plain(), FEVER, limits=Limits(max_characters=9)) == "No fever."
    with pytest.raises(AttachmentTooLarge, match="8 characters"):
        text(plain(), FEVER, limits=Limits(max_characters=8))


def test_five_megabytes_of_text_are_read():
    note = "No fever. Niño.\n" * 312_500
    start = time.process_time()
    chosen = select(document(inline("text/plain; charset=utf-8", note.encode())))
    assert chosen.data is not None
    assert text(chosen, chosen.data) == note
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "spell",
    [
        lambda digest: base64.b64encode(digest).decode(),
        lambda digest: digest.hex(),
        lambda digest: base64.b64encode(digest.hex().encode()).decode(),
    ],
)
def test_the_hash_is_compared(spell):
    attachment = plain(hash=spell(hashlib.sha1(FEVER).digest()))
    assert text(attachment, FEVER) == "No fever."
    with pytest.raises(AttachmentMalformed, match="hash"):
        text(attachment, FEVER + b"!")


def test_nul_and_astral_characters_keep_their_places():
    note = "a\0b \N{PILL} c"
    assert text(plain(charset="utf-8"), note.encode()) == note
    assert text(plain(charset="utf-8"), note.encode()).index("c") == 6


@pytest.mark.parametrize(
    "payload", [b"", b" \r\n\t", "\u00a0\u2003\u200b\ufeff".encode(), b"\0\0 \0"]
)
def test_white_space_is_no_note(payload):
    with pytest.raises(NoteEmpty):
        text(plain(charset="utf-8"), payload)


def test_markup_without_text_is_no_note():
    attachment = Attachment(index=0, media_type="text/html")
    with pytest.raises(NoteEmpty):
        text(attachment, b"<html><body><p> &nbsp; </p><script>x</script></body></html>")


def test_an_unknown_charset_is_refused():
    with pytest.raises(CharsetUnknown, match="klingon"):
        text(plain(charset="klingon"), FEVER)


def test_halves_of_a_character_are_joined_and_a_lone_one_is_replaced():
    attachment = Attachment(index=0, media_type="text/rtf")
    assert text(attachment, rb"{\rtf1 \u-10179?\u-9078? \u-10179?x}") == "\N{PILL} \ufffdx"


@pytest.mark.parametrize("media_type", ["application/pdf", "text/rtf", "application/xml"])
def test_bytes_of_another_format_are_malformed(media_type):
    with pytest.raises(AttachmentMalformed):
        text(Attachment(index=0, media_type=media_type), FEVER)


BEGINNINGS = [b"", b"%PDF-1.7\n", b"{\\rtf1", b"<html><p>", b"<ClinicalDocument><section><text>"]


@settings(max_examples=150, deadline=None, database=None)
@given(st.sampled_from(sorted(READERS)), st.sampled_from(BEGINNINGS), st.binary(max_size=200))
def test_any_bytes_give_text_that_can_be_encoded_or_an_error_of_ours(media_type, start, rest):
    try:
        note = text(Attachment(index=0, media_type=media_type), start + rest)
    except DocumentError:
        return
    assert note.encode().decode() == note
    assert note.strip()
