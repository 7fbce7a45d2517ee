package dev.kryonix.kit.server;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Charges what grpc-java collects of a message that is not complete yet. HTTP/2's flow control does
 * not bound it: grpc-java gives the window back for each piece. It tells of every piece as it
 * comes, which is the only place to hear of it. A refusal first closes the call, with all that it
 * has to say, and is then thrown, upon which grpc-java resets the stream and lets go of the pieces.
 */
public final class MessageMemory extends ServerStreamTracer {
  /** Until when a message is charged. */
  public enum Until {
    /** Whoever reads it answers for it from then on. */
    READ,
    /** The only message of a call stays charged until the call has ended, as it is held so long. */
    ENDED
  }

  /** So much of a message is free, so that small ones cost no accounting. */
  private static final int FREE_BYTES = 64 * 1024;

  private static final Context.Key<MessageMemory> OF_CALL = Context.key("message-memory");

  private final RequestMemory memory;
  private final Until until;
  private volatile @Nullable Consumer<ServiceException> refusal;
  private boolean kept;
  private final AtomicLong charged = new AtomicLong();
  private long collected;

  private MessageMemory(RequestMemory memory, Until until) {
    this.memory = memory;
    this.until = until;
  }

  /** Charges all messages of a server to the budget. */
  public static Factory factory(RequestMemory memory, Until until) {
    return new Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new MessageMemory(memory, until);
      }
    };
  }

  /** Sets what closes the call of this context when its message is refused. */
  static void onRefusal(Consumer<ServiceException> close) {
    MessageMemory ofCall = OF_CALL.get();
    if (ofCall != null) {
      ofCall.refusal = close;
    }
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(OF_CALL, this);
  }

  @Override
  public void serverCallStarted(ServerCallInfo<?, ?> call) {
    kept = until == Until.ENDED && call.getMethodDescriptor().getType().clientSendsOneMessage();
  }

  @Override
  public void inboundWireSize(long bytes) {
    collected += bytes;
    if (collected > FREE_BYTES) {
      try {
        memory.reserve(bytes);
      } catch (ServiceException e) {
        Consumer<ServiceException> close = refusal;
        if (close != null) {
          close.accept(e);
        }
        throw WireErrors.exception(e);
      }
      charged.addAndGet(bytes);
    }
  }

  @Override
  public void inboundMessageRead(int number, long wireBytes, long bytes) {
    if (collected > FREE_BYTES && !kept) {
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
