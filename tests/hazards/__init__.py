"""Cases of what Freshet must survive, end to end by the command line: a real site, crawl, model and database.

Each test carries the code of its case (`pytest.mark.hazard`); `test_cases` holds that every case has a test.
"""
