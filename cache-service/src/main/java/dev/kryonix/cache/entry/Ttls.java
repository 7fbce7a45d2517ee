package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.kit.catalog.CacheTypes;
import dev.kryonix.kit.catalog.Catalog;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long an entry lives when its writer does not say: by data type and device, a little more or
 * less so that entries written together do not expire together, and on average what the catalogue
 * says. A time that the writer gives is never varied.
 */
@Singleton
public final class Ttls {
  private static final double JITTER = 0.10;

  private final CacheTypes types;

  Ttls(Catalog catalog) {
    this.types = catalog.cache();
  }

  /** How long an entry of that type lives for that device. */
  public Duration of(String type, Device device) {
    CacheTypes.DeviceTtl ttl = types.ttlOf(type);
    Duration base = device == Device.DEVICE_DESKTOP ? ttl.desktop() : ttl.mobile();
    double factor = RandomGenerator.getDefault().nextDouble(1 - JITTER, 1 + JITTER);
    return Duration.ofMillis(Math.round(base.toMillis() * factor));
  }
}
