package dev.kryonix.tenant.suggest;

import java.util.List;

/**
 * A suggested value and what speaks for it.
 *
 * @param value what is suggested
 * @param subject what it stands for, where that is not plain
 * @param confidence how well it is supported, 0 to 1
 * @param reasons the weightiest of what speaks for it
 */
public record Choice(String value, String subject, double confidence, List<Reason> reasons) {
  public Choice {
    reasons = List.copyOf(reasons);
  }
}
