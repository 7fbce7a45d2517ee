package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.PipelineRequest;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.kit.server.ContractRules;
import dev.kryonix.kit.state.TenantView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Entries of the predecessor on a real Redis of either kind. */
abstract class LegacyKeysSuite extends CacheTest {
  private static final EntryKey ADDRESS = new EntryKey("crm", "temp", "a:{b}");

  @Override
  Map<String, Object> settings() {
    return Map.of("kryonix.cache.legacy-keys", "true");
  }

  @Test
  void theyAreReadUntilTheirAddressIsWrittenOrDeleted() {
    TenantView tenant = tenant();
    byte[] key = ("cliente:" + tenant.id() + ":crm:temp:a:{b}").getBytes(StandardCharsets.UTF_8);
    redis.await(redis.commands().set(key, "old".getBytes(StandardCharsets.UTF_8)));
    assertThat(value(tenant, ADDRESS)).contains("old");

    entries.write(tenant, put(ADDRESS, "new"));
    assertThat(value(tenant, ADDRESS)).contains("new");
    assertThat(redis.await(redis.commands().exists(key))).isZero();

    redis.await(redis.commands().set(key, "old".getBytes(StandardCharsets.UTF_8)));
    assertThat(entries.delete(tenant, ADDRESS, OptionalLong.empty())).contains(true);
    assertThat(value(tenant, ADDRESS)).isEmpty();
    assertThat(entries.delete(tenant, ADDRESS, OptionalLong.empty())).contains(false);
  }

  @Test
  void aPipelinesWritesAndDeletionsRemoveThem() {
    TenantView tenant = tenant();
    PipelineSteps steps =
        new PipelineSteps(
            context.getBean(Entries.class),
            context.getBean(Leases.class),
            operation -> tenant,
            increment -> {
              throw new AssertionError("none is sent");
            },
            new ContractRules());
    byte[] key = legacy(tenant, "a:{b}");
    steps
        .start(
            PipelineRequest.newBuilder()
                .setSet(
                    SetRequest.newBuilder()
                        .setModule("crm")
                        .setType("temp")
                        .setKey("a:{b}")
                        .setValue(ByteString.copyFromUtf8("new")))
                .build())
        .join();
    assertThat(redis.await(redis.commands().exists(key))).isZero();

    legacy(tenant, "a:{b}");
    steps
        .start(
            PipelineRequest.newBuilder()
                .setDelete(
                    DeleteRequest.newBuilder().setModule("crm").setType("temp").setKey("a:{b}"))
                .build())
        .join();
    assertThat(redis.await(redis.commands().exists(key))).isZero();
    assertThat(value(tenant, ADDRESS)).isEmpty();
  }

  @Test
  void whatIsNoStringIsAMiss() {
    TenantView tenant = tenant();
    byte[] key = ("cliente:" + tenant.id() + ":crm:temp:list").getBytes(StandardCharsets.UTF_8);
    redis.await(redis.commands().hset(key, new byte[] {1}, new byte[] {1}));
    legacy(tenant, "a:{b}");

    assertThat(
            entries.read(tenant, List.of(new EntryKey("crm", "temp", "list"), ADDRESS)).stream()
                .map(each -> each instanceof Lookup.Hit))
        .containsExactly(false, true);
  }

  @Test
  void theyAreCountedAndErasedWithTheirTenant() {
    TenantView tenant = tenant();
    Leftovers leftovers = context.getBean(Leftovers.class);
    legacy(tenant, "one");
    byte[] neighbours = "cliente:acme2:crm:temp:one".getBytes(StandardCharsets.UTF_8);
    redis.await(redis.commands().set(neighbours, new byte[] {1}));
    leftovers.erase(tenant.id(), space(tenant));
    assertThat(leftovers.count(tenant.id(), space(tenant))).isZero();

    legacy(tenant, "one");
    legacy(tenant, "two");
    assertThat(leftovers.count(tenant.id(), space(tenant))).isEqualTo(2);
    leftovers.erase(tenant.id(), space(tenant));
    assertThat(leftovers.count(tenant.id(), space(tenant))).isZero();
    assertThat(redis.await(redis.commands().exists(neighbours))).isEqualTo(1);
  }

  private byte[] legacy(TenantView tenant, String key) {
    byte[] whole = ("cliente:" + tenant.id() + ":crm:temp:" + key).getBytes(StandardCharsets.UTF_8);
    redis.await(redis.commands().set(whole, "old".getBytes(StandardCharsets.UTF_8)));
    return whole;
  }
}
