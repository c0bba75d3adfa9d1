"""What runs and when: the command line, and Prefect's flows around the same functions.

`sync` leads one source through crawl, reading, plan, embedding and publication; `cli` is the command line;
`deployments` and `schedule` know Prefect. Correctness rests on the database alone, never on Prefect.
"""
