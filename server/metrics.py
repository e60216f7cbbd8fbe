"""Figures for Prometheus, in a registry of their own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector


class Metrics:
    """The figures this process keeps."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = Counter(
            "mm_http_requests", "HTTP requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "mm_http_request_seconds", "Time until an answer began, in seconds.", ["route"], registry=self.registry
        )
        self.sockets = Gauge("mm_sockets_open", "WebSockets that are open.", registry=self.registry)
        self.frames = Counter("mm_socket_frames_sent", "Frames sent over WebSockets.", registry=self.registry)
        self.cut_off = Counter(
            "mm_sockets_cut_off", "WebSockets closed for reading too slowly.", registry=self.registry
        )

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)
