# make up    一条命令跑起来（网页 + 后台任务 + 定时器，SQLite，不用别的服务）
# make test  静态检查、类型、导入规则、全部测试
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes
SHELL := /bin/bash
.DEFAULT_GOAL := up
.PHONY: .venv up test lint format lock clean

# 印记晚于锁文件才算装好：锁一变就重装
.venv: .venv/.run

.venv/.run: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 以上，现在是 " + sys.version)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "安装依赖（requirements.lock）…"
	@$(PIP) -r requirements.lock
	@touch $@

.venv/.test: requirements-test.lock .venv/.run
	@echo "安装测试依赖（requirements-test.lock）…"
	@$(PIP) -r requirements-test.lock
	@touch $@

# exec：Ctrl-C 与 SIGTERM 直接到达服务进程
up: .venv/.run
	@exec $(BIN)/python manage.py up

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

# pytest 放在最后：它的小结就是最后一行
test: lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

format: .venv/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# 重新生成两份锁（需要 uv；锁里没有任何软件源地址）
UV_COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
lock:
	$(UV_COMPILE) --extra prod pyproject.toml -o requirements.lock
	$(UV_COMPILE) --extra prod --group test -c requirements.lock pyproject.toml -o requirements-test.lock

# 数据（var/）不在清理之列
clean:
	rm -rf .venv staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
