package dev.kryonix.gateway.discover;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import jakarta.inject.Singleton;

/**
 * Server reflection under its older name, v1alpha, for the clients that still ask for it; the
 * messages are the same.
 */
@Singleton
final class OlderReflectionEndpoint implements BindableService {
  private static final String NAME = "grpc.reflection.v1alpha.ServerReflection";

  private final ReflectionEndpoint current;

  OlderReflectionEndpoint(ReflectionEndpoint current) {
    this.current = current;
  }

  @Override
  public ServerServiceDefinition bindService() {
    ServerServiceDefinition.Builder older = ServerServiceDefinition.builder(NAME);
    current.bindService().getMethods().forEach(method -> older.addMethod(renamed(method)));
    return older.build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> renamed(ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        descriptor.toBuilder()
            .setFullMethodName(
                MethodDescriptor.generateFullMethodName(NAME, descriptor.getBareMethodName()))
            .setSchemaDescriptor(null)
            .build(),
        method.getServerCallHandler());
  }
}
