package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.ContractRules;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The end of a pipeline whose client is done while the stream's task runs. */
class PipelineEndTest {
  @Test
  void aStreamEndsWheneverItsClientIsDone() throws Exception {
    try (ExecutorService task = Executors.newSingleThreadExecutor();
        ExecutorService transport = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < 30_000; i++) {
        Client client = new Client();
        Pipeline pipeline = pipeline(client, task);
        client.ready.run();
        int spins = i % 200;
        Future<?> done =
            transport.submit(
                () -> {
                  for (int spin = 0; spin < spins; spin++) {
                    Thread.onSpinWait();
                  }
                  pipeline.onCompleted();
                });
        done.get();
        assertThat(client.ended.await(60, TimeUnit.SECONDS)).as("stream " + i).isTrue();
      }
    }
  }

  @Test
  void thatTheClientIsDoneIsSeenWhenItHappensWithinTheTask() throws Exception {
    try (ExecutorService task = Executors.newSingleThreadExecutor()) {
      Client client = new Client();
      Pipeline pipeline = pipeline(client, task);
      client.whileAsked = pipeline::onCompleted;
      client.ready.run();

      assertThat(client.ended.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @SuppressWarnings("NullAway") // No operation comes, so nobody is asked to carry one out.
  private static Pipeline pipeline(Client client, ExecutorService task) {
    PipelineSteps steps =
        new PipelineSteps(
            null,
            null,
            operation -> {
              throw new AssertionError("no operation comes");
            },
            increment -> {
              throw new AssertionError("no operation comes");
            },
            new ContractRules());
    AnswerMemory memory = new AnswerMemory(1 << 20);
    Pipeline pipeline =
        new Pipeline(client, steps, task, memory.share(new TenantUid(UUID.randomUUID())));
    Object unused = pipeline.open();
    return pipeline;
  }

  /** The side of the stream that the transport shows. */
  private static final class Client extends ServerCallStreamObserver<MessageLite> {
    private final CountDownLatch ended = new CountDownLatch(1);
    private Runnable ready = () -> {};
    private volatile Runnable whileAsked = () -> {};

    @Override
    public boolean isReady() {
      Runnable once = whileAsked;
      whileAsked = () -> {};
      once.run();
      return true;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
      ready = handler;
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }

    @Override
    public void onError(Throwable failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void onNext(MessageLite response) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void disableAutoRequest() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}
