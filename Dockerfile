# The container for night batches and for a first look: docker run --rm -v "$PWD:/data" mediaprep check footage.mov
# `--target decks` adds LibreOffice, which draws pptx and ppt.
# The base by its full tag, for whoever looks for one; `--build-arg BASE=python:3.12.12-slim-bookworm@sha256:…` pins it
# to a digest.
ARG BASE=python:3.12.12-slim-bookworm
FROM python:3.12.12-slim-bookworm AS tagged
FROM ${BASE} AS base

# Everything in one virtual environment, at the locked versions, checked by their hashes; what only builds stays here.
FROM base AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
# OpenCV's headless build in the place of opencv-python: the same cv2, without X11, Mesa and LLVM.
COPY .ci/lock.txt .ci/lock-headless.txt ./
RUN python -m venv /opt/mediaprep && /opt/mediaprep/bin/pip install --require-hashes -r lock.txt \
 && /opt/mediaprep/bin/pip uninstall --yes opencv-python \
 && /opt/mediaprep/bin/pip install --no-deps --require-hashes -r lock-headless.txt
COPY pyproject.toml README.md LICENSE ./
COPY mediaprep ./mediaprep
RUN /opt/mediaprep/bin/pip install --no-deps --no-build-isolation . \
 && /opt/mediaprep/bin/pip uninstall --yes hatchling editables pathspec trove-classifiers setuptools pip

# ffmpeg, a font with Chinese and face weights come with the Python packages; no system library is needed besides.
FROM base AS slim
# scripts/image adds the version and the revision.
LABEL org.opencontainers.image.title="mediaprep" \
      org.opencontainers.image.description="Preflight, mend, submit and finish media for Tencent Cloud's digital-human video service" \
      org.opencontainers.image.licenses="Apache-2.0 AND AGPL-3.0-only AND GPL-3.0-or-later" \
      org.opencontainers.image.base.name="docker.io/library/python:3.12.12-slim-bookworm"
RUN useradd --uid 10001 --user-group --create-home mediaprep \
 && install --directory --owner mediaprep --group mediaprep --mode 1777 /data
COPY --from=build /opt/mediaprep /opt/mediaprep
# Any --user and a read-only root will do (--read-only --tmpfs /tmp): what must last (the ledger) goes into /data, caches to /tmp.
# Files in /data belong to whoever runs the container: docker run --user "$(id -u):$(id -g)" …
# Keys come by the environment or as files in /run/secrets, called like their variables.
ENV PATH=/opt/mediaprep/bin:$PATH LANG=C.UTF-8 PYTHONUNBUFFERED=1 MEDIAPREP_LOG_FORMAT=json PYTHONDONTWRITEBYTECODE=1 \
    HOME=/home/mediaprep XDG_CACHE_HOME=/tmp/mediaprep-cache XDG_STATE_HOME=/data/.mediaprep
USER mediaprep
WORKDIR /data
# Ctrl-C and SIGTERM end a run within 10 s in a state from which the next one goes on.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5m --timeout=1m --start-period=1m CMD ["mediaprep", "doctor"]
ENTRYPOINT ["mediaprep"]
CMD ["--help"]

# LibreOffice, with faces as wide as Calibri, Cambria, Arial and Times, and with Chinese.
FROM slim AS decks
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends libreoffice-impress-nogui \
      fonts-crosextra-carlito fonts-crosextra-caladea fonts-liberation2 fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/*
USER mediaprep

# What a build without --target makes.
FROM slim
