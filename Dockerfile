FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY server server
COPY mappers mappers
COPY models models
COPY terminology terminology
RUN python -m venv /opt/chartloom \
    && /opt/chartloom/bin/pip install --no-cache-dir -c constraints.txt .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 chartloom \
    && install -d -o chartloom -g chartloom /var/lib/chartloom
COPY --from=build /opt/chartloom /opt/chartloom
USER chartloom
ENV PATH=/opt/chartloom/bin:$PATH \
    ORT_DISABLE_TELEMETRY=1 \
    CHARTLOOM_HOST=0.0.0.0 \
    CHARTLOOM_DATA_DIR=/var/lib/chartloom
VOLUME /var/lib/chartloom
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
ENTRYPOINT ["chartloom"]
CMD ["serve"]
