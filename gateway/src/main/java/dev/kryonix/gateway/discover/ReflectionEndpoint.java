package dev.kryonix.gateway.discover;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.ExtensionNumberResponse;
import io.grpc.reflection.v1.FileDescriptorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.util.List;

/** Server reflection v1 over the public descriptors. */
@Singleton
final class ReflectionEndpoint extends ServerReflectionGrpc.ServerReflectionImplBase {
  private final PublicDescriptors descriptors;

  ReflectionEndpoint(PublicDescriptors descriptors) {
    this.descriptors = descriptors;
  }

  @Override
  public StreamObserver<ServerReflectionRequest> serverReflectionInfo(
      StreamObserver<ServerReflectionResponse> responses) {
    var caller = (ServerCallStreamObserver<ServerReflectionResponse>) responses;
    caller.disableAutoRequest();
    caller.request(1);
    return new StreamObserver<>() {
      @Override
      public void onNext(ServerReflectionRequest request) {
        caller.onNext(answer(request));
        caller.request(1);
      }

      @Override
      public void onError(Throwable gone) {
        // The caller has gone; there is nothing to release.
      }

      @Override
      public void onCompleted() {
        caller.onCompleted();
      }
    };
  }

  private ServerReflectionResponse answer(ServerReflectionRequest request) {
    ServerReflectionResponse.Builder answer =
        ServerReflectionResponse.newBuilder()
            .setValidHost(request.getHost())
            .setOriginalRequest(request);
    switch (request.getMessageRequestCase()) {
      case FILE_BY_FILENAME -> files(answer, descriptors.byName(request.getFileByFilename()));
      case FILE_CONTAINING_SYMBOL ->
          files(answer, descriptors.bySymbol(request.getFileContainingSymbol()));
      case FILE_CONTAINING_EXTENSION ->
          files(
              answer,
              descriptors.byExtension(
                  request.getFileContainingExtension().getContainingType(),
                  request.getFileContainingExtension().getExtensionNumber()));
      case ALL_EXTENSION_NUMBERS_OF_TYPE -> extensions(answer, request);
      case LIST_SERVICES -> answer.setListServicesResponse(list());
      case MESSAGEREQUEST_NOT_SET ->
          error(answer, Status.Code.INVALID_ARGUMENT, "The request asks for nothing.");
    }
    return answer.build();
  }

  private void extensions(
      ServerReflectionResponse.Builder answer, ServerReflectionRequest request) {
    String type = request.getAllExtensionNumbersOfType();
    if (!descriptors.knows(type)) {
      error(answer, Status.Code.NOT_FOUND, "No such type.");
      return;
    }
    answer.setAllExtensionNumbersResponse(
        ExtensionNumberResponse.newBuilder()
            .setBaseTypeName(type)
            .addAllExtensionNumber(descriptors.extensionNumbers(type)));
  }

  private ListServiceResponse list() {
    ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
    descriptors
        .services()
        .forEach(name -> list.addService(ServiceResponse.newBuilder().setName(name)));
    return list.build();
  }

  private static void files(ServerReflectionResponse.Builder answer, List<ByteString> files) {
    if (files.isEmpty()) {
      error(answer, Status.Code.NOT_FOUND, "No such file, symbol or extension.");
    } else {
      answer.setFileDescriptorResponse(
          FileDescriptorResponse.newBuilder().addAllFileDescriptorProto(files));
    }
  }

  private static void error(
      ServerReflectionResponse.Builder answer, Status.Code code, String message) {
    answer.setErrorResponse(
        ErrorResponse.newBuilder().setErrorCode(code.value()).setErrorMessage(message));
  }
}
