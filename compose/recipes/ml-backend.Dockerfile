# SPDX-License-Identifier: MIT
#
# A machine-learning backend that gives its token to label-studio-sdk, under the name LABEL_STUDIO_API_KEY. The SDK
# exchanges a Personal Access Token by itself, so here a JWT is right: LABELGATE_JWT=accept lets it through, and the
# health check exchanges it as the SDK does.
ARG LABELGATE=labelgate
ARG BASE=your-backend
FROM ${LABELGATE} AS labelgate

FROM ${BASE}
COPY --from=labelgate /labelgate /labelgate
WORKDIR /app
COPY backend.py ./
# In the environment and not as an option of run, so that the health check sees it too.
ENV LABELGATE_JWT=accept
ENTRYPOINT ["/labelgate", "run", "--"]
CMD ["python3", "backend.py"]
HEALTHCHECK --interval=30s --timeout=10s --retries=3 CMD ["/labelgate", "health"]
