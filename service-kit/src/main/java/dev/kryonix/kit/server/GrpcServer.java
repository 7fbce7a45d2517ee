package dev.kryonix.kit.server;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.kryonix.kit.policy.MethodPolicies;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process's gRPC server: its services behind the chain, health, reflection. */
@Singleton
public final class GrpcServer {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);
  private static final int MAX_METADATA_BYTES = 16 * 1024;

  /**
   * A gateway's connection carries thousands of callers, who give up together when something is
   * slow; rapid reset (CVE-2023-44487) sends as many in a tenth of a second.
   */
  private static final int MAX_RESETS_PER_WINDOW = 20_000;

  private static final int RESET_WINDOW_SECONDS = 10;
  private static final int KEEPALIVE_MIN_SECONDS = 10;

  /**
   * The part of the heap that large requests may take from their first bytes until they are
   * answered. What is made of one takes as much again, or twice.
   */
  private static final int PART_FOR_REQUESTS = 8;

  private final ServerConfig config;
  private final Readiness readiness;
  private final Server server;

  GrpcServer(
      ServerConfig config,
      Readiness readiness,
      InterceptorChain chain,
      CallExecutors executors,
      EventLoops loops,
      List<BindableService> services,
      Optional<GrpcServerCustomizer> customizer) {
    this.config = config;
    this.readiness = readiness;
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(config.bind(), config.grpcPort()),
                InsecureServerCredentials.create())
            .maxInboundMessageSize(config.maxMessageBytes())
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .maxRstFramesPerWindow(MAX_RESETS_PER_WINDOW, RESET_WINDOW_SECONDS)
            .permitKeepAliveTime(KEEPALIVE_MIN_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true);
    List<BindableService> all = new ArrayList<>(services);
    all.add(health.getHealthService());
    if (customizer.isEmpty()) {
      all.add(ProtoReflectionServiceV1.newInstance());
      @SuppressWarnings("deprecation") // Older clients still speak v1alpha.
      BindableService older = ProtoReflectionService.newInstance();
      all.add(older);
    }
    List<ServerServiceDefinition> definitions =
        all.stream().map(BindableService::bindService).toList();
    MethodPolicies policies = MethodPolicies.of(descriptors(definitions));
    if (customizer.isEmpty()) {
      definitions.stream()
          .flatMap(service -> service.getMethods().stream())
          .map(ServerMethodDefinition::getMethodDescriptor)
          .filter(executors::isQuick)
          .forEach(chain::prepare);
      builder
          .bossEventLoopGroup(loops.group())
          .workerEventLoopGroup(loops.group())
          .channelType(loops.listenerType())
          .addStreamTracerFactory(MessageMemory.factory(requestMemory(), MessageMemory.Until.ENDED))
          .executor(executors.first())
          .callExecutor(executors.supplier(policies));
    }
    definitions.forEach(service -> builder.addService(chain.around(service, policies)));
    customizer.ifPresent(each -> each.customize(builder));
    this.server = builder.build();
    readiness.watch(serving -> health.setStatus("", status(serving)));
    // Those who spread calls over replicas ask for a service by its name: it takes calls as long as
    // the process does, for what it can do without a store it still does.
    readiness.watch(
        serving ->
            definitions.forEach(
                service ->
                    health.setStatus(
                        service.getServiceDescriptor().getName(),
                        status(!readiness.isDraining()))));
  }

  private static RequestMemory requestMemory() {
    return new RequestMemory("The service", Runtime.getRuntime().maxMemory() / PART_FOR_REQUESTS);
  }

  private static ServingStatus status(boolean serving) {
    return serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  /** Listens; a port that is taken ends the start with one clear line. */
  void start() {
    try {
      server.start();
    } catch (IOException e) {
      throw new StartException(
          "port %d is taken or cannot be bound; set KRYONIX_GRPC_PORT to another"
              .formatted(config.grpcPort()),
          e);
    }
    LOG.info("{} serves gRPC on {}:{}", config.service(), config.bind(), server.getPort());
  }

  /** The port that the server listens on. */
  public int port() {
    return server.getPort();
  }

  /**
   * Tells that it stops, takes no more connections, and lets running calls finish for at most the
   * grace; then ends them. Calls that clients have sent before they learned of it are served still:
   * HTTP/2 tells them which are the last (RFC 9113, section 6.8).
   */
  void drain(java.time.Duration grace) throws InterruptedException {
    readiness.drain();
    server.shutdown();
    if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
      server.shutdownNow();
      server.awaitTermination(1, TimeUnit.SECONDS);
    }
  }

  private static List<ServiceDescriptor> descriptors(List<ServerServiceDefinition> services) {
    List<ServiceDescriptor> descriptors = new ArrayList<>();
    for (ServerServiceDefinition service : services) {
      @Nullable Object schema = service.getServiceDescriptor().getSchemaDescriptor();
      if (schema instanceof ProtoServiceDescriptorSupplier supplier) {
        descriptors.add(supplier.getServiceDescriptor());
      }
    }
    return descriptors;
  }
}
