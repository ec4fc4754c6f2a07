"""Spans: OpenTelemetry traces of agents, in the dialects that are spoken."""
