#!/usr/bin/env bash
# Collects what benchmarks/gpu.py needs beside torch, transformers and accelerate, for Python 3.12 on x86-64 Linux without network.
# HFLM of lm-eval 0.4.13 imports nothing else that transformers does not bring: datasets, evaluate, sacrebleu, scikit-learn and
# the rest of lm-eval's requirements are for tasks and metrics, which the benchmark has none of.
#
#   bash benchmarks/gpu_wheels.sh [FOLDER]        # .whl by default, which git does not see
set -euo pipefail
folder=${1:-.whl}
mkdir -p "$folder"
python3 -m pip download -q --no-deps --only-binary=:all: --python-version 3.12 --implementation cp \
  --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 -d "$folder" lm_eval==0.4.13
du -ch --apparent-size "$folder"/*.whl
# There: python3 -m pip install -q --no-index --no-deps --target /tmp/site FOLDER/*.whl
#        PYTHONPATH=/tmp/site python3 benchmarks/gpu.py --minutes 9 --out "$OUT"
