package dev.kryonix.bench.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** A flight recording of a JVM, begun and ended from outside. */
public final class Recording {
  /** What every thread has allocated, often enough for the first and the last to frame the load. */
  private static final String ALLOCATION_SETTINGS =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <configuration version="2.0">
        <event name="jdk.ThreadAllocationStatistics">
          <setting name="enabled">true</setting>
          <setting name="period">100 ms</setting>
        </event>
      </configuration>
      """;

  private static final int COMMAND_SECONDS = 30;

  /** Time for one more sample of what has been allocated. */
  private static final int LAST_SAMPLE_MILLIS = 400;

  private final long pid;
  private final Path file;

  private Recording(long pid, Path file) {
    this.pid = pid;
    this.file = file;
  }

  public static Recording ofAllocation(long pid, Path folder) throws IOException {
    Path settings = Files.writeString(folder.resolve("allocation.jfc"), ALLOCATION_SETTINGS);
    return begin(pid, settings.toString(), folder.resolve("allocation.jfr"));
  }

  public static Recording ofProfile(long pid, Path file) throws IOException {
    return begin(pid, "profile", file);
  }

  private static Recording begin(long pid, String settings, Path file) throws IOException {
    Files.deleteIfExists(file);
    command(pid, "JFR.start", "name=bench", "settings=" + settings);
    pause();
    return new Recording(pid, file);
  }

  public void end() throws IOException {
    pause();
    command(pid, "JFR.stop", "name=bench", "filename=" + file);
  }

  /** Bytes that threads allocated on the heap while it ran, but for those that recorded. */
  public long allocatedBytes() throws IOException {
    Map<Long, long[]> threads = new HashMap<>();
    each(
        "jdk.ThreadAllocationStatistics",
        event -> {
          long allocated = event.getLong("allocated");
          RecordedThread thread = event.getThread("thread");
          if (isRecorder(thread)) {
            return;
          }
          long[] range =
              threads.computeIfAbsent(thread.getId(), id -> new long[] {Long.MAX_VALUE, 0});
          range[0] = Math.min(range[0], allocated);
          range[1] = Math.max(range[1], allocated);
        });
    return threads.values().stream().mapToLong(range -> range[1] - range[0]).sum();
  }

  private static boolean isRecorder(RecordedThread thread) {
    String name = String.valueOf(thread.getJavaName());
    return name.startsWith("JFR") || name.startsWith("Attach");
  }

  /** The methods most often found running, with their share of the samples in percent. */
  public List<Map.Entry<String, Double>> topFrames(int limit) throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    int[] all = {0};
    for (String kind : List.of("jdk.ExecutionSample", "jdk.NativeMethodSample")) {
      each(
          kind,
          event -> {
            RecordedStackTrace stack = event.getStackTrace();
            if (stack == null || stack.getFrames().isEmpty()) {
              return;
            }
            RecordedFrame top = stack.getFrames().getFirst();
            String name = top.getMethod().getType().getName() + "." + top.getMethod().getName();
            // A thread that waits for events is sampled as well.
            if (!name.contains("epollWait")
                && !name.endsWith("EPoll.wait")
                && !name.endsWith("Net.poll")) {
              counts.merge(name, 1, Integer::sum);
              all[0]++;
            }
          });
    }
    List<Map.Entry<String, Double>> frames = new ArrayList<>();
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .limit(limit)
        .forEach(e -> frames.add(Map.entry(e.getKey(), 100.0 * e.getValue() / all[0])));
    return frames;
  }

  private void each(String kind, Consumer<RecordedEvent> then) throws IOException {
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (event.getEventType().getName().equals(kind)) {
          then.accept(event);
        }
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(LAST_SAMPLE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void command(long pid, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("jcmd " + words[0] + ": " + output.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
  }
}
