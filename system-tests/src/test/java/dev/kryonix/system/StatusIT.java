package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.system.contract.AnyCall;
import dev.kryonix.system.contract.Contract;
import dev.kryonix.system.contract.Rpc;
import dev.kryonix.system.contract.SmallestRequest;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/status.md lists exactly the RPCs that are not served yet. */
@OnPlatform
final class StatusIT {
  private static final Path STATUS = Path.of("..", "docs", "status.md");
  private static final Pattern LISTED =
      Pattern.compile("`(?:kryonix\\.)?(\\w+\\.v1\\.\\w+)/(\\w+)`");

  private final Channel strangers;
  private final Channel tenant;
  private final Channel admin;
  private final SmallestRequest ofTenant;
  private final SmallestRequest ofAdmin;
  private final Set<String> defects = new TreeSet<>();

  StatusIT(Platform platform) {
    TestTenant own = platform.newTenant();
    strangers = platform.grpc().channel();
    tenant = own.grpc();
    admin = platform.grpc().withToken(platform.operator().token(platform.adminApiKey()).getToken());
    ofTenant =
        new SmallestRequest(
            Map.of(
                "tenant",
                own.id(),
                "id",
                own.id(),
                "operation",
                "leads.create",
                "queue",
                "crm.leads.create"));
    // What an administrator may do to a tenant is tried on one that does not exist.
    ofAdmin = new SmallestRequest(Map.of("tenant", Platform.newTenantId()));
  }

  @Test
  void theRpcsThatAnswerUnimplementedAreThoseThatTheStatusLists() throws IOException {
    Set<String> listed = new TreeSet<>();
    LISTED
        .matcher(Files.readString(STATUS))
        .results()
        .forEach(result -> listed.add("kryonix." + result.group(1) + "/" + result.group(2)));

    Set<String> unimplemented = new TreeSet<>();
    for (Rpc rpc : Contract.load().rpcs()) {
      if (!rpc.isInternal() && !isServed(rpc)) {
        unimplemented.add(rpc.name());
      }
    }

    assertThat(defects).as("RPCs that failed").isEmpty();
    assertThat(listed).containsExactlyElementsOf(unimplemented);
  }

  private boolean isServed(Rpc rpc) {
    Refusal refusal;
    try {
      refusal = Refusal.ofCall(() -> call(rpc));
    } catch (AssertionError e) {
      // It answered.
      return true;
    }
    if (refusal.code() == Code.INTERNAL || refusal.code() == Code.UNKNOWN) {
      defects.add(rpc.name());
    }
    if (refusal.code() != Code.UNIMPLEMENTED) {
      return true;
    }
    if (!refusal.reason().equals("NOT_IMPLEMENTED")) {
      defects.add(rpc.name() + " gives no reason");
    }
    // A feature with another name is a field, and the RPC is served.
    return !refusal.metadata().getOrDefault("feature", rpc.name()).equals(rpc.name());
  }

  private Object call(Rpc rpc) throws Exception {
    Exposure exposure = rpc.policy().getExposure();
    Channel channel =
        switch (exposure) {
          case EXPOSURE_PUBLIC -> strangers;
          case EXPOSURE_PLATFORM -> admin;
          default -> tenant;
        };
    SmallestRequest smallest = exposure == Exposure.EXPOSURE_PLATFORM ? ofAdmin : ofTenant;
    // A stream that says nothing for a while is served; any other RPC answers.
    int seconds = rpc.method().isServerStreaming() ? 3 : 20;
    return AnyCall.first(rpc, smallest.of(rpc.method().getInputType()), channel, seconds);
  }
}
