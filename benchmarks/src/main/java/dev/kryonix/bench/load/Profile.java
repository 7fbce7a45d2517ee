package dev.kryonix.bench.load;

import dev.kryonix.bench.process.Recording;
import dev.kryonix.bench.process.Watched;
import dev.kryonix.bench.report.Numbers;
import dev.kryonix.bench.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The methods of a JVM that were most often found running while it was under load.
 *
 * @param load what it was under
 * @param frames the methods, with their share of the samples in percent
 */
public record Profile(String load, List<Map.Entry<String, Double>> frames) {
  private static final Duration LONG = Duration.ofSeconds(8);
  private static final int FRAMES = 25;

  public Profile {
    frames = List.copyOf(frames);
  }

  /** What keeps the process busy for that long. */
  public interface Load {
    void run(Duration time) throws IOException, InterruptedException;
  }

  /** Records a process that is warm into a file, which stays. */
  public static Profile take(String name, Watched process, Path file, Load load)
      throws IOException, InterruptedException {
    Recording recording = Recording.ofProfile(process.pid(), file);
    load.run(LONG);
    recording.end();
    System.err.println("the recording is " + file);
    return new Profile(name, recording.topFrames(FRAMES));
  }

  public String markdown() {
    Table table = new Table("running method", "% of samples");
    frames.forEach(
        frame -> table.row("`" + frame.getKey() + "`", Numbers.format(frame.getValue())));
    return "Where the service's time goes under %s:\n\n%s\n".formatted(load, table.markdown());
  }
}
