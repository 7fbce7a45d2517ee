package dev.kryonix.bench.load;

import dev.kryonix.bench.process.Watched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** nghttp2's load generator: as many requests as the other side answers, so many open at a time. */
public final class H2load {
  private static final int ATTEMPTS = 5;
  private static final int WATCH_MILLIS = 20;

  /** The answers of the last moment are counted without their last bytes. */
  private static final double COMPLETE = 0.95;

  private final String binary;
  private final Path folder;

  public H2load(String binary, Path folder) {
    this.binary = binary;
    this.folder = folder;
  }

  /** Keeps a workload's requests open on one subject for the time given. */
  public ClosedLoop run(Workload workload, Subject subject, Duration time)
      throws IOException, InterruptedException {
    Shot shot = workload.shot().apply(subject);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Twice as long after every vain attempt.
      Duration patience = time.multipliedBy(1L << attempt);
      Duration before = subject.process().cpu();
      long began = System.nanoTime();
      Duration generator = execute(command(workload, shot, patience), patience);
      Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
      Duration cpu = subject.process().cpu().minus(before);
      H2loadReport report = H2loadReport.parse(Files.readString(output()));
      // A machine that is busy with other things may leave nobody the time for one answer.
      if (report.requests() > 0 || report.failed() > 0) {
        require(shot, report);
        return new ClosedLoop(
            report.requests(),
            (double) report.dataBytes() / shot.answerBytes(),
            report.perSecond(),
            H2loadReport.latencies(log()),
            cpu,
            (double) generator.toNanos() / elapsed.toNanos());
      }
    }
    throw new IOException(shot.url() + " does not answer");
  }

  private List<String> command(Workload workload, Shot shot, Duration time) {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(binary, "-c", "" + workload.connections(), "-m", "" + workload.streams()));
    command.addAll(List.of("-D", time.toMillis() + "ms"));
    Path body = shot.body();
    if (body != null) {
      command.addAll(List.of("-d", body.toString()));
    }
    command.add("--log-file=" + log());
    if (shot.http1()) {
      command.add("--h1");
    }
    shot.headers().forEach(header -> command.addAll(List.of("-H", header)));
    command.add(shot.url());
    return command;
  }

  private Path log() {
    return folder.resolve("h2load.log");
  }

  private Path output() {
    return folder.resolve("h2load.out");
  }

  /** Returns the processor time that it took. */
  private Duration execute(List<String> command, Duration time)
      throws IOException, InterruptedException {
    Files.deleteIfExists(log());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output().toFile())
            .start();
    return await(process, time);
  }

  private static Duration await(Process process, Duration time)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + time.plusSeconds(20).toNanos();
    try {
      Watched watched = new Watched(process.pid());
      Duration cpu = Duration.ZERO;
      while (!process.waitFor(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() > deadline) {
          throw new IOException("h2load does not end");
        }
        // It may end between the two looks; the one before is a few milliseconds short at most.
        cpu = watched.cpuSoFar().orElse(cpu);
      }
      return cpu;
    } finally {
      process.destroyForcibly();
    }
  }

  private static void require(Shot shot, H2loadReport report) throws IOException {
    long expected = (long) (report.requests() * shot.answerBytes() * COMPLETE);
    if (report.failed() > 0 || report.dataBytes() < expected) {
      throw new IOException(
          "%s does not answer as it should: %d requests answered with %,d bytes, %d failed"
              .formatted(shot.url(), report.requests(), report.dataBytes(), report.failed()));
    }
  }
}
