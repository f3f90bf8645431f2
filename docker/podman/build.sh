#!/bin/sh
# SPDX-License-Identifier: MIT
# The test image of Podman: builds it unless it is there, and prints its name.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../test-image.sh" podman "$here" Dockerfile containers.conf storage.conf
