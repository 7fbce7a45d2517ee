package dev.kryonix.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A process with its children, as /proc accounts for them. */
public final class Watched {
  /** Linux reports processor time to programs in this unit on every architecture. */
  private static final int TICKS_PER_SECOND = 100;

  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  /** As Linux names the threads, in 15 characters. */
  private static final List<String> COMPILERS = List.of("(C1 CompilerThre", "(C2 CompilerThre");

  private final long pid;
  private final List<Long> pids = new ArrayList<>();

  public Watched(long pid) {
    this.pid = pid;
    ProcessHandle process =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new IllegalStateException("there is no process " + pid));
    pids.add(pid);
    process.descendants().map(ProcessHandle::pid).forEach(pids::add);
  }

  public long pid() {
    return pid;
  }

  /** Processor time so far, in user space and in the kernel. */
  public Duration cpu() {
    return pids.stream().map(Watched::cpu).reduce(Duration.ZERO, Duration::plus);
  }

  /** The same, of a process that may have ended. */
  public Optional<Duration> cpuSoFar() {
    try {
      return Optional.of(cpu());
    } catch (IllegalStateException ended) {
      return Optional.empty();
    }
  }

  /**
   * Processor time that the JVM's compilers have taken so far; those that have ended, as they do
   * when there is little to compile, do not count.
   */
  public Duration compiling() {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      return threads.map(Watched::compiling).reduce(Duration.ZERO, Duration::plus);
    } catch (IOException e) {
      throw new IllegalStateException("process " + pid + " has ended", e);
    }
  }

  private static Duration compiling(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      return COMPILERS.stream().anyMatch(stat::contains) ? cpu(stat) : Duration.ZERO;
    } catch (IOException e) {
      // It has just ended.
      return Duration.ZERO;
    }
  }

  /** Memory that is resident now. */
  public long residentBytes() {
    return pids.stream().mapToLong(Watched::residentBytes).sum();
  }

  /** The options of its JVM. */
  public List<String> jvmOptions() {
    String[] words = read(pid, "cmdline").split("\0", -1);
    List<String> options = new ArrayList<>();
    for (int i = 1; i < words.length && words[i].startsWith("-"); i++) {
      if (words[i].equals("-cp")) {
        break;
      }
      options.add(words[i]);
    }
    return options;
  }

  /** Processor time of one process that runs. */
  static Duration cpu(long pid) {
    return cpu(read(pid, "stat"));
  }

  static Duration cpu(String stat) {
    // The name in parentheses may hold blanks.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
    return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
  }

  private static long residentBytes(long pid) {
    return read(pid, "status")
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(0);
  }

  private static String read(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), file));
    } catch (IOException e) {
      throw new IllegalStateException("process " + pid + " has ended", e);
    }
  }
}
