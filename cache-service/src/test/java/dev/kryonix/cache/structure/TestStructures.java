package dev.kryonix.cache.structure;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.cache.v1.IncrementResponse;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.Optional;

/** Structures for the tests of other packages. */
public final class TestStructures {
  private final Structures structures;

  public TestStructures(ApplicationContext context) {
    this.structures = context.getBean(Structures.class);
  }

  public void increment(TenantView tenant, EntryKey key, long delta) {
    Target target =
        new Target(key, Optional.of(Duration.ofHours(1)), Device.DEVICE_MOBILE, Optional.empty());
    IncrementResponse unused =
        structures.change(
            tenant, target, Shape.COUNTER, Operations.increment(delta), IncrementResponse.parser());
  }
}
