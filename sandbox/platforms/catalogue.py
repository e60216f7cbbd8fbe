"""Every platform's twin there is."""

from sandbox.platforms.facebook import FacebookTwin
from sandbox.platforms.instagram import InstagramTwin
from sandbox.platforms.linkedin import LinkedInTwin
from sandbox.platforms.twitter import TwitterTwin
from sandbox.platforms.wordpress import WordPressTwin
from sandbox.twin import Twin

TWINS: tuple[type[Twin], ...] = (WordPressTwin, TwitterTwin, LinkedInTwin, FacebookTwin, InstagramTwin)
