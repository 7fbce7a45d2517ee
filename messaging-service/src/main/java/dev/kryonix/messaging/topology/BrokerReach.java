package dev.kryonix.messaging.topology;

import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.messaging.broker.ManagementException;

/** Says of a failed call of the management API what it means for a tenant's state. */
final class BrokerReach {
  private BrokerReach() {}

  /** A change made through the management API. */
  @FunctionalInterface
  interface Change {
    void make() throws ManagementException;
  }

  /** Something that the management API knows. */
  @FunctionalInterface
  interface Question<T> {
    T ask() throws ManagementException;
  }

  static void change(Change change) throws ReconcileException {
    ask(
        () -> {
          change.make();
          return true;
        });
  }

  static <T> T ask(Question<T> question) throws ReconcileException {
    try {
      return question.ask();
    } catch (ManagementException e) {
      throw new ReconcileException(
          e.isForNow() ? "BrokerUnavailable" : "BrokerRefused", String.valueOf(e.getMessage()), e);
    }
  }
}
