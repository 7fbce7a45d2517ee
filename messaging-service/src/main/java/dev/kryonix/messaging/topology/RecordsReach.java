package dev.kryonix.messaging.topology;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.ReconcileException;
import java.util.function.Supplier;

/** Says of a failed transaction what it means for a tenant's state. */
final class RecordsReach {
  private RecordsReach() {}

  static void change(Runnable change) throws ReconcileException {
    ask(
        () -> {
          change.run();
          return true;
        });
  }

  static <T> T ask(Supplier<T> question) throws ReconcileException {
    try {
      return question.get();
    } catch (ServiceException e) {
      throw new ReconcileException("RecordsUnavailable", String.valueOf(e.getMessage()), e);
    }
  }
}
