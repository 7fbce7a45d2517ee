package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class EntryKeyTest {
  private static final TenantSpace SPACE =
      new TenantSpace(new TenantId("acme"), new TenantUid(new UUID(1, 2)));

  @Property
  void anAddressReadsBackAsItWas(
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String module,
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String type,
      @ForAll @StringLength(min = 1, max = 50) String key) {
    String utf8 = new String(key.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    EntryKey address = new EntryKey(module, type, utf8);

    assertThat(EntryKey.parse(address.bytes())).isEqualTo(address);
  }

  @Property
  void theHashTagIsTheTenantsWhateverTheKeyHolds(@ForAll @NotBlank String key) {
    String inRedis =
        new String(
            SPACE.entry(new EntryKey("crm", "temp", "{" + key + "}")), StandardCharsets.UTF_8);

    assertThat(inRedis.substring(inRedis.indexOf('{') + 1, inRedis.indexOf('}')))
        .isEqualTo("acme.000000000000");
  }

  @Test
  void aColonInTheKeyDoesNotMoveItToAnotherType() {
    assertThat(EntryKey.parse(new EntryKey("crm", "temp", "user:1").bytes()).type())
        .isEqualTo("temp");
  }
}
