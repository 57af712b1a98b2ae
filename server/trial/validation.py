"""What is checked before a resource is stored. The resource itself is never rewritten.

The models of `fhir.resources` (R4B) are run over the types that have search parameters of their
own. They agree with R4 on those types; anything they can't know is let through.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from fhir.resources.R4B import get_fhir_model_class
from pydantic import BaseModel, ValidationError

from mappers.types import Resource
from server.trial.errors import Invalid, Unprocessable
from server.trial.search_parameters import described_types, resource_types

ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
MOST_PROBLEMS: Final = 10


def check_type(name: str) -> None:
    """Refuse what is no resource type of R4.

    Raises:
        Invalid: see there.
    """
    if name not in resource_types():
        shown = name if re.fullmatch(r"\w{1,64}", name) else "this"
        raise Invalid(f"{shown} is not a resource type of FHIR R4")


def check_id(name: str) -> None:
    """Refuse what is no id.

    Raises:
        Invalid: see there.
    """
    if not ID.fullmatch(name):
        raise Invalid("an id is 1 to 64 letters, digits, '-' or '.'")


def check_resource(
    resource: Any, resource_type: str, resource_id: str | None = None, *, validated: bool = False
) -> None:
    """Refuse a body that is not a resource of this type, or not one with this id.

    `validated`: the sender has run the models already, which is most of the work.

    Raises:
        Invalid: wrong type or id, or a body that is no resource at all.
        Unprocessable: elements that are missing, unknown or of the wrong type.
    """
    if not isinstance(resource, dict) or "resourceType" not in resource:
        raise Invalid("the body is not a FHIR resource: it has no resourceType")
    if resource["resourceType"] != resource_type:
        raise Invalid(f"resourceType is not {resource_type}", expression="resourceType")
    if resource_id is not None and resource.get("id") != resource_id:
        raise Invalid("the id of the body is not the id of the URL", expression="id")
    if _has_null(resource):
        raise Invalid("a property is null, which FHIR does not allow")
    if resource_id is None and resource.get("id") is not None:
        check_id(str(resource["id"]))
    if resource_type in described_types() and not validated:
        _check_model(resource)
    elif not isinstance(resource.get("meta", {}), dict):
        raise Unprocessable("meta is not an object", expression="meta")


def _has_null(element: Any) -> bool:
    """Whether a property is null; in the list of a primitive, null stands for its extensions."""
    if isinstance(element, dict):
        return any(value is None or _has_null(value) for value in element.values())
    return isinstance(element, list) and any(map(_has_null, element))


def _check_model(resource: Resource) -> None:
    try:
        _model(resource["resourceType"]).model_validate(resource)
    except ValidationError as error:
        problems = [_problem(part["loc"], part["type"]) for part in _parts(error)]
        shown = "; ".join(problems[:MOST_PROBLEMS])
        raise Unprocessable(f"not a valid {resource['resourceType']}: {shown}") from None
    except (TypeError, ValueError, AttributeError, KeyError, RecursionError):
        # Some of its checks run before those of the type, and stumble.
        raise Unprocessable(f"not a valid {resource['resourceType']}") from None


@cache
def _model(resource_type: str) -> type[BaseModel]:
    model: type[BaseModel] = get_fhir_model_class(resource_type)
    return model


def _parts(error: ValidationError) -> list[dict[str, Any]]:
    return [dict(part) for part in error.errors(include_input=False, include_url=False)]


def _problem(place: tuple[int | str, ...], kind: str) -> str:
    """Name the element and the rule only: messages of the library may quote values."""
    names = [str(part) for part in place if re.fullmatch(r"\w{1,64}", str(part))]
    return f"{'.'.join(names) or 'resource'} ({kind})"
