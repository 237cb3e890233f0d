# An image of dbm: docker build -t dbm .
#
#   docker run --rm -e DATABASE_URL -v "$PWD/migrations:/migrations:ro" dbm up
#
# An image with the migrations in it is that of a release, two lines long:
#
#   FROM dbm
#   COPY migrations /migrations
#
# It was not built with Docker yet. tests/packaging/try_dockerfile.sh has carried out its steps one by one in plain
# folders: made from Debian's packages, with chroot.

FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin dbm

FROM debian:bookworm-slim
# Certificates, for sslmode=verify-full with sslrootcert=system.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/target/release/dbm /usr/local/bin/dbm
# A number, so that Kubernetes can tell that it is not root.
USER 10001:10001
# ./migrations is /migrations.
WORKDIR /
ENTRYPOINT ["dbm"]
