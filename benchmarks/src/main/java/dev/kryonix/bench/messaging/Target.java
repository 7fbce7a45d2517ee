package dev.kryonix.bench.messaging;

import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;

/**
 * Where messages go, as whom.
 *
 * @param address host and port
 * @param token of the tenant; empty for nobody
 */
record Target(String address, String token) {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** The same place, for calls that bring their own tokens. */
  Target withoutToken() {
    return new Target(address, "");
  }

  /** The tenant's calls on a connection that others share. */
  Channel over(ManagedChannel shared) {
    return ClientInterceptors.intercept(shared, bearer());
  }

  /** A connection of its own. Callbacks run on its event loop, and must not block. */
  ManagedChannel connect() {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(address).usePlaintext().directExecutor();
    if (!token.isEmpty()) {
      builder.intercept(bearer());
    }
    return builder.build();
  }

  private ClientInterceptor bearer() {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }
}
