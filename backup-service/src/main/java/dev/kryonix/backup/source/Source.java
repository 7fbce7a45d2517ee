package dev.kryonix.backup.source;

import dev.kryonix.backup.catalogue.Restore.Phase;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A service whose data of tenants is backed up, in the order in which it is read and put back. */
public enum Source {
  TENANT("tenant", Phase.DATABASE),
  CACHE("cache", Phase.CACHE),
  MESSAGING("messaging", Phase.MESSAGING);

  private final String id;
  private final Phase phase;

  Source(String id, Phase phase) {
    this.id = id;
    this.phase = phase;
  }

  /** The name in the contract and of the service. */
  public String id() {
    return id;
  }

  /** The phase of a restore that puts it back. */
  public Phase phase() {
    return phase;
  }

  public static Optional<Source> of(String id) {
    return Arrays.stream(values()).filter(source -> source.id.equals(id)).findFirst();
  }

  /** The names of all, in their order. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(Source::id).toList();
  }
}
