package dev.kryonix.interop;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.api.policy.v1.Idempotency;
import dev.kryonix.api.policy.v1.Policy;
import dev.kryonix.api.policy.v1.PolicyProto;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.testing.integration.TestServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The contract of gRPC's own test service, as a service behind the gateway brings it: each RPC with
 * a policy, which is that anybody may call it.
 */
final class TestContract {
  /** What the gateway calls the service: the last part of its package. */
  static final String UPSTREAM = "testing";

  private static final Policy OPEN =
      Policy.newBuilder()
          .setExposure(Exposure.EXPOSURE_PUBLIC)
          .setIdempotency(Idempotency.IDEMPOTENCY_NONE)
          .build();

  private TestContract() {}

  /** Writes it as a descriptor set, imports included. */
  static Path write(Path folder) throws IOException {
    Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
    add(service().getFile(), files);
    add(PolicyProto.getDescriptor(), files);
    files.computeIfPresent(service().getFile().getName(), (name, file) -> withPolicies(file));
    Path file = folder.resolve("testing.pb");
    Files.write(
        file, FileDescriptorSet.newBuilder().addAllFile(files.values()).build().toByteArray());
    return file;
  }

  private static ServiceDescriptor service() {
    var schema = TestServiceGrpc.getServiceDescriptor().getSchemaDescriptor();
    return ((ProtoServiceDescriptorSupplier) Objects.requireNonNull(schema)).getServiceDescriptor();
  }

  private static void add(FileDescriptor file, Map<String, FileDescriptorProto> to) {
    file.getDependencies().forEach(imported -> add(imported, to));
    to.put(file.getName(), file.toProto());
  }

  private static FileDescriptorProto withPolicies(FileDescriptorProto source) {
    FileDescriptorProto.Builder file =
        source.toBuilder().clearService().addDependency(PolicyProto.getDescriptor().getName());
    for (ServiceDescriptorProto service : source.getServiceList()) {
      ServiceDescriptorProto.Builder opened = service.toBuilder();
      for (MethodDescriptorProto.Builder method : opened.getMethodBuilderList()) {
        method.setOptions(method.getOptions().toBuilder().setExtension(PolicyProto.policy, OPEN));
      }
      file.addService(opened);
    }
    return file.build();
  }
}
