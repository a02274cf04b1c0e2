"""Every error as RFC 9457 problem details: what was expected and what to do, and never what was sent.

What was sent may be an identifier, even where none belongs: so mistakes are told by the contract's own field names
and the rule that was broken. The input, and names that are not the contract's, are left out.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from registry import enrolment_shapes, item_shapes, policy, shapes

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:ashyq:problem:"

_RULES = {
    "missing": "this field",
    "extra_forbidden": "no field that is not in the contract",
    "json_invalid": "JSON",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "string_type": "text",
    "model_attributes_type": "an object",
    "no_change": "a whole number other than 0",
    "not_printable": "printable characters",
    "value_error": "a time in RFC 3339, UTC, with Z",
}
_BOUNDS = {
    "expected": "",
    "expected_tags": "one of ",
    "pattern": "text like ",
    "ge": "at least ",
    "le": "at most ",
    "min_length": "a length of at least ",
    "max_length": "a length of at most ",
}
"""What pydantic knows of the rule itself, and how we say it. All else in its errors may hold the input."""


class ProblemError(Exception):
    """A refusal with a reason of its own. `kind` is the last part of the problem's type."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        time: str = "",
        retry_after_s: int | None = None,
        statement: bytes = b"",
    ) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.time = time
        """Of the registry, where the problem is the caller's clock."""
        self.retry_after_s = retry_after_s
        """After how many seconds the same may be asked again, where that is known."""
        self.statement = statement
        """What a root has signed of it, where it is final."""

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says beside the problem."""
        if self.retry_after_s is not None:
            return {"Retry-After": str(self.retry_after_s)}
        return {"WWW-Authenticate": 'Signature realm="ashyq"'} if self.status == 401 else {}


def problem(
    status: int,
    detail: str,
    *,
    kind: str = "",
    time: str = "",
    statement: bytes = b"",
    mistakes: Iterable[Mapping[str, str]] = (),
    headers: Any = None,
) -> Response:
    """Return a problem document as an answer."""
    title = HTTPStatus(status).phrase
    body = shapes.Problem(
        type=TYPE + (kind or title.lower().replace(" ", "-")),
        title=title,
        status=status,
        detail=detail,
        time=time,
        statement=base64.b64encode(statement).decode(),
        mistakes=[shapes.Mistake(**mistake) for mistake in mistakes],
    )
    content = body.model_dump(exclude_defaults=True)
    return Response(
        json.dumps(content, ensure_ascii=False), status_code=status, media_type=MEDIA_TYPE, headers=headers
    )


def mistakes_in(errors: Iterable[Any]) -> list[dict[str, str]]:
    """Return pydantic's errors without anything that was sent."""
    return [{"at": _where(error["loc"]), "expected": _rule(error)} for error in errors]


def install(app: FastAPI) -> None:
    """Answer every refusal of `app` with a problem document."""

    @app.exception_handler(ProblemError)
    async def refused(_: Request, error: ProblemError) -> Response:
        return problem(
            error.status,
            error.detail,
            kind=error.kind,
            time=error.time,
            statement=error.statement,
            headers=error.headers or None,
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        return problem(
            422,
            "expected a request as in docs/contract.md; correct the fields named in `mistakes`",
            kind="invalid-request",
            mistakes=mistakes_in(error.errors()),
        )

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        return problem(
            error.status_code, _HTTP.get(error.status_code, "see docs/contract.md"), headers=error.headers
        )


_HTTP = {
    400: "expected a JSON body of the contract; send it whole, in UTF-8",
    404: "expected one of the calls in docs/contract.md; there is nothing at this address",
    405: "expected another method for this call; see docs/contract.md",
    413: "expected a smaller body; send fewer items at a time",
}


def _where(loc: tuple[int | str, ...]) -> str:
    known = [str(part) if isinstance(part, int) or part in _NAMES else "(another name)" for part in loc]
    return ".".join(known) or "body"


def _rule(error: Any) -> str:
    context = error.get("ctx", {})
    bounds = " and ".join(f"{says}{context[key]}" for key, says in _BOUNDS.items() if key in context)
    return bounds or _RULES.get(error["type"], error["type"].replace("_", " "))


def _names(*modules: Any) -> frozenset[str]:
    models = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    fields = [name for model in models if issubclass(model, BaseModel) for name in model.model_fields]
    return frozenset(fields) | {
        "body",
        "path",
        "query",
        "visit",
        "amendment",
        "passage",
        "closing",
        "anomaly",
        "correction",
    }


_NAMES = _names(shapes, item_shapes, enrolment_shapes, policy) | {
    "door",
    "after",
    "wait",
    "limit",
    "since",
    "version",
    "policy",
    "kind",
}
