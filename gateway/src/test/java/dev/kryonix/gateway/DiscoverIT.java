package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reflection, in the words of grpcurl: what services there are, and what they look like. */
class DiscoverIT {
  private static final String V1 = "grpc.reflection.v1.ServerReflection";
  private static final String V1_ALPHA = "grpc.reflection.v1alpha.ServerReflection";

  @ParameterizedTest
  @ValueSource(strings = {V1, V1_ALPHA})
  void servicesAreListed(String service) {
    ServerReflectionResponse answer =
        ask(service, ServerReflectionRequest.newBuilder().setListServices("*").build());

    assertThat(answer.getListServicesResponse().getServiceList())
        .extracting(each -> each.getName())
        .contains("kryonix.echo.v1.EchoService", "kryonix.away.v1.AwayService");
  }

  @Test
  void aServiceIsDescribedWithoutItsInternalMethods() throws InvalidProtocolBufferException {
    ServerReflectionResponse answer = bySymbol("kryonix.echo.v1.EchoService");

    List<ByteString> files = answer.getFileDescriptorResponse().getFileDescriptorProtoList();
    FileDescriptorProto echo = FileDescriptorProto.parseFrom(files.getFirst());
    assertThat(echo.getService(0).getMethodList())
        .extracting(each -> each.getName())
        .contains("Echo", "Chat")
        .doesNotContain("Secret");
    assertThat(files).hasSizeGreaterThan(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kryonix.echo.v1.EchoService.Secret",
        "kryonix.tenant.v1.StateService",
        "kryonix.nowhere.Nothing"
      })
  void whatIsInternalIsNotFound(String symbol) {
    assertThat(bySymbol(symbol).getErrorResponse().getErrorCode()).isEqualTo(5);
  }

  private static ServerReflectionResponse bySymbol(String symbol) {
    return ask(V1, ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol).build());
  }

  private static ServerReflectionResponse ask(String service, ServerReflectionRequest request) {
    MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> method =
        ServerReflectionGrpc.getServerReflectionInfoMethod().toBuilder()
            .setFullMethodName(service + "/ServerReflectionInfo")
            .setType(MethodDescriptor.MethodType.UNARY)
            .build();
    return ClientCalls.blockingUnaryCall(Gateway.CHANNEL, method, CallOptions.DEFAULT, request);
  }
}
