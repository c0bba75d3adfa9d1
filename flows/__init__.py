"""What runs and when: the command line, and Prefect's flows around the same functions.

`sync` leads one source through crawl (`capturing`), reading and plan (`comparing`), embedding and publication
(`concluding`); `cli` is the command line; `deployments` and `schedule` know Prefect. Correctness rests on
the database alone, never on Prefect.
"""
