"""`$validate-code` on CodeSystem and ValueSet: is it a code, and is it one of these?"""

from __future__ import annotations

from dataclasses import dataclass

from mappers.types import Resource
from server.codes.inputs import Code, Inputs
from server.codes.outputs import parameters, value
from server.codes.service import Terminology, each_known, group_of, known_system
from server.errors import CodeUnknown, ParameterMissing, RequestInvalid
from terminology.catalogue import has_form


@dataclass(frozen=True, slots=True)
class Judgement:
    """`message` says why not; `display` is the right one when the code is known."""

    valid: bool
    message: str | None = None
    display: str | None = None


def validate_code(inputs: Inputs, terminology: Terminology) -> Resource:
    """Answer whether the index has the code.

    Raises:
        ParameterMissing: no code, or no system.
        CodeUnknown: no such system, so that nothing can be said of its codes.
    """
    language = inputs.one("displayLanguage")
    codes = inputs.codes("url", "version")
    url = inputs.one("url")
    if url is not None and any(code.system not in (None, url) for code in codes):
        raise RequestInvalid("the coding is of another system than url")
    return _answer(each_known(codes, lambda code: _judge(code, url, language, terminology, None)))


def validate_member(inputs: Inputs, terminology: Terminology) -> Resource:
    """Answer whether the code is that of a concept of the group that a value set stands for.

    Raises:
        ParameterMissing: no url, no code, or no system.
        CodeUnknown: no such value set or system, or not in this version.
    """
    url = inputs.one("url")
    if url is None:
        raise ParameterMissing("send the url of the value set")
    group = group_of(url)
    terminology.check_version(inputs.one("valueSetVersion"), url)
    language = inputs.one("displayLanguage")
    codes = inputs.codes("system", "systemVersion")
    return _answer(each_known(codes, lambda code: _judge(code, None, language, terminology, group)))


def _judge(
    code: Code,
    system: str | None,
    language: str | None,
    terminology: Terminology,
    group: str | None,
) -> Judgement:
    asked = code.system or system
    if asked is None:
        raise ParameterMissing("send the system of the code")
    uri = known_system(asked)
    if not has_form(uri, code.code):
        return Judgement(False, f"not a code of {uri} by its form or check digit")
    try:
        entry = terminology.entry(uri, code.code, code.version)
    except CodeUnknown as error:
        return Judgement(False, str(error))
    display = entry.display(language)
    if group is not None and group not in terminology.catalogue.groups(uri, code.code):
        return Judgement(False, "not in the value set", display)
    if code.display is not None and not entry.is_called(code.display):
        return Judgement(False, "the code is not called so", display)
    return Judgement(True, display=display)


def _answer(judgements: list[Judgement]) -> Resource:
    """Of several codings of a concept one that is valid is enough."""
    best = next((each for each in judgements if each.valid), judgements[0])
    return parameters(
        [
            *value("result", "Boolean", best.valid),
            *value("message", "String", best.message),
            *value("display", "String", best.display),
        ]
    )
