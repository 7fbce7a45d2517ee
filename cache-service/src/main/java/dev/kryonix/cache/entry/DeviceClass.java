package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.Device;
import java.util.Locale;

/** Whom an entry serves, as memory is shared out: phones and tablets, or desktops and servers. */
public enum DeviceClass {
  MOBILE,
  WEB;

  /** Whom an entry for that device serves. */
  public static DeviceClass of(Device device) {
    return device == Device.DEVICE_DESKTOP ? WEB : MOBILE;
  }

  /** As the ledger's scripts call it. */
  byte[] label() {
    return name().toLowerCase(Locale.ROOT).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }
}
