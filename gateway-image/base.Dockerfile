# The root file system of an image, from Debian packages and without a package manager: tools/image-base in a build stage. Where no
# registry can be reached, tools/images runs it on the machine itself, with the same result.
ARG DEBIAN=debian:trixie-slim
FROM ${DEBIAN} AS packages
LABEL dev.datapath.stage=packages
ARG PACKAGES
COPY tools/ /build/tools/
RUN /build/tools/image-base /base ${PACKAGES}

FROM scratch
COPY --from=packages /base/ /
