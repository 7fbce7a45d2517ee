package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.Compression;
import dev.kryonix.api.messaging.v1.PublishRequest;

/** What the service does with a payload. */
enum Treatment {
  /** As the caller has encrypted it: the only way in which the service leaves bytes alone. */
  PLAIN("plain", "encryption and compression off"),
  /** Compressed, and sealed under the tenant's key. */
  SEALED("sealed", "encryption and compression on");

  private final String label;
  private final String meaning;

  Treatment(String label, String meaning) {
    this.label = label;
    this.meaning = meaning;
  }

  /** In tables and plots. */
  String label() {
    return label;
  }

  /** In sentences. */
  String meaning() {
    return meaning;
  }

  PublishRequest.Builder request() {
    PublishRequest.Builder request =
        PublishRequest.newBuilder().setModule(Tenants.MODULE).setOperation(Tenants.OPERATION);
    return switch (this) {
      case PLAIN -> request.setEndToEnd("bench");
      case SEALED -> request.setCompression(Compression.COMPRESSION_STANDARD);
    };
  }
}
