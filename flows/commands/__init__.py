"""The commands of `freshet`, a module a subject; `flows.cli` puts them together."""
