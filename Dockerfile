FROM python:3.12-slim

RUN useradd --create-home surefoot && mkdir /data && chown surefoot /data
WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE NOTICE ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY surefoot surefoot
COPY agent agent
COPY graphs graphs
COPY tools tools
COPY memory memory
COPY server server
COPY evals evals
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

USER surefoot
ENV SUREFOOT_DATA_DIR=/data SUREFOOT_SERVER_HOST=0.0.0.0 SUREFOOT_SERVER_LOG_JSON=true
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz')"]
CMD ["surefoot", "serve"]
