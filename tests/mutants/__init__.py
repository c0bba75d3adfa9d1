"""Deliberately wrong versions of our own code, each with the tests that must notice: `make mutants`.

A test that cannot fail protects nothing. Each mutant is one text of one file put wrong; in a copy of the tree its
tests are run, and a mutant that none of them notices fails the command by name. `in_the_database`, `in_reading` and
`in_crawling` hold the list, `trial` tries one, `test_listed` holds (in `make test`) that every text still stands
where it is said to stand, so that the list cannot rot.
"""
