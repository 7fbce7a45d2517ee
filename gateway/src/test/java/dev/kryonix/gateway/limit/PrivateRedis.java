package dev.kryonix.gateway.limit;

import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Redis of a test's own, that it may stop, hold up and kill. */
public final class PrivateRedis implements AutoCloseable {
  private static final String USER = "gateway";
  private static final String PASSWORD = "of-a-test";

  /** For who must have what Redis answers. */
  public static final Duration PATIENT = Duration.ofSeconds(20);

  /** For who goes on without Redis, as gateways do. */
  public static final Duration HASTY = Duration.ofMillis(50);

  private final int port = Ports.take();
  private final List<SharedRedis> connected = new ArrayList<>();
  private Process process = start();

  RedisSettings settings(Duration timeout) {
    return new RedisSettings("127.0.0.1", port, USER, PASSWORD, timeout);
  }

  /** A connection, as a gateway of its own has it, that waits for answers for so long. */
  public SharedRedis connect(Duration timeout) {
    return connect(settings(timeout));
  }

  /** A connection of the gateway's user, with the rights that it has on the platform. */
  public SharedRedis connectAsOnPlatform() {
    String rights;
    try (Stream<String> users = Files.lines(Path.of("../deploy/redis/users.acl.template"))) {
      rights =
          users.filter(line -> line.startsWith("user kryonix_gateway ")).findFirst().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", "platform"));
    Pattern.compile("\\([^)]*\\)|[^ ]+")
        .matcher(rights.replaceFirst("user kryonix_gateway on #[^ ]*", "on >" + PASSWORD))
        .results()
        .forEach(rule -> command.add(rule.group()));
    command(command.toArray(String[]::new));
    return connect(new RedisSettings("127.0.0.1", port, "platform", PASSWORD, PATIENT));
  }

  private SharedRedis connect(RedisSettings settings) {
    SharedRedis redis = new SharedRedis(settings, Catalog.builtIn());
    connected.add(redis);
    await().atMost(Duration.ofSeconds(20)).until(() -> redis.commands().isPresent());
    return redis;
  }

  public void kill() {
    process.destroyForcibly();
    await().until(() -> !process.isAlive());
  }

  void restart() {
    kill();
    process = start();
  }

  void signal(String name) {
    run("kill", "-" + name, Long.toString(process.pid()));
  }

  void command(String... command) {
    String[] whole = new String[command.length + 7];
    String[] head = {
      "redis-cli", "-p", Integer.toString(port), "--user", USER, "-a", PASSWORD,
    };
    System.arraycopy(head, 0, whole, 0, head.length);
    System.arraycopy(command, 0, whole, head.length, command.length);
    run(whole);
  }

  @Override
  public void close() {
    connected.forEach(SharedRedis::close);
    kill();
  }

  private Process start() {
    try {
      Process started =
          new ProcessBuilder(
                  "redis-server",
                  "--bind",
                  "127.0.0.1",
                  "--port",
                  Integer.toString(port),
                  "--save",
                  "",
                  "--user",
                  USER,
                  "on",
                  ">" + PASSWORD,
                  "~*",
                  "+@all")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      await().atMost(Duration.ofSeconds(20)).until(this::isOpen);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isOpen() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void run(String... command) {
    try {
      Process done = new ProcessBuilder(command).redirectErrorStream(true).start();
      done.getInputStream().readAllBytes();
      if (!done.waitFor(10, TimeUnit.SECONDS) || done.exitValue() != 0) {
        throw new IllegalStateException(command[0] + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
