package dev.kryonix.bench.cache;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.MetadataUtils;
import java.util.function.Supplier;

/** A token on every call. */
final class Bearer {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private Bearer() {}

  static ClientInterceptor of(String token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /** A token that is asked for at every call, and mostly the same. */
  static ClientInterceptor of(Supplier<String> token) {
    return new ClientInterceptor() {
      private volatile Attached last = new Attached("", of(""));

      @Override
      public <Q, R> ClientCall<Q, R> interceptCall(
          MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        Attached attached = last;
        String now = token.get();
        if (!attached.token().equals(now)) {
          attached = new Attached(now, of(now));
          last = attached;
        }
        return attached.interceptor().interceptCall(method, options, next);
      }
    };
  }

  private record Attached(String token, ClientInterceptor interceptor) {}
}
