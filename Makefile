# make chat: install, index the starter articles, open the chat on localhost. make test: install, run every test.
# Everything goes into .venv/; `install` is quick when nothing changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Where the CPU build of torch comes from when pip's own configuration does not offer one (see README, "Two commands").
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
# Where `make bench` reads articles and keeps its figures.
RAG_DATA ?= ../shared/data
RESULTS := benchmarks/results
# Sizes of the growing index; 5000000 too takes an hour and 40 GB. Structures of FAISS's index factory beside the index's own.
GROWTH ?= 1000 10000 100000 1000000
OTHERS ?= IVF512,Flat@16 HNSW32,Flat
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= false

.PHONY: help install chat test check format bench faults evals train clean

help:
	@echo "make chat    install, index seeds/, open the chat on http://127.0.0.1:7860"
	@echo "make test    install, run all tests (the page in a real browser too)"
	@echo "make check   ruff, mypy, import-linter"
	@echo "make bench   speed, side by side with other libraries"
	@echo "make faults  kill a writer at every file-system call, fail every call, flip bits in every file, ask while articles change (needs cc)"
	@echo "make train   train the evidence model anew from licensed data (up to two and a half hours on two cores; training/README.md)"
	@echo "make evals   the evaluation sets in evals/; fails where a headline figure has dropped"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@echo "[1/3] virtual environment in $(VENV)/"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, this is $$($(BIN)/python -V). Run: make install PYTHON=python3.12"; exit 1; }
	@echo "[2/3] torch for the CPU (about 200 MB)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps -c constraints.txt torch 2>/dev/null || \
		$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --no-deps -c constraints.txt --index-url $(TORCH_INDEX) torch
	@echo "[3/3] everything else (about 700 MB, two to five minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
	@echo "Installed. Try: $(BIN)/rag --help"

chat: install
	@$(BIN)/rag add seeds
	@$(BIN)/python app.py

test: install
	@$(BIN)/python -m pytest --durations=15

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: install
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench,peers]'
	@$(BIN)/python benchmarks/sentence_splitters.py --out $(RESULTS)/sentence_splitters.json
	@$(BIN)/python benchmarks/encoder_speed.py --torch --start-up --reader --out $(RESULTS)/encoder_speed.json
	@$(BIN)/python -m benchmarks.ingest --out $(RESULTS)/ingest.json --plot docs/images/ingest.svg
	@$(BIN)/python -m benchmarks.precision --out $(RESULTS)/precision.json
	@RAG_PRECISION=int8 $(BIN)/rag add $(RAG_DATA)/realtimeqa-2023h1/articles.jsonl.gz --index .cache/bench/index
	@RAG_PRECISION=int8 $(BIN)/python -m benchmarks.growth .cache/bench/index --work .cache/bench/growth --passages $(GROWTH) \
		--out $(RESULTS)/growth.json --plot docs/images/growth.svg
	@RAG_PRECISION=int8 $(BIN)/python -m benchmarks.scale .cache/bench/index --work .cache/bench/scale \
		--out $(RESULTS)/scale.json --plot docs/images/scale.svg --likeness docs/images/likeness.svg
	@RAG_PRECISION=int8 $(BIN)/python -m benchmarks.scale .cache/bench/index --work .cache/bench/scale --passages 100000 250000 \
		--structures $(OTHERS) --out $(RESULTS)/scale.json
	@$(BIN)/python -m benchmarks.stories --out $(RESULTS)/stories.json

faults: install
	@$(BIN)/python -m benchmarks.faults.campaign --out $(RESULTS)/faults.json
	@$(BIN)/python -m benchmarks.faults.damage --out $(RESULTS)/damage.json
	@$(BIN)/python -m benchmarks.faults.asking --out $(RESULTS)/asking.json
	@$(BIN)/python -m benchmarks.faults.orders --out $(RESULTS)/orders.json

evals: install
	@$(BIN)/python -m evals.gate

train: install
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train]'
	@RAG_DATA=$(RAG_DATA) $(BIN)/python training/train_reader.py
	@RAG_DATA=$(RAG_DATA) $(BIN)/python training/fit_reader.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build *.egg-info
