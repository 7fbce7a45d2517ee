# One file for the five services: docker build --build-arg SERVICE=tenant|messaging|cache|backup|gateway .
# The first stage doesn't depend on SERVICE, so it is built once for all of them.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp package -pl '!benchmarks' -Dmaven.test.skip=true -Dspotless.check.skip=true
# One folder per service: app.jar, and lib beside it.
RUN for service in tenant messaging cache backup gateway; do \
      case $service in gateway) module=gateway ;; *) module=$service-service ;; esac; \
      mkdir -p "/apps/$service" && \
      cp "$module/target/kryonix-$module-1.0.0-SNAPSHOT.jar" "/apps/$service/app.jar" && \
      cp -r "$module/target/lib" "/apps/$service/lib" || exit 1; \
    done

FROM eclipse-temurin:25-jre
ARG SERVICE
RUN test -n "$SERVICE" || { echo 'give --build-arg SERVICE=…'; exit 1; } && \
    groupadd --gid 10001 kryonix && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin kryonix && \
    mkdir /keys /data && chown 10001:10001 /keys /data && chmod 700 /keys /data
COPY --from=build /apps/${SERVICE} /opt/kryonix
ENV KRYONIX_SERVICE=${SERVICE} KRYONIX_MANAGEMENT_PORT=9190
USER 10001:10001
WORKDIR /tmp
# With bash alone, because the image has no HTTP client. 200 means SERVING.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/$KRYONIX_MANAGEMENT_PORT && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200'"]
ENTRYPOINT ["sh", "-c", "exec java -XX:MaxRAMPercentage=60 -XX:+UseCompactObjectHeaders -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp '/opt/kryonix/app.jar:/opt/kryonix/lib/*' dev.kryonix.$KRYONIX_SERVICE.Application"]
