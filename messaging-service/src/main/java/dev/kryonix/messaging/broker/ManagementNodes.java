package dev.kryonix.messaging.broker;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that answer for the management API, any of them for the whole cluster. The one that
 * answered last is asked until it does not, and then the next.
 *
 * <p>A request may be sent to one node after another: what is put, posted or deleted here is there,
 * or not, however often it was asked for.
 */
final class ManagementNodes {
  /** What a node says of the right password, too, while it starts: it knows no users yet. */
  private static final int UNAUTHORIZED = 401;

  /** A node that was asked and has answered nobody for so long is silent. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private final long silenceNanos;
  private final HttpClient http;
  private final List<Node> nodes;
  private final AtomicInteger first = new AtomicInteger();
  private final AtomicLong calls = new AtomicLong();

  ManagementNodes(List<URI> urls, Duration connectTimeout) {
    this(urls, connectTimeout, SILENCE);
  }

  /** With the time that a silent node is given. */
  ManagementNodes(List<URI> urls, Duration connectTimeout, Duration silence) {
    this.silenceNanos = silence.toNanos();
    this.nodes = urls.stream().map(Node::new).toList();
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(connectTimeout)
            .build();
  }

  /** One node, and what it is being asked. */
  private static final class Node {
    final URI url;
    final Map<Long, CompletableFuture<?>> underWay = new ConcurrentHashMap<>();
    volatile long lastAnswer = System.nanoTime();

    Node(URI url) {
      this.url = url;
    }

    /** For how long it has answered nobody, since it was asked. */
    long silentNanos(long asked) {
      return System.nanoTime() - (lastAnswer - asked > 0 ? lastAnswer : asked);
    }
  }

  /** The first answer that says something of the request; the request is yet without its URI. */
  HttpResponse<String> send(HttpRequest.Builder request, String path, Patience patience)
      throws ManagementException {
    long end = System.nanoTime() + patience.totalNanos();
    int start = first.get();
    Exception failure = new TimeoutException("no time is left");
    for (int i = 0; i < nodes.size(); i++) {
      int asked = (start + i) % nodes.size();
      boolean isLast = i == nodes.size() - 1;
      long left = end - System.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        HttpResponse<String> answer =
            ask(
                nodes.get(asked),
                request,
                path,
                isLast ? left : Math.min(left, patience.node().toNanos()));
        if (answer.statusCode() != UNAUTHORIZED || isLast) {
          return answer;
        }
      } catch (IOException | TimeoutException | CancellationException e) {
        failure = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ManagementException("interrupted in a call of " + path, 0, e);
      }
      first.compareAndSet(asked, (asked + 1) % nodes.size());
    }
    throw new ManagementException("the management API does not answer for " + path, 0, failure);
  }

  private HttpResponse<String> ask(Node node, HttpRequest.Builder request, String path, long nanos)
      throws IOException, TimeoutException, InterruptedException {
    long asked = System.nanoTime();
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(
            request.copy().uri(URI.create(node.url + path)).build(), BodyHandlers.ofString());
    long call = calls.incrementAndGet();
    node.underWay.put(call, answer);
    try {
      // The client's own limit ends with the headers: a body may stop half-way.
      HttpResponse<String> found = answer.get(nanos, TimeUnit.NANOSECONDS);
      node.lastAnswer = System.nanoTime();
      return found;
    } catch (TimeoutException e) {
      if (nodes.size() > 1 && node.silentNanos(asked) >= silenceNanos) {
        // Whoever else waits for it is to ask the next.
        node.underWay.values().forEach(each -> each.cancel(true));
      }
      throw e;
    } catch (ExecutionException e) {
      throw io(e.getCause());
    } finally {
      node.underWay.remove(call);
      answer.cancel(true);
    }
  }

  private static IOException io(@Nullable Throwable cause) {
    return cause instanceof IOException io ? io : new IOException(cause);
  }
}
