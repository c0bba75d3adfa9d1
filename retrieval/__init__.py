"""How the base is asked. Every door calls the functions of schema kb; none can see past a window or a grant.

asking        each function of kb as a question, and its rows on one connection
client        the same for programs: a pool, queries embedded, answers typed (`results`); `dialogue` is its order
query_models  the one way from a query to its vector
turns         questions that wait for a connection, those that are the same answered `together`
explaining    which entry a person means
history       what was believed of an entry, version by version
changes       the change feed, followed
findings      what a person should look at
demand        what was asked and not answered
evaluating    how well questions with known answers are answered
keys          who may ask over HTTP
http          the HTTP API, and what chat platforms ask for
dashboard     its pages
mcp           the Model Context Protocol
langchain     a retriever for LangChain; llamaindex: for LlamaIndex
as_json       how answers are written, one form for every door
"""
