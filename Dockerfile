# The tool in an image: docker build -t rehearsal . && docker run --rm rehearsal run
# The embedded AWS listens on loopback alone: other programs reach it from within the container (docker exec, or
# --network host for programs of the machine).
FROM python:3.13-slim AS wheel
WORKDIR /source
COPY . .
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*
COPY --from=wheel /wheels /wheels
RUN python -m pip install --no-cache-dir /wheels/*.whl && rm -r /wheels
RUN useradd --create-home rehearsal
USER rehearsal
WORKDIR /home/rehearsal
ENTRYPOINT ["rehearse"]
CMD ["up"]
