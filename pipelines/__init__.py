"""From captured bytes to what may be quoted: the library. It imports none of the other packages.

The way of a page, and where each step stands:

    records     what passes between the parts
    reading     one page read, whatever it is: `web` (HTML), `documents` (files), `offers`, `windows`
    chunking    its text in pieces that stay put
    embedding   pieces to vectors, by the fastest way that agrees with the reference: `vectors`
    store       a run in the database: lease, captures, readings, merging, plan, verdict, publication
    database    connections; `postgres` holds the server, migrations and checks
    settings    freshet.toml and sources/*.toml
"""
