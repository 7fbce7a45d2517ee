package dev.kryonix.gateway.upstream;

import dev.kryonix.kit.server.EventLoops;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One service behind the gateway: several channels, each balanced over the addresses of its name.
 * Each belongs to one event loop, and a call takes the next one of the loop that it came in on, so
 * that no connection becomes the bottleneck and no message has to wake another thread.
 */
public final class Upstream {
  private final String name;
  private final List<ManagedChannel> channels;
  private final EventLoops loops;
  private final Guard guard;
  private final OpenTransports transports;
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * @param channels the same number for each event loop; the channel at {@code i} belongs to the
   *     loop {@code i} modulo the number of loops
   */
  Upstream(
      String name,
      List<ManagedChannel> channels,
      EventLoops loops,
      Guard guard,
      OpenTransports transports) {
    this.name = name;
    this.guard = guard;
    this.transports = transports;
    this.channels = List.copyOf(channels);
    this.loops = loops;
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

  /**
   * A unary call, or one that is refused at once.
   *
   * @param ownDeadline whether its deadline is the gateway's, not the caller's
   */
  ClientCall<Frame, Frame> unary(
      MethodDescriptor<Frame, Frame> method, CallOptions options, boolean ownDeadline) {
    return guard.unary(call(method, options), ownDeadline);
  }

  /** A call of any other kind, or one that is refused at once. */
  ClientCall<Frame, Frame> stream(MethodDescriptor<Frame, Frame> method, CallOptions options) {
    return guard.stream(call(method, options));
  }

  /** A call on the next channel of this event loop; on any other thread, on the next of all. */
  private ClientCall<Frame, Frame> call(
      MethodDescriptor<Frame, Frame> method, CallOptions options) {
    int loop = loops.current();
    int next = turn.getAndIncrement();
    int index =
        loop == EventLoops.NONE
            ? Math.floorMod(next, channels.size())
            : loop + loops.count() * Math.floorMod(next, channels.size() / loops.count());
    return channels.get(index).newCall(method, options);
  }

  /** How it is seen now. */
  public UpstreamState state() {
    float failures = guard.failurePercent();
    return new UpstreamState(
        name,
        guard.state().name(),
        failures < 0 ? OptionalDouble.empty() : OptionalDouble.of(failures),
        guard.runningCalls(),
        guard.runningStreams(),
        transports.byAddress());
  }

  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
