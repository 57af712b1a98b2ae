"""The narrative of an HL7 CDA R2 document: title and text of each section, in order.

The coded entries are left alone; the narrative is what its author attested (CDA R2, 4.3.5).
"""

from __future__ import annotations

import base64
import binascii
import re

from lxml import etree

from mappers.errors import AttachmentMalformed, ContentTypeUnsupported
from mappers.formats import html, pdf, plain, rtf
from mappers.formats.charset import decode
from mappers.formats.flow import Flow
from mappers.formats.limits import Limits

# What a document without sections may hold instead (nonXMLBody).
EMBEDDED = {
    "text/plain": plain.read,
    "text/html": html.read,
    "text/rtf": rtf.read,
    "application/rtf": rtf.read,
    "application/pdf": pdf.read,
}
BLOCKS = frozenset(("list", "item", "caption", "table", "thead", "tbody", "tfoot", "footnote"))
ENCODING = re.compile(rb"^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
PARSER = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}


def read(payload: bytes, charset: str | None, limits: Limits) -> str:
    """Give the narrative text; an attachment in `nonXMLBody` is read by its own format.

    Raises:
        AttachmentMalformed: not XML, or XML with a DOCTYPE, which CDA has no use for and which
            is how external entities and entity bombs come in.
        ContentTypeUnsupported: XML that is not a ClinicalDocument, or an unreadable nonXMLBody.
        CharsetUnknown: as in `charset.decode`.
    """
    found = ENCODING.search(payload[:1024])
    document = _parse(decode(payload, charset, found[1].decode("ascii") if found else None))
    if _name(document) != "ClinicalDocument":
        raise ContentTypeUnsupported("XML is read only when it is a CDA ClinicalDocument")
    for body in document.iter("{*}nonXMLBody"):
        return _embedded(body, limits)
    return _narrative(document)


def _parse(markup: str) -> etree._Element:
    try:
        document = etree.fromstring(markup.encode("utf-8"), etree.XMLParser(**PARSER))
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        place = f" (line {error.lineno})" if isinstance(error, etree.XMLSyntaxError) else ""
    else:
        if document.getroottree().docinfo.doctype:
            raise AttachmentMalformed("a CDA document must not have a DOCTYPE")
        return document
    raise AttachmentMalformed(f"the XML is not well-formed or is nested too deeply{place}")


def _narrative(document: etree._Element) -> str:
    flow = Flow()
    for section in document.iter("{*}section"):
        for part in section:
            if _name(part) in {"title", "text"}:
                flow.paragraph()
                _render(part, flow)
    return flow.text()


def _render(element: etree._Element, flow: Flow) -> None:
    """Write what is shown. The parser lets nothing nest over 256 deep, so this may recurse."""
    if element.get("revised") == "delete":
        return
    name = _name(element)
    _open(name, flow)
    flow.write(element.text or "")
    for child in element:
        _render(child, flow)
        flow.write(child.tail or "")
    _close(name, flow)


def _open(name: str, flow: Flow) -> None:
    if name == "br":
        flow.line_break()
    elif name == "paragraph":
        flow.paragraph()
    elif name == "tr":
        flow.row()
    elif name in {"td", "th"}:
        flow.cell()
    elif name in BLOCKS:
        flow.line()


def _close(name: str, flow: Flow) -> None:
    if name == "paragraph":
        flow.paragraph()
    elif name == "tr":
        flow.row_end()
    elif name in BLOCKS or name in {"title", "text"}:
        flow.line()


def _embedded(body: etree._Element, limits: Limits) -> str:
    text = next(body.iter("{*}text"), None)
    media_type = "" if text is None else text.get("mediaType", "text/plain").lower()
    if text is None or media_type not in EMBEDDED:
        raise ContentTypeUnsupported(f"a nonXMLBody is read as {', '.join(EMBEDDED)} only")
    content = text.text or ""
    if text.get("representation") != "B64":
        return EMBEDDED[media_type](content.encode("utf-8"), "utf-8", limits)
    try:
        payload = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise AttachmentMalformed("the nonXMLBody is not base64") from None
    return EMBEDDED[media_type](payload, None, limits)


def _name(element: etree._Element) -> str:
    """Give the name without its namespace, which some writers of CDA forget."""
    return str(element.tag).rpartition("}")[2]
