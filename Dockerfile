# The image of every process of the installation; docker-compose.yml says which command each one runs.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=snoutos.settings MEDIA_ROOT=/var/lib/snoutos/media
RUN useradd --system --uid 10001 --create-home snoutos \
    && install -d -o snoutos -g snoutos -m 0700 /var/lib/snoutos /var/lib/snoutos/media
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
# No secret and no server is needed for this, and none ends up in the image.
RUN python -m compileall -q . && python manage.py collectstatic --no-input
USER snoutos
EXPOSE 8000
# The web process; every other service names its own command.
CMD ["python", "-m", "snoutos.serve", "web", "--host", "0.0.0.0", "--port", "8000"]
