# Trellis for production: browser libraries, then Python packages, then the application as an ordinary user.
FROM node:24-slim AS browser
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY static ./static
COPY scaling/local/build.mjs ./scaling/local/build.mjs
RUN node scaling/local/build.mjs

FROM python:3.11-slim AS packages
COPY requirements.txt .
RUN python -m venv /opt/trellis && /opt/trellis/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/trellis/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    TRELLIS_MODE=production TRELLIS_STATIC_ROOT=/srv/static TRELLIS_MEDIA_ROOT=/srv/media
RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin trellis \
    && mkdir -p /srv/static /srv/media /srv/app && chown -R trellis /srv
COPY --from=packages /opt/trellis /opt/trellis
WORKDIR /srv/app
COPY --chown=trellis . .
COPY --from=browser --chown=trellis /build/static/vendor ./static/vendor
USER trellis
# Collecting needs settings, not servers: these values never leave the build step.
RUN TRELLIS_SECRET_KEY=only-to-collect-static-files TRELLIS_ALLOWED_HOSTS=localhost DATABASE_URL=postgresql:///none \
    CELERY_BROKER_URL=redis://none python manage.py collectstatic --noinput
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "scaling.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket", "--access-logfile", "-"]
