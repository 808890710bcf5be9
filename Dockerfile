# 正式环境的镜像：网页、worker、beat 用同一个，命令不同（docker-compose.yml）
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data PROFILE=production
WORKDIR /app
# 公文转 PDF：只装 Writer（无界面），宋体与楷体；不装也能用，从网页打印
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends libreoffice-writer-nogui fonts-noto-cjk fonts-arphic-gkai00mp >/dev/null \
 && rm -rf /var/lib/apt/lists/*
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
# 只为收集静态文件，取值不进镜像
RUN SECRET_KEY=build ALLOWED_HOSTS=build SITE_URL=http://build REDIS_URL=redis://build DATABASE_URL=sqlite:////tmp/build.sqlite3 DATA_DIR=/tmp/build \
    python manage.py collectstatic --noinput \
 && useradd --system --uid 10001 shuoshi \
 && install -d -o shuoshi -g shuoshi -m 0700 /data
USER shuoshi
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--no-control-socket"]
