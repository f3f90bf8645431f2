#!/bin/sh
# SPDX-License-Identifier: MIT
# The image of the guide's app: builds it unless it is there (the Python package index is needed), and prints its name.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../../docker/test-image.sh" superinsight-app "$here" Dockerfile constraints.txt app.py
