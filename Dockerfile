# The image does what tests/e2e/test_wheel.py does: build the wheel, install the lock, install the wheel.
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m pip wheel --no-deps --wheel-dir dist .

FROM python:3.13-slim
COPY --from=build /src/requirements.lock /src/dist/ /install/
RUN python -m pip install --no-cache-dir --require-hashes -r /install/requirements.lock
RUN python -m pip install --no-cache-dir --no-deps --find-links /install attune-coach
# data and key live in the volume; nothing runs as root
COPY --chown=1000:1000 LICENSE /data/
ENV HOME=/data
USER 1000:1000
WORKDIR /data
VOLUME /data
ENTRYPOINT ["attune"]
CMD ["run"]
