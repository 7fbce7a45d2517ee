package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.LowerChars;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class EntryKeyTest {
  private static final TenantSpace SPACE =
      new TenantSpace("api:", new TenantId("acme"), new TenantUid(new UUID(1, 2)), 4);

  @Property
  void anAddressReadsBackAsItWas(
      @ForAll @LowerChars @StringLength(min = 1, max = 20) String module,
      @ForAll @LowerChars @StringLength(min = 1, max = 20) String type,
      @ForAll @StringLength(min = 1, max = 50) String key) {
    String utf8 = new String(key.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    EntryKey address = new EntryKey(module, type, utf8);

    assertThat(EntryKey.parse(address.bytes())).isEqualTo(address);
  }

  @Property
  void theHashTagIsTheTenantsWhateverTheKeyHolds(@ForAll @NotBlank String key) {
    String inRedis =
        new String(inRedis(new EntryKey("crm", "temp", "{" + key + "}")), StandardCharsets.UTF_8);

    assertThat(inRedis.substring(inRedis.indexOf('{') + 1, inRedis.indexOf('}')))
        .matches("acme\\.AAAAAC\\.[0-3]/4");
  }

  @Property
  void differentAddressesNeverMeet(
      @ForAll @Chars({':', '{', '}', 'a', '\0'}) @StringLength(min = 1, max = 6) String key,
      @ForAll @Chars({':', '{', '}', 'a', '\0'}) @StringLength(min = 1, max = 6) String other,
      @ForAll @Chars({'a', 'b'}) @StringLength(min = 1, max = 2) String type,
      @ForAll @Chars({'a', 'b'}) @StringLength(min = 1, max = 2) String otherType) {
    EntryKey one = new EntryKey("crm", type, key);
    EntryKey two = new EntryKey("crm", otherType, other);

    assertThat(Arrays.equals(inRedis(one), inRedis(two))).isEqualTo(one.equals(two));
  }

  @Test
  void whatIsNoAddressIsRefused() {
    for (String text : List.of("", "crm", "crm:temp", "crm:temp:", ":temp:a", "crm::a", "C:t:a")) {
      assertThatIllegalArgumentException()
          .as(text)
          .isThrownBy(() -> EntryKey.parse(text.getBytes(StandardCharsets.UTF_8)));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EntryKey("crm", "temp", "x".repeat(1025)));
  }

  @Test
  void aColonInTheKeyDoesNotMoveItToAnotherType() {
    assertThat(EntryKey.parse(new EntryKey("crm", "temp", "user:1").bytes()).type())
        .isEqualTo("temp");
  }

  private static byte[] inRedis(EntryKey key) {
    return SPACE.bucket(key).entry(key.bytes());
  }
}
