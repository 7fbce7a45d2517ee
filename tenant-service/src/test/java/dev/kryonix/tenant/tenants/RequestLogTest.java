package dev.kryonix.tenant.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestLogTest {
  /** A client may send the entries of a map in another order each time; Go's does. */
  @Test
  void theOrderOfAMapsEntriesMakesNoOtherRequest() {
    assertThat(fingerprint("a", "b")).isEqualTo(fingerprint("b", "a"));
  }

  @Test
  void anotherEntryMakesAnotherRequest() {
    assertThat(fingerprint("a", "b")).isNotEqualTo(fingerprint("a", "c"));
  }

  private static byte[] fingerprint(String... labels) {
    Tenant.Builder tenant = Tenant.newBuilder().setDisplayName("Clínica");
    List.of(labels).forEach(label -> tenant.putLabels(label, "x"));
    return RequestLog.Call.of(
            "", "CreateTenant", "1", CreateTenantRequest.newBuilder().setTenant(tenant).build())
        .fingerprint();
  }
}
