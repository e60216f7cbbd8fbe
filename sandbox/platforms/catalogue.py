"""Every platform's twin there is."""

from sandbox.platforms.twitter import TwitterTwin
from sandbox.platforms.wordpress import WordPressTwin
from sandbox.twin import Twin

TWINS: tuple[type[Twin], ...] = (WordPressTwin, TwitterTwin)
