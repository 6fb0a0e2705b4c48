# The container for night batches and for a first look: docker run --rm -v "$PWD:/data" mediaprep check footage.mov
FROM python:3.12-slim-bookworm

# OpenCV's system libraries; LibreOffice, which draws decks, with faces as wide as Calibri, Cambria, Arial and Times.
# ffmpeg, a font with Chinese and face weights come with the Python packages.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 libreoffice-impress-nogui \
      fonts-crosextra-carlito fonts-crosextra-caladea fonts-liberation2 \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/mediaprep
COPY pyproject.toml README.md LICENSE ./
COPY mediaprep ./mediaprep
RUN pip install --no-cache-dir ".[emulator]"

# Files written into /data belong to whoever runs the container: docker run --user "$(id -u):$(id -g)" …
RUN useradd --create-home operator
USER operator
WORKDIR /data
ENV PYTHONUNBUFFERED=1 LANG=C.UTF-8
ENTRYPOINT ["mediaprep"]
CMD ["--help"]
