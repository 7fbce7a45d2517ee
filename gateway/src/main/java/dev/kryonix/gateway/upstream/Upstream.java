package dev.kryonix.gateway.upstream;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One service behind the gateway: several channels, each balanced over the addresses of its name,
 * and taken in turn call by call, so that no connection becomes the bottleneck.
 */
public final class Upstream {
  private final String name;
  private final List<ManagedChannel> channels;
  private final AtomicInteger turn = new AtomicInteger();

  Upstream(String name, List<ManagedChannel> channels) {
    this.name = name;
    this.channels = List.copyOf(channels);
  }

  /** The service's name, such as {@code cache}. */
  public String name() {
    return name;
  }

  /**
   * A method whose messages pass as bytes. Its type is left open, so that gRPC counts no messages
   * for us.
   */
  public static MethodDescriptor<Frame, Frame> method(String fullMethodName) {
    return MethodDescriptor.newBuilder(FrameMarshaller.INSTANCE, FrameMarshaller.INSTANCE)
        .setType(MethodType.UNKNOWN)
        .setFullMethodName(fullMethodName)
        .build();
  }

  /** A call on the next channel. */
  public ClientCall<Frame, Frame> call(MethodDescriptor<Frame, Frame> method, CallOptions options) {
    int index = Math.floorMod(turn.getAndIncrement(), channels.size());
    return channels.get(index).newCall(method, options);
  }

  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
