"""How the base is asked. Every door calls the functions of schema kb; none can see past a window or a grant.

asking        each function of kb as a question, and its rows on one connection
client        the same for programs: a pool, queries embedded, answers typed (`results`); `dialogue` is its order
query_models  the one way from a query to its vector
explaining    which entry a person means
history       what was believed of an entry, version by version
changes       the change feed, followed
findings      what a person should look at
demand        what was asked and not answered
"""
