"""The database itself: the embedded server, migrations, functions replaced in place, roles, checks, the snapshot.

`pipelines.database` connects to it.
"""
