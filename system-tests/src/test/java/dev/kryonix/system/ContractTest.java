package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.ExtensionRegistry;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.api.policy.v1.Idempotency;
import dev.kryonix.api.policy.v1.Policy;
import dev.kryonix.api.policy.v1.PolicyProto;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every RPC says who may call it, whether it can be repeated, and how it is reached over REST. */
final class ContractTest {
  private static final List<FileDescriptorProto> FILES = files();

  @Test
  void theDescriptorSetHoldsTheContracts() {
    assertThat(rpcs()).hasSizeGreaterThan(100);
  }

  @ParameterizedTest
  @MethodSource("rpcs")
  void anRpcHasAPolicyAndARoute(Rpc rpc) {
    assertThat(rpc.method().getOptions().hasExtension(PolicyProto.policy)).isTrue();
    Policy policy = rpc.method().getOptions().getExtension(PolicyProto.policy);
    assertThat(policy.getExposure()).isNotIn(Exposure.EXPOSURE_UNSPECIFIED, Exposure.UNRECOGNIZED);
    assertThat(policy.getIdempotency())
        .isNotIn(Idempotency.IDEMPOTENCY_UNSPECIFIED, Idempotency.UNRECOGNIZED);
    switch (policy.getExposure()) {
      case EXPOSURE_TENANT -> assertThat(policy.getScope()).isNotEmpty();
      case EXPOSURE_PUBLIC, EXPOSURE_INTERNAL -> assertThat(policy.getScope()).isEmpty();
      default -> {}
    }
    boolean routed = rpc.method().getOptions().hasExtension(AnnotationsProto.http);
    if (policy.getExposure() == Exposure.EXPOSURE_INTERNAL) {
      assertThat(routed).isFalse();
    } else if (!rpc.method().getClientStreaming()) {
      assertThat(routed).isTrue();
    }
  }

  static List<Rpc> rpcs() {
    return FILES.stream()
        .filter(file -> file.getPackage().startsWith("kryonix."))
        .flatMap(
            file ->
                file.getServiceList().stream()
                    .flatMap(
                        service ->
                            service.getMethodList().stream()
                                .map(
                                    method ->
                                        new Rpc(
                                            Stream.of(
                                                    file.getPackage(),
                                                    service.getName(),
                                                    method.getName())
                                                .reduce((a, b) -> a + "." + b)
                                                .orElseThrow(),
                                            method))))
        .toList();
  }

  private static List<FileDescriptorProto> files() {
    ExtensionRegistry extensions = ExtensionRegistry.newInstance();
    AnnotationsProto.registerAllExtensions(extensions);
    PolicyProto.registerAllExtensions(extensions);
    try (InputStream in = ContractTest.class.getResourceAsStream("/kryonix/descriptors.pb")) {
      if (in == null) {
        throw new IllegalStateException("no descriptor set on the class path");
      }
      return FileDescriptorSet.parseFrom(in, extensions).getFileList();
    } catch (IOException e) {
      throw new IllegalStateException("the descriptor set cannot be read", e);
    }
  }

  record Rpc(String name, MethodDescriptorProto method) {
    @Override
    public String toString() {
      return name;
    }
  }
}
