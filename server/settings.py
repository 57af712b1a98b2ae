"""All settings of the service in one place; each is an environment variable.

The prefix is `CHARTLOOM_`, except for `DATABASE_URL`, which hosts set by that name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.errors import SettingsInvalid

CRITERIA = "DocumentReference?status=current"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Settings(BaseSettings):
    """What the service needs to know. The defaults run a trial on this machine."""

    model_config = SettingsConfigDict(
        env_prefix="CHARTLOOM_", frozen=True, extra="ignore", populate_by_name=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    public_url: str | None = Field(
        None, description="Base URL at which the FHIR store reaches this server (notifications)."
    )
    fhir_store: str | None = Field(
        None, description="Base URL of the FHIR store; unset: the trial store inside the server."
    )
    fhir_store_token: SecretStr | None = Field(
        None, description="Bearer token for the FHIR store. Sent to that store's origin only."
    )
    attachment_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further hosts from which attachments may be fetched, without our token."
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL; unset: an embedded one in the data folder.",
    )
    data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".local" / "share" / "chartloom",
        description="Folder for the embedded PostgreSQL and other state.",
    )
    auth: Literal["on", "off"] = Field(
        "on", description="`off` only for trials, and only while listening on loopback."
    )
    auth_jwks: str | None = Field(
        None, description="File or URL of the JSON Web Key Set that signs callers' tokens."
    )
    auth_issuer: str | None = Field(None, description="The `iss` that callers' tokens must have.")
    auth_token_endpoint: str | None = Field(
        None, description="Where callers get tokens; unset: `/token` at the issuer."
    )
    auth_audience: str | None = Field(
        None, description="The `aud` that callers' tokens must have; unset: our FHIR base URL."
    )
    deid_mode: Literal["tag", "redact", "surrogate"] = Field(
        "tag", description="How PHI is replaced in de-identified copies."
    )
    deid_key_file: Path | None = Field(
        None, description="File with the site's secret key; the surrogate mode needs it."
    )
    deid_keep_weekdays: bool = Field(
        False, description="Whether dates are shifted by whole weeks, so that weekdays stay."
    )
    opt_in_models: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Models to use beside the default ones; mind the licence of each."
    )
    terminology_index: Path | None = Field(
        None, description="Terminology index to use instead of the built-in one."
    )
    terminology_server: str | None = Field(
        None,
        description="Base URL of a FHIR terminology server; words of the notes are sent to it.",
    )
    terminology_server_token: SecretStr | None = Field(
        None, description="Bearer token for the terminology server."
    )
    terminology_seconds: float = Field(
        2.0, gt=0, description="Longest time that the terminology server may take for one note."
    )
    processes: int = Field(
        default_factory=lambda: max(1, os.cpu_count() or 1),
        ge=1,
        description="Processes that read notes.",
    )
    jobs_at_once: int = Field(
        default_factory=lambda: 2 * max(1, os.cpu_count() or 1),
        ge=1,
        description="Jobs in progress at once; reading and writing the store overlaps.",
    )
    max_attempts: int = Field(
        5, ge=1, description="Attempts before a job that fails for reasons of ours is parked."
    )
    retry_seconds: float = Field(
        1.0, gt=0, description="First wait before a retry; it doubles up to a minute."
    )
    note_seconds: float = Field(
        120.0, gt=0, description="Longest time that one note may take to read."
    )
    reconcile_seconds: float = Field(
        60.0, gt=0, description="How often the store is searched for notes that nobody announced."
    )
    stalled_seconds: float = Field(
        10.0, gt=1, description="A worker without a heartbeat for so long has died."
    )
    export_hours: float = Field(
        24.0, gt=0, description="Hours after which the files of an export are removed."
    )
    subscription_criteria: str = Field(CRITERIA, description="Criteria of our Subscription.")
    subscription_topic: str | None = Field(
        None,
        description="Topic of an R5 backport Subscription; unset: a classic R4 rest-hook.",
    )

    @field_validator("attachment_hosts", "opt_in_models", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(filter(None, value.replace(" ", "").split(",")))
            if isinstance(value, str)
            else value
        )

    @field_validator("fhir_store", "public_url")
    @classmethod
    def _base_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must be an http or https URL")
        return value.rstrip("/") if value else None

    @field_validator("terminology_server")
    @classmethod
    def _terminology_url(cls, value: str | None) -> str | None:
        if not value:
            return None
        parts = urlsplit(value)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must be a base URL alone; a token has a setting of its own")
        if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in LOOPBACK):
            raise ValueError("must be an https URL, since words of notes are sent to it")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.auth == "off" and self.host not in LOOPBACK:
            raise ValueError(f"CHARTLOOM_AUTH=off is for loopback only, not for {self.host}")
        if self.deid_mode == "surrogate" and self.deid_key_file is None:
            raise ValueError("CHARTLOOM_DEID_MODE=surrogate needs CHARTLOOM_DEID_KEY_FILE")
        if self.fhir_store and not self.public_url and self.host in ("0.0.0.0", "::"):  # noqa: S104
            raise ValueError("CHARTLOOM_PUBLIC_URL is needed: where does the store reach us?")
        return self

    @property
    def base_url(self) -> str:
        """Where others reach this server."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def fhir_base(self) -> str:
        """Where others reach this server's FHIR endpoint."""
        return f"{self.base_url}/fhir"

    @property
    def deid_key(self) -> bytes | None:
        """The site's key.

        Raises:
            SettingsInvalid: the file cannot be read or holds fewer than 32 bytes.
        """
        if self.deid_key_file is None:
            return None
        try:
            key = self.deid_key_file.read_bytes().strip()
        except OSError as error:
            raise SettingsInvalid(
                f"CHARTLOOM_DEID_KEY_FILE {self.deid_key_file}: {error.strerror}"
            ) from None
        if len(key) < 32:
            raise SettingsInvalid("CHARTLOOM_DEID_KEY_FILE holds fewer than 32 bytes")
        return key


def read_trial_settings(**overrides: object) -> Settings:
    """Settings of a demo or a benchmark, which keep away from a hospital's store and database."""
    own: dict[str, object] = dict.fromkeys(
        ("fhir_store", "fhir_store_token", "public_url", "DATABASE_URL", "subscription_topic")
    )
    own |= dict.fromkeys(("terminology_server", "terminology_server_token"))
    own |= {"subscription_criteria": CRITERIA, "auth": "off", "host": "127.0.0.1"}
    return read_settings(**(own | overrides))


def read_settings(**overrides: object) -> Settings:
    """Read the environment; `overrides` win.

    Raises:
        SettingsInvalid: names each variable that is wrong, without its value.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = map(_problem, error.errors(include_input=False, include_url=False))
        raise SettingsInvalid("; ".join(problems)) from None


def _problem(issue: ErrorDetails) -> str:
    place = ".".join(str(part) for part in issue["loc"])
    message = issue["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
