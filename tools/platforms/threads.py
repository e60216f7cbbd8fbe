"""Threads. Page "Threads posts" of its API: 500 characters, emoji counted as UTF-8 bytes; one topic tag a post."""

from tools.counting import emoji_as_bytes
from tools.platform import Platform

PLATFORM = Platform(
    name="threads",
    label="Threads",
    aliases=("thread", "meta threads", "threads.net"),
    content_types=("social_post",),
    limit=500,
    count=emoji_as_bytes,
    max_hashtags=1,
    max_media=20,
    link_in="text",
    advice=("Only one topic tag works.", "An emoji counts as four or more characters."),
    sources=("https://developers.facebook.com/documentation/threads/posts",),
)
