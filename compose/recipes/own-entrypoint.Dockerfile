# SPDX-License-Identifier: MIT
#
# An image that has an ENTRYPOINT of its own. It stays, behind labelgate's, and does what it always did.
#   docker build -f own-entrypoint.Dockerfile --build-arg BASE=your-image -t guarded .
ARG LABELGATE=labelgate
ARG BASE=your-image
FROM ${LABELGATE} AS labelgate

FROM ${BASE}
COPY --from=labelgate /labelgate /labelgate
# The words after -- are the image's own: docker inspect --format '{{.Config.Entrypoint}} {{.Config.Cmd}}' your-image
ENTRYPOINT ["/labelgate", "run", "--", "/own-entrypoint"]
# A new ENTRYPOINT drops the image's CMD, so it is repeated.
CMD ["sleep", "infinity"]
# USER, WORKDIR and STOPSIGNAL are inherited, and so would be its HEALTHCHECK: this one takes its place.
HEALTHCHECK --interval=30s --timeout=10s --retries=3 CMD ["/labelgate", "health"]
