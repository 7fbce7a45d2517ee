package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.TestTenant;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The gateway tells what it serves, so that grpcurl needs no proto files. */
@OnPlatform
final class ReflectionIT {
  private final Platform platform;

  ReflectionIT(Platform platform) {
    this.platform = platform;
  }

  @Test
  void thePublicServicesAreListedAndTheInternalOnesAreNot() throws Exception {
    var services =
        ask(ServerReflectionRequest.newBuilder().setListServices("").build())
            .getListServicesResponse()
            .getServiceList()
            .stream()
            .map(ServiceResponse::getName)
            .toList();

    assertThat(services)
        .contains(
            "kryonix.tenant.v1.TenantService",
            "kryonix.tenant.v1.AccessService",
            "kryonix.tenant.v1.AuditService",
            "kryonix.messaging.v1.MessagingService",
            "kryonix.messaging.v1.MobileService",
            "kryonix.cache.v1.CacheService",
            "kryonix.cache.v1.SessionService",
            "kryonix.cache.v1.SyncService",
            "kryonix.cache.v1.InsightService",
            "kryonix.backup.v1.BackupService",
            "kryonix.backup.v1.RestoreService",
            "kryonix.backup.v1.RecoveryService",
            "kryonix.backup.v1.DownloadService",
            "kryonix.backup.v1.ComplianceService",
            "kryonix.backup.v1.InsightService")
        .doesNotContain("kryonix.tenant.v1.StateService", "kryonix.snapshot.v1.SnapshotSource");
    assertThat(
            ask(symbol("kryonix.tenant.v1.StateService")).hasErrorResponse()
                || file("kryonix.tenant.v1.StateService").findServiceByName("StateService") == null)
        .isTrue();
  }

  @Test
  void aCallCanBeMadeFromWhatReflectionTellsAlone() throws Exception {
    TestTenant tenant = platform.newTenant();
    MethodDescriptor set =
        file("kryonix.cache.v1.CacheService")
            .findServiceByName("CacheService")
            .findMethodByName("Set");
    DynamicMessage request =
        DynamicMessage.newBuilder(set.getInputType())
            .setField(set.getInputType().findFieldByName("module"), "crm")
            .setField(set.getInputType().findFieldByName("type"), "temp")
            .setField(set.getInputType().findFieldByName("key"), "reflected")
            .setField(
                set.getInputType().findFieldByName("value"), ByteString.copyFromUtf8("dynamic"))
            .build();

    DynamicMessage answer = call(tenant.grpc(), set, request);

    assertThat(answer.hasField(set.getOutputType().findFieldByName("metadata"))).isTrue();
    assertThat(tenant.app().cached("crm/temp/reflected"))
        .contains(ByteString.copyFromUtf8("dynamic"));
  }

  private static DynamicMessage call(
      Channel channel, MethodDescriptor method, DynamicMessage request) {
    var marshalled =
        io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
            .setType(MethodType.UNARY)
            .setFullMethodName(method.getService().getFullName() + "/" + method.getName())
            .setRequestMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
            .setResponseMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
            .build();
    return ClientCalls.blockingUnaryCall(channel, marshalled, CallOptions.DEFAULT, request);
  }

  /** The file that declares a symbol, with all its imports, as the server gives them. */
  private FileDescriptor file(String symbol) throws Exception {
    Map<String, FileDescriptorProto> files = new HashMap<>();
    FileDescriptorProto first = collect(ask(symbol(symbol)), files);
    return link(first, files);
  }

  private FileDescriptor link(FileDescriptorProto file, Map<String, FileDescriptorProto> files)
      throws Exception {
    FileDescriptor[] imports = new FileDescriptor[file.getDependencyCount()];
    for (int i = 0; i < imports.length; i++) {
      String name = file.getDependency(i);
      FileDescriptorProto known = files.get(name);
      imports[i] =
          link(
              known != null
                  ? known
                  : collect(
                      ask(ServerReflectionRequest.newBuilder().setFileByFilename(name).build()),
                      files),
              files);
    }
    try {
      return FileDescriptor.buildFrom(file, imports);
    } catch (DescriptorValidationException e) {
      throw new AssertionError("reflection gave a broken file " + file.getName(), e);
    }
  }

  private static FileDescriptorProto collect(
      ServerReflectionResponse answer, Map<String, FileDescriptorProto> files)
      throws InvalidProtocolBufferException {
    assertThat(answer.hasFileDescriptorResponse()).isTrue();
    for (ByteString bytes : answer.getFileDescriptorResponse().getFileDescriptorProtoList()) {
      FileDescriptorProto file = FileDescriptorProto.parseFrom(bytes);
      files.put(file.getName(), file);
    }
    return FileDescriptorProto.parseFrom(
        answer.getFileDescriptorResponse().getFileDescriptorProto(0));
  }

  private static ServerReflectionRequest symbol(String name) {
    return ServerReflectionRequest.newBuilder().setFileContainingSymbol(name).build();
  }

  private ServerReflectionResponse ask(ServerReflectionRequest request)
      throws InterruptedException, StatusException {
    BlockingClientCall<ServerReflectionRequest, ServerReflectionResponse> call =
        ServerReflectionGrpc.newBlockingV2Stub(platform.grpc().channel())
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .serverReflectionInfo();
    call.write(request);
    call.halfClose();
    ServerReflectionResponse answer = call.read();
    assertThat(answer).isNotNull();
    return answer;
  }
}
