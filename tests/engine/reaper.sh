#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Outlives a test run and removes what it left, also when it was killed. Waits for the end of its standard input, whose
# other end the run holds. Everything that a run makes carries the run's word in its name.
#
#   reaper.sh WORD
set -u

trap '' INT TERM HUP
cat >/dev/null

all() { # COMMAND ARG...: each line of standard input as a last argument
    while read -r one; do "$@" "$one" >/dev/null 2>&1; done
}

stacks=$(docker stack ls --format '{{.Name}}' 2>/dev/null | grep "$1")
if [ -n "$stacks" ]; then
    docker swarm leave --force >/dev/null 2>&1
fi
docker ps --all --quiet --filter "name=$1" | all docker rm --force --volumes
docker network ls --quiet --filter "name=$1" | all docker network rm
docker volume ls --quiet --filter "name=$1" | all docker volume rm
docker images --format '{{.Repository}}:{{.Tag}}' "$1/*" | all docker rmi --force
