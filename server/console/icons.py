"""The console's icons: strokes on a 20 px grid, drawn here and set into the page, so that nothing is fetched."""

from typing import Final, Literal

Icon = Literal[
    "overview",
    "conversations",
    "approvals",
    "campaigns",
    "library",
    "calendar",
    "analytics",
    "memory",
    "connections",
    "settings",
    "team",
    "audit",
    "webhooks",
    "search",
    "menu",
    "close",
    "plus",
    "check",
    "cross",
    "back",
    "next",
    "clock",
    "stop",
    "pause",
    "play",
    "download",
    "link",
    "edit",
    "leave",
    "chart",
    "send",
    "bin",
    "warning",
    "key",
    "copy",
    "unknown",
    "image",
    "grip",
]

PATHS: Final[dict[Icon, str]] = {
    "overview": "M3 9.5 10 4l7 5.5M5 8.5V16h10V8.5M8.5 16v-4h3v4",
    "conversations": (
        "M4 4.5h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H9l-4 3v-3H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1ZM6.5 8h7M6.5 10.5h4"
    ),
    "approvals": "M10 3l6 2.2v4.3c0 3.6-2.5 6.3-6 7.5-3.5-1.2-6-3.9-6-7.5V5.2ZM7.4 9.8l1.9 1.9 3.4-3.6",
    "campaigns": "M4 8v4h2.5l6.5 3.5v-11L6.5 8ZM7 12v4h2v-3M15.5 8a2.6 2.6 0 0 1 0 4",
    "library": "M4 4h4v12H4ZM8 4h4v12H8ZM12.5 5l3-.8 2.3 11.6-3 .7Z",
    "calendar": "M3.5 5.5h13v11h-13ZM3.5 9h13M7 3.5v3M13 3.5v3M7 12h2M11 12h2",
    "analytics": "M3.5 16.5h13M5.5 14v-4M10 14V6M14.5 14V8.5",
    "memory": (
        "M10 4.5A2.5 2.5 0 0 0 6 5a2.5 2.5 0 0 0-2 3.5A2.8 2.8 0 0 0 5 13.5 2.5 2.5 0 0 0 10 15V4.5"
        "M10 4.5A2.5 2.5 0 0 1 14 5a2.5 2.5 0 0 1 2 3.5 2.8 2.8 0 0 1-1 5A2.5 2.5 0 0 1 10 15"
    ),
    "connections": "M8 12l4-4M9 6.5l2-2a3.2 3.2 0 0 1 4.5 4.5l-2 2M11 13.5l-2 2A3.2 3.2 0 0 1 4.5 11l2-2",
    "settings": "M4 6h6M14 6h2M4 14h2M10 14h6M12 4.5v3M8 12.5v3",
    "team": (
        "M7.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z"
        "M3 16c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4"
        "M13 9.5a2.2 2.2 0 1 0-1-4.2"
        "M14 12.2c1.8.4 3 1.8 3 3.8"
    ),
    "audit": "M5 3.5h7l3 3v10H5ZM7.5 9h5M7.5 11.5h5M7.5 14h3",
    "webhooks": (
        "M6 13.5a2.5 2.5 0 1 0 2.5 2.5H13M10 8 7.5 12.5M12 6a2.5 2.5 0 1 0-3.5 2M12.5 8l2 4a2.5 2.5 0 1 1-1 4"
    ),
    "search": "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l4 4",
    "menu": "M3 5.5h14M3 10h14M3 14.5h14",
    "close": "M5 5l10 10M15 5 5 15",
    "plus": "M10 4v12M4 10h12",
    "check": "M4.5 10.5l3.5 3.5 7.5-8",
    "cross": "M6 6l8 8M14 6l-8 8",
    "back": "M12 4.5 6.5 10l5.5 5.5",
    "next": "M8 4.5l5.5 5.5L8 15.5",
    "clock": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4.2l2.8 1.8",
    "stop": "M7 3.5h6l3.5 3.5v6L13 16.5H7L3.5 13V7ZM10 7v3.5M10 13v.1",
    "pause": "M7 5v10M13 5v10",
    "play": "M6.5 4.5v11l9-5.5Z",
    "download": "M10 3.5v9M6.5 9.5 10 13l3.5-3.5M4 16.5h12",
    "link": "M8 12l4-4M9 6.5l2-2a3.2 3.2 0 0 1 4.5 4.5l-2 2M11 13.5l-2 2A3.2 3.2 0 0 1 4.5 11l2-2",
    "edit": "M4 16h3l8.5-8.5-3-3L4 13ZM11 6l3 3",
    "leave": "M8 4H4.5v12H8M12.5 6.5 16 10l-3.5 3.5M16 10H8",
    "chart": "M3.5 16.5h13M4.5 13l3.5-4 3 2.5L15.5 6",
    "send": "M3.5 10 16.5 4l-4 12.5-3-5ZM9.5 11.5l7-7.5",
    "bin": "M4.5 6h11M8 6V4h4v2M6 6l.6 10.5h6.8L14 6M8.5 9v5M11.5 9v5",
    "key": "M12.5 11.5a4 4 0 1 0-3.6-2.2L3.5 14.7v2h2.6v-2h2v-2h1.6ZM13 7.2v.1",
    "copy": "M7.5 7.5h9v9h-9ZM12.5 7.5v-4h-9v9h4",
    "image": "M3.5 4.5h13v11h-13ZM6.8 8.6a1 1 0 1 0 0-2 1 1 0 0 0 0 2ZM3.5 13.5 8 10l3 2.5 2.5-2 3 2.5",
    "grip": "M8 6v.1M12 6v.1M8 10v.1M12 10v.1M8 14v.1M12 14v.1",
    "unknown": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7.9 8a2.1 2.1 0 1 1 3.1 1.9c-.7.4-1 .8-1 1.5M10 13.7v.1",
    "warning": "M10 3.5 17.5 16.5h-15ZM10 8.5v3.5M10 14.3v.1",
}
