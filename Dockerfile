# Freshet with its default model, torch for the processor alone. Build: docker build -t freshet .
# torch's CPU build may stand in an index of its own: --build-arg PIP_EXTRA_INDEX_URL=…
FROM python:3.11.14-slim-bookworm AS build
ARG PIP_EXTRA_INDEX_URL=
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
WORKDIR /opt/freshet
# What changes seldom first, so that an edit of the code installs nothing anew.
COPY pyproject.toml constraints.txt README.md ./
RUN mkdir spiders pipelines retrieval flows flows/commands \
    && /opt/venv/bin/pip install --constraint constraints.txt --editable .
COPY schema schema
COPY spiders spiders
COPY pipelines pipelines
COPY retrieval retrieval
COPY flows flows
COPY examples examples
COPY prefect.yaml ./
RUN /opt/venv/bin/python -m compileall -q /opt/freshet

# Chromium is not included: for sources with render = true build on this image, install chromium and freshet[render].
FROM python:3.11.14-slim-bookworm
# The user has a home of its own: libraries keep caches there; everything else may be read-only.
RUN useradd --uid 10001 --create-home --home-dir /home/freshet --shell /usr/sbin/nologin freshet \
    && install -d -o freshet -g freshet /project /project/.freshet /prefect
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/freshet /opt/freshet
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DO_NOT_TRACK=1 \
    FRESHET_PROJECT=/project FRESHET_HOME=/opt/freshet
USER 10001:10001
WORKDIR /project
ENTRYPOINT ["freshet"]
CMD ["schedule"]
