package dev.kryonix.kit.state;

/**
 * Runs the steps of a reconciliation, and tells tenant-service of each: begun, done or failed, and
 * how long it took.
 */
public interface StepReporter {
  /**
   * Runs a step, such as {@code vhost}. What it throws names this step when tenant-service is told.
   */
  void run(String step, Action action) throws ReconcileException;

  /** The work of one step. */
  @FunctionalInterface
  interface Action {
    void run() throws ReconcileException;
  }
}
