package dev.kryonix.system.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An instance of the platform as the launcher keeps it: a home of its own and ports of its own, so
 * that a developer's running platform never notices.
 */
public final class Instance {
  private static final long PATIENCE_SECONDS = 300;
  private static final List<String> KEPT = List.of("KRYONIX_INSTALL", "KRYONIX_LOG_LEVEL");

  private final Path launcher;
  private final Path home;
  private final int portOffset;
  private final Path log;

  Instance(Path launcher, Path home, int portOffset) {
    this.launcher = launcher.toAbsolutePath().normalize();
    this.home = home.toAbsolutePath().normalize();
    this.portOffset = portOffset;
    this.log = Path.of("target", "platform.log").toAbsolutePath();
  }

  static Instance fromEnvironment() {
    return new Instance(
        Path.of(variable("KRYONIX_LAUNCHER", "../kryonix")),
        Path.of(variable("KRYONIX_SYSTEM_HOME", "target/kryonix-home")),
        Integer.parseInt(variable("KRYONIX_SYSTEM_PORT_OFFSET", "4500")));
  }

  /** The folder that holds everything of the instance. */
  public Path home() {
    return home;
  }

  /** A port, by its default number. */
  int port(int defaultPort) {
    return defaultPort + portOffset;
  }

  /** Where the services send spans to. */
  private String collectorEndpoint() {
    return "http://127.0.0.1:" + port(Collector.DEFAULT_PORT);
  }

  /** Runs a command of the launcher, such as {@code up}. */
  public void launcher(String... arguments) {
    run(launcher, arguments);
  }

  /** Starts or stops servers: {@code down redis}. */
  public void servers(String... arguments) {
    run(launcher.resolveSibling("deploy").resolve("local").resolve("servers"), arguments);
  }

  /** The process of a service or server that the launcher has started, if it is alive. */
  public Optional<ProcessHandle> process(String name) {
    Path file = home.resolve("run").resolve(name + ".pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(read(file).split("\\s", 2)[0]))
        .filter(ProcessHandle::isAlive);
  }

  /** Ends a service or server without a warning (SIGKILL), and returns once it is gone. */
  public void kill(String name) {
    ProcessHandle process = requireProcess(name);
    process.destroyForcibly();
    process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Stops a service or server where it stands (SIGSTOP): its connections stay, and say nothing. */
  public void freeze(String name) {
    run(Path.of("/bin/kill"), "-STOP", Long.toString(requireProcess(name).pid()));
  }

  /** Lets a frozen one go on. */
  public void thaw(String name) {
    run(Path.of("/bin/kill"), "-CONT", Long.toString(requireProcess(name).pid()));
  }

  /** How a service was started, to start another like it. */
  ProcessBuilder like(String name) {
    long pid = requireProcess(name).pid();
    ProcessBuilder builder = new ProcessBuilder(words(content(pid, "cmdline")));
    builder.environment().clear();
    for (String variable : words(content(pid, "environ"))) {
      int equals = variable.indexOf('=');
      builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return builder;
  }

  private ProcessHandle requireProcess(String name) {
    return process(name).orElseThrow(() -> new IllegalStateException(name + " does not run"));
  }

  /** Everything on this machine that was started for this instance and is alive, as a listing. */
  public List<String> processes() {
    return ProcessHandle.allProcesses()
        .filter(process -> belongs(process.pid()))
        .map(process -> process.pid() + " " + content(process.pid(), "cmdline"))
        .toList();
  }

  private boolean belongs(long pid) {
    return content(pid, "cmdline").contains(home + "/")
        || Stream.of(content(pid, "environ").split("\0", -1))
            .anyMatch(("KRYONIX_HOME=" + home)::equals);
  }

  /** The parts of a file in which each ends with a zero. */
  private static List<String> words(String content) {
    return Stream.of(content.split("\0", -1)).filter(word -> !word.isEmpty()).toList();
  }

  /** Empty for a process that is gone, or somebody else's. */
  private static String content(long pid, String file) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(pid), file), java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  String secret(String name) {
    return read(home.resolve("secrets").resolve(name)).strip();
  }

  private void run(Path program, String... arguments) {
    List<String> command =
        Stream.concat(Stream.of(program.toString()), Stream.of(arguments)).toList();
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder
          .environment()
          .keySet()
          .removeIf(
              name ->
                  name.startsWith("OTEL_")
                      || (name.startsWith("KRYONIX_") && !KEPT.contains(name)));
      builder.environment().put("KRYONIX_HOME", home.toString());
      builder.environment().put("KRYONIX_PORT_OFFSET", Integer.toString(portOffset));
      // Thousands of refusals come from one address here.
      builder.environment().put("KRYONIX_GATEWAY_ADDRESS_FAILURES", "1000000");
      builder.environment().put("KRYONIX_GATEWAY_ADDRESS_PUBLIC_CALLS", "1000000");
      // Spans are sent only of what a test asks for, while it listens.
      builder.environment().put("OTEL_EXPORTER_OTLP_ENDPOINT", collectorEndpoint());
      builder.environment().put("OTEL_TRACES_SAMPLER", "parentbased_always_off");
      builder.environment().put("OTEL_BSP_SCHEDULE_DELAY", "200");
      // The jars are those of the build that these tests belong to, or of the launcher before them.
      builder.environment().put("KRYONIX_BUILD", "no");
      builder.environment().put("KRYONIX_AOT", "no");
      long before = Files.exists(log) ? Files.size(log) : 0;
      Process process = builder.start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroy();
        throw new IllegalStateException(command + " has not ended; see " + log);
      }
      if (process.exitValue() != 0) {
        String said = Files.readString(log).substring((int) before);
        throw new IllegalStateException(
            "%s ended with %d:%n%s".formatted(command, process.exitValue(), end(said)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(command + " cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(command + " was interrupted", e);
    }
  }

  private static String end(String text) {
    List<String> lines = text.lines().toList();
    return lines.stream().skip(Math.max(0, lines.size() - 30)).collect(Collectors.joining("\n"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: is the platform up?", e);
    }
  }

  private static String variable(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? otherwise : value;
  }
}
