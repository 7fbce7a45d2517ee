package dev.kryonix.tenant.tenants;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which tenants are wanted; all conditions hold together.
 *
 * @param phases in one of these states
 * @param plan with this plan, or any if empty
 * @param module with this module, or any if empty
 * @param labels with all these labels, {@code key=value} or {@code key} for any value
 */
public record TenantFilter(Set<Phase> phases, String plan, String module, List<String> labels) {
  public TenantFilter {
    phases =
        phases.isEmpty()
            ? Set.copyOf(EnumSet.complementOf(EnumSet.of(Phase.PURGED)))
            : Set.copyOf(phases);
    labels = labels.stream().sorted().toList();
  }

  /** The filter as text, the same for the same filter. */
  String canonical() {
    return String.join(
        "\n",
        phases.stream().map(Enum::name).sorted().toList().toString(),
        plan,
        module,
        labels.toString());
  }
}
