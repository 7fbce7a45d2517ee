package dev.kryonix.gateway.edge;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Charges what grpc-java collects of a message that is not complete yet to the budget of bodies.
 * grpc-java tells of every piece as it comes, which is the only place to hear of it; the refusal
 * that is thrown ends the call.
 */
final class MessageMemory extends ServerStreamTracer {
  /** So much of a message is free, so that small ones cost no accounting. */
  private static final int FREE_BYTES = 64 * 1024;

  private final BodyMemory memory;
  private final AtomicLong charged = new AtomicLong();
  private long collected;

  private MessageMemory(BodyMemory memory) {
    this.memory = memory;
  }

  static Factory factory(BodyMemory memory) {
    return new Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new MessageMemory(memory);
      }
    };
  }

  @Override
  public void inboundWireSize(long bytes) {
    collected += bytes;
    if (collected > FREE_BYTES) {
      try {
        memory.reserve(bytes);
      } catch (ServiceException e) {
        throw WireErrors.exception(e);
      }
      charged.addAndGet(bytes);
    }
  }

  @Override
  public void inboundMessageRead(int number, long wireBytes, long bytes) {
    if (collected > FREE_BYTES) {
      giveBack();
    }
    collected = 0;
  }

  @Override
  public void streamClosed(Status status) {
    giveBack();
  }

  private void giveBack() {
    memory.release(charged.getAndSet(0));
  }
}
