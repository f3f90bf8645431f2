#!/bin/sh
# SPDX-License-Identifier: MIT
# All layers that need no container, on the coverage build; then the report. LAYERS= chooses others.
set -eu

cd "$(dirname "$0")/../.."
find build/coverage -name '*.gcda' -delete 2>/dev/null || true
make --no-print-directory -j "$(nproc)" WORLD=coverage program helpers unit
# A process that has changed its user must be able to write its counters too.
find build/coverage -type d -exec chmod a+rwx {} +
umask 0
# shellcheck disable=SC2086  # a list of layers
tests/run --arch coverage ${LAYERS:-} || echo "coverage: some tests failed, the figures are of what ran"
python3 tests/coverage/report.py "$@"
python3 tests/coverage/reasons.py
python3 tests/coverage/rows.py ${LAYERS:+--report}
