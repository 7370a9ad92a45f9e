# Holdfast's image: both programs, the libraries that they use, and nothing else: no shell, no package
# manager. Builds with docker and with buildah.

FROM debian:trixie AS build
WORKDIR /src
COPY hack/packages hack/packages
RUN apt-get update && \
    apt-get install -y --no-install-recommends \
      $(awk '/^\[/ {group = $0} /^[a-z]/ && group == "[build]"' hack/packages)
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY crds crds
COPY common common
COPY controller controller
COPY dataplane dataplane
COPY hack/image-root hack/image-root
COPY LICENSE NOTICE ./
# In one step, so that no layer keeps what was only on the way.
RUN --mount=type=cache,target=/root/.cache/ccache \
    cmake --preset release -D HOLDFAST_TESTS=OFF && cmake --build --preset release && \
    hack/image-root /image build/release/bin/holdfast-* && \
    rm -rf build

FROM scratch
ARG VERSION=dev
LABEL org.opencontainers.image.title="Holdfast" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.description="A WebSocket gateway for Kubernetes: controller and data plane" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="docker.io/library/debian:trixie"
COPY --from=build /image /
USER 65532:65532
ENV PATH=/usr/bin
CMD ["holdfast-dataplane", "--help"]
