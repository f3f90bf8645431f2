# SPDX-License-Identifier: MIT
#
# An image without a shell, a libc or anything else: one static program and labelgate. Only the exec form works here,
# for HEALTHCHECK too.
ARG LABELGATE=labelgate
FROM ${LABELGATE} AS labelgate

FROM scratch
COPY app /app/
COPY --from=labelgate /labelgate /labelgate
ENTRYPOINT ["/labelgate", "run", "--"]
CMD ["/app/busybox", "sleep", "1000000"]
HEALTHCHECK --interval=30s --timeout=10s --retries=3 CMD ["/labelgate", "health"]
