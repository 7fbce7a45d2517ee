package dev.kryonix.kit.server;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.nio.file.Path;

/**
 * Where a process listens and where its keys are.
 *
 * @param service the service's name: tenant, messaging, cache, backup or gateway
 * @param bind the address that every port is bound to
 * @param grpcPort the port of gRPC
 * @param managementPort the port of health and metrics
 * @param keysDir the folder of the platform key and the service keys
 * @param maxMessageBytes the largest message that is taken
 */
@ConfigurationProperties("kryonix.server")
public record ServerConfig(
    String service,
    @Bindable(defaultValue = "127.0.0.1") String bind,
    int grpcPort,
    int managementPort,
    Path keysDir,
    @Bindable(defaultValue = "16777216") int maxMessageBytes) {}
