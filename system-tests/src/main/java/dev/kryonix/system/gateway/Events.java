package dev.kryonix.system.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A stream of server-sent events (HTML standard, section 9.2), as messages of the contract. */
public final class Events<M extends Message> implements AutoCloseable {
  private final String name;
  private final Stream<String> lines;
  private final Iterator<String> each;
  private final M type;

  private Events(String name, Stream<String> lines, M type) {
    this.name = name;
    this.lines = lines;
    this.each = lines.iterator();
    this.type = type;
  }

  static <M extends Message> Events<M> open(HttpClient http, HttpRequest request, M type) {
    String name = request.method() + " " + request.uri().getPath();
    try {
      HttpResponse<Stream<String>> answer = http.send(request, BodyHandlers.ofLines());
      if (answer.statusCode() != 200) {
        String body = String.join("\n", answer.body().toList());
        new RestAnswer(name, answer.statusCode(), answer.headers(), body).as(type);
      }
      return new Events<>(name, answer.body(), type);
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + name, e);
    }
  }

  /** The first message that is wanted. When none has come within the time, the stream is closed. */
  public M await(Predicate<M> wanted, Duration time) {
    CompletableFuture<Void> alarm =
        CompletableFuture.runAsync(
            lines::close,
            CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS));
    try {
      M message = next();
      while (!wanted.test(message)) {
        message = next();
      }
      return message;
    } catch (UncheckedIOException | NoSuchElementException e) {
      String why = alarm.isDone() ? "not within " + time.toSeconds() + " s" : "the stream ended";
      throw new IllegalStateException(name + ": what was awaited did not come: " + why, e);
    } finally {
      alarm.cancel(false);
    }
  }

  private M next() {
    boolean error = false;
    while (true) {
      String line = each.next();
      if (line.startsWith("event:")) {
        error = line.substring("event:".length()).strip().equals("error");
      } else if (line.startsWith("data:")) {
        return message(line.substring("data:".length()).strip(), error);
      }
    }
  }

  private M message(String data, boolean error) {
    try {
      if (error) {
        Status status = Json.read(data, Status.getDefaultInstance());
        throw new RestRefusal(name, 200, status);
      }
      return Json.read(data, type);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(name + " sent no " + type.getClass() + ": " + data, e);
    }
  }

  @Override
  public void close() {
    lines.close();
  }
}
