package dev.kryonix.bench;

import dev.kryonix.bench.cache.CacheBench;
import dev.kryonix.bench.cache.Part;
import dev.kryonix.bench.gateway.GatewayBench;
import dev.kryonix.bench.messaging.MessagingBench;
import dev.kryonix.bench.report.Machine;
import dev.kryonix.bench.report.PerformancePage;
import dev.kryonix.bench.report.Report;
import dev.kryonix.bench.report.Result;
import dev.kryonix.bench.tenancy.TenancyBench;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs one benchmark and puts down what it found: what {@code ./kryonix bench NAME} starts. */
final class Main {
  private Main() {}

  /**
   * Arguments: the name, the folder for results, the folder of the documentation, the commit, and
   * options. Exit status 0: measured, whatever the goals; 1: it could not be measured.
   */
  public static void main(String[] arguments) {
    try {
      run(List.of(arguments), new PrintStream(System.out, true, StandardCharsets.UTF_8));
      System.exit(0);
    } catch (IOException | IllegalStateException | IllegalArgumentException e) {
      System.err.println("kryonix bench: " + e.getMessage());
    } catch (InterruptedException e) {
      System.err.println("kryonix bench: interrupted");
    }
    System.exit(1);
  }

  private static void run(List<String> arguments, PrintStream out)
      throws IOException, InterruptedException {
    String name = arguments.getFirst();
    Path results = Path.of(arguments.get(1));
    Path docs = Path.of(arguments.get(2));
    String commit = arguments.get(3);
    boolean quick = arguments.contains("--quick");
    boolean profile = arguments.contains("--profile");
    int only = arguments.indexOf("--only");
    if (only >= 0) {
      runPart(name, arguments.get(only + 1), arguments);
      return;
    }
    Report report =
        switch (name) {
          case "gateway" -> new GatewayBench(quick).run(profile);
          case "tenancy" -> new TenancyBench(quick, number(arguments, "--tenants")).run();
          case "cache" -> new CacheBench(quick, number(arguments, "--tenants")).run(profile);
          case "messaging" -> new MessagingBench(quick).run(profile);
          default -> throw new IllegalArgumentException("there is no benchmark " + name);
        };
    String machine = Machine.describe();
    Result result = new Result(report.goals(), machine, commit, report.mode());
    String svg = report.plot(machine + " · commit " + commit).svg();
    result.write(results.resolve(name + ".json"));
    Files.writeString(results.resolve(name + ".svg"), svg);
    out.println(result.table().markdown());
    out.println(report.body());
    // Short rounds are for trying out; they never replace figures that people compare.
    if (!quick) {
      String plot = "performance-" + name + ".svg";
      Files.writeString(docs.resolve(plot), svg);
      new PerformancePage(docs.resolve("performance.md"))
          .write(name, section(name, result, report.body(), plot));
    }
  }

  private static void runPart(String name, String part, List<String> arguments)
      throws IOException, InterruptedException {
    boolean quick = arguments.contains("--quick");
    switch (name) {
      case "cache" ->
          new CacheBench(quick, number(arguments, "--tenants"))
              .run(Part.of(part), arguments.contains("--profile"));
      case "messaging" -> new MessagingBench(quick).run(MessagingBench.Part.of(part));
      default -> throw new IllegalArgumentException(name + " has no parts");
    }
  }

  /** The number behind an option; 0 without it. */
  private static int number(List<String> arguments, String option) {
    int at = arguments.indexOf(option);
    if (at < 0) {
      return 0;
    }
    if (at + 1 == arguments.size()) {
      throw new IllegalArgumentException(option + " needs a number");
    }
    return Integer.parseInt(arguments.get(at + 1));
  }

  private static String section(String name, Result result, String body, String plot) {
    return """
    ## %s

    `./kryonix bench %s` on %s, commit %s.

    %s
    ![The figures as a picture](%s)

    %s
    """
        .formatted(
            Character.toUpperCase(name.charAt(0)) + name.substring(1),
            name,
            result.machine(),
            result.commit(),
            result.table().markdown(),
            plot,
            body);
  }
}
