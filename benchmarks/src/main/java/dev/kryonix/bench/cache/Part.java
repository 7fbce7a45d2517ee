package dev.kryonix.bench.cache;

import java.util.Arrays;
import java.util.Locale;

/** What can be measured without the rest. */
public enum Part {
  /** Get of 1 KiB by 8 callers, which has goals. */
  GET,
  /** BatchGet of 1 KiB, which has goals. */
  BATCH,
  /** Pipelines of 1 KiB, which have goals. */
  PIPELINE,
  /** Calls, batches and pipelines of other sizes and numbers of callers. */
  OTHERS,
  YCSB,
  NEAR,
  NEIGHBOURS,
  MEMORY;

  /** The part of that name, such as {@code get}. */
  public static Part of(String name) {
    return Arrays.stream(values())
        .filter(part -> part.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no part " + name));
  }
}
