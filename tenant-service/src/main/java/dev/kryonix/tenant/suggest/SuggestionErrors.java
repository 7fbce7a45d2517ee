package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import java.util.Collection;

/** Why nothing can be suggested. */
final class SuggestionErrors {
  private SuggestionErrors() {}

  static ServiceException nothingSaid() {
    return CommonErrors.invalidField("description", "must not be empty when the sector is");
  }

  static ServiceException sectorUnknown(String sector, Collection<String> known) {
    return CommonErrors.invalidField(
        "sector",
        "no sector is known as '%s'; there are %s".formatted(sector, String.join(", ", known)));
  }
}
