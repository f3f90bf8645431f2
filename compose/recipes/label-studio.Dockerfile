# SPDX-License-Identifier: MIT
#
# Label Studio itself. It has no token to judge, so labelgate is its init, and its health check asks whether Label Studio
# answers as Label Studio: /health says UP even under a wrong path.
ARG LABELGATE=labelgate
ARG BASE=heartexlabs/label-studio:1.22.0
FROM ${LABELGATE} AS labelgate

FROM ${BASE}
COPY --from=labelgate /labelgate /labelgate
ENV LABELGATE_NO_TOKEN=1 LABEL_STUDIO_URL=http://localhost:8080
ENTRYPOINT ["/labelgate", "run", "--"]
CMD ["label-studio", "start", "--no-browser", "--internal-host", "0.0.0.0", "--port", "8080"]
# The first start migrates the database for a minute.
HEALTHCHECK --interval=10s --timeout=10s --retries=3 --start-period=180s CMD ["/labelgate", "health"]
