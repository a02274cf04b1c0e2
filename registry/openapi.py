"""The OpenAPI document: what FastAPI makes of the calls, with what it cannot see of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from registry import item_shapes, shapes
from registry.policy import PolicyDocument


def described(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return what makes the document of `app`: with our problems, what is signed, and the items that are read one by one."""

    def document() -> dict[str, Any]:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = made["components"]["schemas"]
        template = "#/components/schemas/{model}"
        for shape in (
            PolicyDocument.model_json_schema(ref_template=template),
            shapes.KeysDocument.model_json_schema(ref_template=template),
            shapes.Problem.model_json_schema(ref_template=template),
            item_shapes.ITEM.json_schema(ref_template=template),
        ):
            schemas |= shape.pop("$defs", {})
            schemas[shape.get("title", "Item")] = shape
        schemas["VisitBatch"]["properties"]["items"]["items"] = {"$ref": "#/components/schemas/Item"}
        return made

    return document
