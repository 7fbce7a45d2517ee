package dev.kryonix.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * How long a test waits for a condition that it says no time for: long enough for a busy machine,
 * as waiting costs nothing where all is well. JUnit finds it by itself.
 */
public final class Patience implements LauncherSessionListener {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(PATIENCE);
  }
}
