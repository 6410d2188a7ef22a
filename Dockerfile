# Build with the front end, run without build tools, as nobody, read-only root:
#   docker run --read-only --tmpfs /tmp --cap-drop ALL -v kg:/var/lib/kg -p 8000:8000 life-valley
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/kg && /opt/kg/bin/pip install --no-cache-dir .

FROM python:3.11-slim
COPY --from=build /opt/kg /opt/kg
RUN useradd --system --home-dir /var/lib/kg --create-home kg
USER kg
WORKDIR /var/lib/kg
ENV KG_HOST=0.0.0.0 KG_STORE=file:/var/lib/kg/store KG_CACHE=/var/lib/kg/cache PYTHONDONTWRITEBYTECODE=1
VOLUME /var/lib/kg
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/opt/kg/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["/opt/kg/bin/kg"]
CMD ["serve"]
