# The program alone, on the CPU:
#
#     docker build -t hesscope .
#     docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" hesscope run
FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --release --locked --package hesscope-cli \
    && strip --strip-all target/release/hesscope

FROM debian:bookworm-slim
COPY --from=build /source/target/release/hesscope /usr/local/bin/hesscope
COPY --from=build /source/LICENSE-APACHE /source/LICENSE-MIT /usr/share/doc/hesscope/
# Caches go to a folder that any user may write to.
ENV XDG_CACHE_HOME=/tmp/cache
WORKDIR /work
ENTRYPOINT ["hesscope"]
CMD ["--help"]
