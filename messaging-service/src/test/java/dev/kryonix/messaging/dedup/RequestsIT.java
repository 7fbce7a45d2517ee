package dev.kryonix.messaging.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.DatabaseException;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.MessagingBeans;
import dev.kryonix.messaging.dedup.RequestStore.Ending;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever asks for a request hears of it, whatever the database says. */
final class RequestsIT {
  private static final TenantView TENANT =
      new TenantView(
          new TenantId("requests"),
          new TenantUid(UUID.randomUUID()),
          1,
          Serving.SERVING,
          "basic",
          Set.of("crm"),
          Limits.getDefaultInstance(),
          "local",
          List.of(),
          Set.of(),
          Set.of());

  @Test
  void aStatementThatTheDatabaseRefusesLeavesNobodyWithoutAnAnswer(@TempDir Path keys)
      throws Exception {
    try (ApplicationContext context = MessagingBeans.start(keys)) {
      Requests requests = context.getBean(Requests.class);

      // No request gets here with it, but PostgreSQL takes no such text.
      CompletableFuture<Taken> refused = take(requests, "a\u0000b");
      CompletableFuture<Void> behind = new CompletableFuture<>();
      requests.after(TENANT, () -> behind.complete(null));
      CompletableFuture<Void> ended = new CompletableFuture<>();
      requests.end(TENANT, new Ending.Refused(request("a\u0000b")), () -> ended.complete(null));

      assertThatThrownBy(() -> refused.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(DatabaseException.class);
      behind.get(20, TimeUnit.SECONDS);
      ended.get(20, TimeUnit.SECONDS);
      assertThat(take(requests, "r1").get(20, TimeUnit.SECONDS)).isInstanceOf(Taken.Mine.class);
    }
  }

  private static CompletableFuture<Taken> take(Requests requests, String id) {
    CompletableFuture<Taken> answer = new CompletableFuture<>();
    requests.take(
        TENANT,
        request(id),
        new Requests.Listener() {
          @Override
          public void taken(Taken taken) {
            answer.complete(taken);
          }

          @Override
          public void failed(RuntimeException why) {
            answer.completeExceptionally(why);
          }
        });
    return answer;
  }

  private static Take request(String id) {
    return new Take(id, ByteString.copyFromUtf8("content"), "m1");
  }
}
