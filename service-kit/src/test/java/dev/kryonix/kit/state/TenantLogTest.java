package dev.kryonix.kit.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.kit.identity.TenantUid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TenantLogTest {
  private final Path folder;

  TenantLogTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void whatWasMadeComesBackWhole() {
    DesiredTenant tenant =
        Sample.tenant(Sample.ACME, Sample.FIRST, 7)
            .setServing(ServingState.SERVING_STATE_SUSPENDED)
            .addModules("crm")
            .addSecrets(SealedSecret.newBuilder().setPurpose("tenant-key").setId("1"))
            .addRevoked("key")
            .build();
    try (TenantLog log = open()) {
      log.begun(Sample.FIRST, Sample.ACME);
      log.made(StateProtos.work(tenant).desired());
      log.begun(Sample.SECOND, Sample.GLOBEX);
    }

    try (TenantLog log = closed()) {
      List<DesiredTenant> known = log.load();

      assertThat(known).hasSize(2);
      assertThat(StateProtos.work(known.getFirst())).isEqualTo(StateProtos.work(tenant));
      assertThat(known.getLast().getGeneration()).isZero();
      assertThat(known.getLast().getUid()).isEqualTo(Sample.SECOND.toBytes());
    }
  }

  @Test
  void anyHistoryIsReadBackAsItsEndThoughTheFileIsRewritten() {
    Random random = new Random(7);
    Map<TenantUid, Long> expected = new HashMap<>();
    for (int round = 0; round < 20; round++) {
      try (TenantLog log = closed()) {
        assertThat(generations(log.load())).isEqualTo(expected);
        for (int i = 0; i < 400; i++) {
          TenantUid uid = Sample.uid(random.nextInt(50) + 1);
          long generation = expected.getOrDefault(uid, 0L) + 1;
          if (random.nextInt(4) == 0) {
            log.removed(uid);
            expected.remove(uid);
          } else {
            log.made(
                StateProtos.work(
                        Sample.tenant(Sample.ACME, uid, generation)
                            .setPlan("p".repeat(random.nextInt(4000)))
                            .build())
                    .desired());
            expected.put(uid, generation);
          }
        }
      }
    }
    assertThat(folder.resolve("tenants.log"))
        .satisfies(file -> assertThat(Files.size(file)).isLessThan(4 << 20));
  }

  @Test
  void aRemovedTenantLeavesNothingInTheFile() throws IOException {
    try (TenantLog log = open()) {
      log.made(StateProtos.work(Sample.tenant(Sample.ACME, Sample.FIRST, 1).build()).desired());
      log.made(StateProtos.work(Sample.tenant(Sample.ACME, Sample.FIRST, 2).build()).desired());
      log.made(view(Sample.SECOND));

      log.removed(Sample.FIRST);

      assertThat(Files.readString(folder.resolve("tenants.log"), StandardCharsets.ISO_8859_1))
          .doesNotContain(Sample.FIRST.toBytes().toString(StandardCharsets.ISO_8859_1))
          .contains(Sample.SECOND.toBytes().toString(StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void aTornEndIsCutOffAndWhatWasBeforeItStays() throws IOException {
    try (TenantLog log = open()) {
      log.made(view(Sample.FIRST));
      log.made(view(Sample.SECOND));
    }
    Path file = folder.resolve("tenants.log");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      byte[] torn = java.util.Arrays.copyOf(whole, length);
      Files.write(file, torn);
      try (TenantLog log = closed()) {
        assertThat(log.load()).as("cut at %d", length).hasSizeLessThan(2);
        log.made(view(Sample.SECOND));
      }
      try (TenantLog log = closed()) {
        assertThat(generations(log.load())).containsKey(Sample.SECOND);
      }
    }
  }

  @Test
  void anyFlippedBitLosesTenantsAndInventsNone() throws IOException {
    try (TenantLog log = open()) {
      log.made(view(Sample.FIRST));
      log.made(view(Sample.SECOND));
    }
    Path file = folder.resolve("tenants.log");
    byte[] whole = Files.readAllBytes(file);
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, flipped);
      try (TenantLog log = closed()) {
        assertThat(log.load())
            .as("bit %d", bit)
            .hasSizeLessThan(2)
            .allSatisfy(
                tenant ->
                    assertThat(StateProtos.work(tenant).desired()).isEqualTo(view(Sample.FIRST)));
      }
    }
  }

  @Test
  void onlyItsOwnerReadsTheFileAndOnlyOneInstanceHasIt() throws IOException {
    try (TenantLog log = open()) {
      log.made(view(Sample.FIRST));
      assertThat(Files.getPosixFilePermissions(folder.resolve("tenants.log")))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(TenantLog.open(folder)).isEmpty();
    }
    try (TenantLog log = closed()) {
      assertThat(log.load()).hasSize(1);
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNone() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(TenantLog.open(file.resolve("below"))).isEmpty();
  }

  private static TenantView view(TenantUid uid) {
    return StateProtos.work(Sample.tenant(Sample.ACME, uid, 3).build()).desired();
  }

  private static Map<TenantUid, Long> generations(List<DesiredTenant> known) {
    return known.stream()
        .collect(
            Collectors.toMap(
                tenant -> TenantUid.fromBytes(tenant.getUid()), DesiredTenant::getGeneration));
  }

  private TenantLog open() {
    TenantLog log = closed();
    assertThat(log.load()).isEmpty();
    return log;
  }

  private TenantLog closed() {
    Optional<TenantLog> log = TenantLog.open(folder);
    return log.orElseThrow();
  }
}
