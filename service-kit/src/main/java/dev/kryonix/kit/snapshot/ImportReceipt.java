package dev.kryonix.kit.snapshot;

import java.util.Map;

/**
 * What an import came to.
 *
 * @param counts the records put in place, per collection
 * @param expired the records left out because their time had passed
 */
public record ImportReceipt(Map<String, Long> counts, long expired) {
  public ImportReceipt {
    counts = Map.copyOf(counts);
  }
}
