"""Chooses what carries the live feed between server processes. One process by itself needs nothing."""

from agents.live.change_stream import ChangeStreamTransport
from agents.live.relay import Relay
from agents.live.transport import Transport
from agents.turns.service import Turns
from core.clock import Clock
from core.settings import Settings
from db.client import Database
from db.last_numbers import LastNumbers
from db.live_packets import LivePackets


def build_relay(settings: Settings, database: Database, clock: Clock, turns: Turns) -> Relay | None:
    """Put the relay together where several processes may share the database. Connects to nothing yet."""
    if not settings.mongodb_uri.get_secret_value():
        return None
    relay = Relay(_transport(settings, database, clock), turns.house.feed, LastNumbers(database))
    relay.stop_turn = turns.stop_here
    return relay


def _transport(settings: Settings, database: Database, clock: Clock) -> Transport:
    url = settings.redis_url.get_secret_value()
    if not url:
        return ChangeStreamTransport(LivePackets(database))
    # Loaded where it is asked for: a start without Redis need not wait for its library.
    from agents.live.redis_stream import RedisTransport

    return RedisTransport(url, database.name, clock)
