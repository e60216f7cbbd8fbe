"""A page of a list, as every list answers."""

from collections.abc import Callable
from typing import Generic, TypeVar

from pydantic import BaseModel, Field

from db.collection import Document
from db.repository import Page

View = TypeVar("View", bound=BaseModel)
D = TypeVar("D", bound=Document)


class PageView(BaseModel, Generic[View]):
    """Some of the items, newest first."""

    items: list[View]
    next_cursor: str | None = Field(description="Where the next page starts; null at the end.")


def page_view(page: Page[D], view: Callable[[D], View]) -> PageView[View]:
    """Show a page of documents."""
    return PageView(items=[view(item) for item in page.items], next_cursor=page.next_cursor)
