package dev.kryonix.system.story;

/** A step of the story that did not come to its end; its message is one line for a person. */
public final class StepFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StepFailedException(int number, String title, Exception cause) {
    super("step %d (%s) failed: %s".formatted(number, title, why(cause)), cause);
  }

  private static String why(Exception cause) {
    String message = cause.getMessage();
    return (message == null ? cause.toString() : message).replaceAll("\\s+", " ");
  }
}
