"""An invented car-service chain with a site in English and Arabic, and the Freshet project that follows it.

`serve.py` starts the site; `server` answers requests from the pages that `pages` renders once, at the start;
`offers` reads the offers of `content/`, `schedule` places them around the day of the start, `wording` and
`markup` say their validity in words and in structured data; `noise` is what changes at each request and means
nothing. `build_documents.py` makes the committed price list, warranty and terms out of `content/`.
`freshet.toml`, `sources/` and `questions.jsonl` are the project.
"""
