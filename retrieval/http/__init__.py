"""The doors over HTTP, all through the functions of schema kb.

app         put together: what stands at which address
callers     who asks: keys, scopes, sources; without any key loopback alone
pace        how often one caller may ask
envelope    around every request: its number, its size, what is logged of it
patience    how long a peer may take to ask, and to take the answer
problems    errors as problem documents (RFC 9457)
caching     until when an answer may be kept
questions   /v1/search, offers, entries, explain, status
pushing     PUT and DELETE /v1/entries/{source}/{key}
following   /v1/changes, as pages and as a stream
health      /healthz, /readyz
metrics     /metrics, for Prometheus; figures reads what it tells from the base
platforms   /dify/retrieval, /openwebui/search; mcp: /mcp, the tools of retrieval.mcp
described   /openapi.json beyond the routes: each refusal, its form, the key

The pages at / stand in retrieval.dashboard, behind the same callers and the same envelope.
"""

__all__: list[str] = []
