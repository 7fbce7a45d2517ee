package dev.kryonix.bench.cache;

import dev.kryonix.bench.load.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Yahoo! Cloud Serving Benchmark (Cooper et al., SoCC 2010) as a neutral driver, in a process
 * of its own: records of ten fields of 100 bytes, asked for by Zipf's law.
 */
final class Ycsb {
  static final int RECORDS = 5000;
  static final int THREADS = 8;
  private static final int PATIENCE_SECONDS = 120;
  private static final Pattern FIGURE = Pattern.compile("^\\[(\\w+)], ([^,]+), ([0-9.E]+)$");

  private final Class<? extends YcsbBinding> binding;
  private final Map<String, String> environment;

  /** A binding, and what it needs to know, without the prefix of settings. */
  Ycsb(Class<? extends YcsbBinding> binding, Map<String, String> settings) {
    this.binding = binding;
    this.environment = settings;
  }

  /** The core workloads that caches are compared by. */
  enum Mix {
    A("YCSB A (half updates)", 0.5),
    B("YCSB B (5% updates)", 0.95),
    C("YCSB C (reads only)", 1);

    private final String title;
    private final double reads;

    Mix(String title, double reads) {
      this.title = title;
      this.reads = reads;
    }

    String title() {
      return title;
    }
  }

  /** Writes the records. */
  void load() throws IOException, InterruptedException {
    Object unused = run(Mix.C, RECORDS, "-load");
  }

  /** Runs a workload; latencies are those of its reads. */
  Sample run(Mix mix, int operations) throws IOException, InterruptedException {
    return parse(run(mix, operations, "-t"));
  }

  private String run(Mix mix, int operations, String phase)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("--sun-misc-unsafe-memory-access=allow"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "site.ycsb.Client"));
    command.addAll(List.of(phase, "-db", binding.getName(), "-threads", "" + THREADS));
    property(command, "workload", "site.ycsb.workloads.CoreWorkload");
    property(command, "recordcount", RECORDS);
    property(command, "operationcount", operations);
    property(command, "readproportion", mix.reads);
    property(command, "updateproportion", 1 - mix.reads);
    property(command, "scanproportion", 0);
    property(command, "insertproportion", 0);
    property(command, "requestdistribution", "zipfian");
    property(command, "writeallfields", true);
    ProcessBuilder builder = new ProcessBuilder(command);
    environment.forEach((name, value) -> builder.environment().put("KRYONIX_BENCH_" + name, value));
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("YCSB failed: " + output.strip());
      }
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  private static void property(List<String> command, String name, Object value) {
    command.addAll(List.of("-p", name + "=" + value));
  }

  static Sample parse(String output) {
    double rate = Double.NaN;
    double[] latency = {Double.NaN, Double.NaN};
    for (String line : output.lines().toList()) {
      Matcher figure = FIGURE.matcher(line.strip());
      if (!figure.matches()) {
        continue;
      }
      double value = Double.parseDouble(figure.group(3));
      String what = figure.group(2);
      if (what.startsWith("Return=") && !what.equals("Return=OK")) {
        throw new IllegalStateException("YCSB counts failures: " + line);
      }
      switch (figure.group(1) + " " + what) {
        case "OVERALL Throughput(ops/sec)" -> rate = value;
        case "READ 95thPercentileLatency(us)" -> latency[0] = value;
        case "READ 99thPercentileLatency(us)" -> latency[1] = value;
        default -> {}
      }
    }
    if (Double.isNaN(rate)) {
      throw new IllegalStateException("YCSB said: " + output.strip());
    }
    return new Sample(rate, Double.NaN, latency[0], latency[1], Double.NaN, Double.NaN);
  }
}
