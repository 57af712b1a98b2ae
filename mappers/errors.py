"""What can be wrong with a document. server/errors.py draws the whole tree.

DocumentError
├── DocumentMalformed        not a DocumentReference, or one that breaks the specification
├── DocumentWithdrawn        entered-in-error or superseded: nothing may be derived from it
├── DocumentPreliminary      a draft: its final version will be read
├── AttachmentMissing        no content, or neither data nor url
├── AttachmentMalformed      broken base64, HTML, RTF, PDF or XML
├── AttachmentEncrypted      a PDF that needs a password
├── AttachmentTooLarge       more bytes or characters than the limit
├── AttachmentForbidden      a url on a host that is not allowed
├── CharsetUnknown           a charset that is not known, or that the bytes do not follow
├── ContentTypeUnsupported   no reader for this media type
├── NoteEmpty                nothing but white space
└── LeakFound                the copy still holds a known identifier of the patient
"""


class DocumentError(Exception):
    """The root; a message never holds text of a note."""


class DocumentMalformed(DocumentError):
    """Not a DocumentReference, or one that breaks the specification."""


class DocumentWithdrawn(DocumentError):
    """Entered in error or superseded: nothing may be derived from it."""


class DocumentPreliminary(DocumentError):
    """A draft (docStatus preliminary): its final version will be read instead."""


class AttachmentMissing(DocumentError):
    """No content, or an attachment with neither data nor url."""


class AttachmentMalformed(DocumentError):
    """The bytes are not what the content type says."""


class AttachmentEncrypted(DocumentError):
    """A PDF that needs a password."""


class AttachmentTooLarge(DocumentError):
    """More bytes or characters than the limit."""


class AttachmentForbidden(DocumentError):
    """The attachment's url points to a host that is not allowed; it was not fetched."""


class CharsetUnknown(DocumentError):
    """A charset that is not known, or that the bytes do not follow."""


class ContentTypeUnsupported(DocumentError):
    """No reader for this media type; the message names those that are read."""


class NoteEmpty(DocumentError):
    """The decoded text is nothing but white space."""


class LeakFound(DocumentError):
    """The de-identified copy still holds a known identifier; the message names its class only."""
